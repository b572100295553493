"""When users are busy: what their appointments and their own events block, as times and nothing else."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from uuid import UUID

from tortoise.expressions import Q, Subquery

from metonic_core.model.codec import decode
from metonic_core.model.content import Content, Status
from metonic_core.model.series import occurrences
from metonic_core.model.when import AllDay, When, Window, instant_of
from metonic_gateway.store import models
from metonic_gateway.store.mappings import chunks

MOST_OCCURRENCES = 100_000
# However far from UTC somebody is, their midnight is not farther from midnight UTC.
_DAY = timedelta(days=1)

Span = tuple[datetime, datetime]
"""From an instant up to a later one, UTC."""


class TooMuch(Exception):
    """More takes place in the span than is looked through for one answer."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A time at which a user, named by the platform's id, is busy."""

    platform_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class _Block:
    """An appointment that blocks these users."""

    content: Content
    users: Collection[UUID]


async def busy_times(platform_ids: Sequence[str], window: Window) -> Sequence[Busy]:
    """The times inside the window, by user as they are named and by start; those that meet are one.

    Users who are not known here have none. Raises TooMuch.
    """
    users = await models.User.filter(platform_id__in=list(platform_ids)).values("id", "platform_id", "zone")
    zones = {user["id"]: user["zone"] for user in users}
    spans: dict[UUID, list[Span]] = {user_id: [] for user_id in zones}
    left = MOST_OCCURRENCES
    for ids in chunks(await _candidates(zones, window)):
        for block in await _blocks(ids, zones):
            places = list(islice(_places(block.content, window), left + 1))
            left -= len(places) * len(block.users)
            if left < 0:
                raise TooMuch
            for user_id in block.users:
                spans[user_id] += [_span(when, zones[user_id], window) for when in places]
            # Others may have a turn: reckoning a thousand series takes a while.
            await asyncio.sleep(0)
    known = {user["platform_id"]: user["id"] for user in users}
    named = [platform_id for platform_id in dict.fromkeys(platform_ids) if platform_id in known]
    return [Busy(name, *span) for name in named for span in _merged(spans[known[name]])]


async def _candidates(users: Collection[UUID], window: Window) -> Sequence[UUID]:
    """Appointments of these users that may lie in the window.

    Problem: an occurrence can be moved to before its series begins, and no column tells. Solution: what
    begins later is looked at as well if it may be a series, which ends a day later than it takes (span_end).
    """
    start, end = window.start - _DAY, window.end + _DAY
    shared = models.AppointmentParticipant.filter(user_id__in=list(users))
    theirs = Q(owner_id__in=list(users)) | Q(id__in=Subquery(shared.values_list("appointment_id", flat=True)))
    rows = models.Appointment.filter(theirs, Q(ends_at=None) | Q(ends_at__gt=start), is_deleted=False)
    found = await rows.filter(starts_at__lt=end).values("id")
    later = await rows.filter(starts_at__gte=end).values("id", "starts_at", "ends_at")
    found += [row for row in later if row["ends_at"] is None or row["ends_at"] - row["starts_at"] > _DAY]
    return [row["id"] for row in found]


async def _blocks(ids: Collection[UUID], users: Collection[UUID]) -> Sequence[_Block]:
    """Those of the appointments that make somebody busy, with whom of the users."""
    rows = await models.Appointment.filter(id__in=list(ids)).values("id", "owner_id", "content")
    shared = models.AppointmentParticipant.filter(appointment_id__in=list(ids), user_id__in=list(users))
    people = {row["id"]: {row["owner_id"]}.intersection(users) for row in rows}
    for row in await shared.values("appointment_id", "user_id"):
        people[row["appointment_id"]].add(row["user_id"])
    blocks = [_Block(decode(row["content"]), people[row["id"]]) for row in rows]
    return [b for b in blocks if b.content.is_busy and b.content.status is not Status.CANCELLED]


def _places(content: Content, window: Window) -> Iterator[When]:
    wider = Window(window.start - _DAY, window.end + _DAY)
    return occurrences(wider, content.when, content.recurrence, content.overrides)


def _span(when: When, zone: str, window: Window) -> Span:
    """The instants of it that lie in the window; an empty span if there are none."""
    if isinstance(when, AllDay):
        # Whole days lie where their user is; far ones are cut off, as years end at 1 and 9999.
        first = max(when.start, (window.start - 2 * _DAY).date())
        last = min(when.end, (window.end + 2 * _DAY).date())
        starts_at, ends_at = _midnight(first, zone), _midnight(last, zone)
    else:
        starts_at, ends_at = when.starts_at, when.ends_at
        if ends_at <= starts_at:
            # It starts in a gap of the clocks, is moved forward, and its end would come before.
            ends_at = starts_at + (when.end - when.start)
    return max(starts_at, window.start), min(ends_at, window.end)


def _midnight(day: date, zone: str) -> datetime:
    return instant_of(datetime.combine(day, time()), zone)


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """By start, what overlaps or adjoins in one; empty spans are left out."""
    current: Span | None = None
    for starts_at, ends_at in sorted(span for span in spans if span[0] < span[1]):
        if current is not None and starts_at <= current[1]:
            current = current[0], max(current[1], ends_at)
            continue
        if current is not None:
            yield current
        current = starts_at, ends_at
    if current is not None:
        yield current
