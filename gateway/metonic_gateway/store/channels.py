"""Push channels: by which providers tell of changes, and what is to be done about them next.

``calendar_links.push_at`` says when the channels of a link are looked after: who gives reason to do so sets
it to now, and who does it moves it on only if nobody else has.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import Case, F, Q, Subquery, Value, When
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from metonic_core.pacing import LONGEST_PAUSE, after_notice
from metonic_gateway.store.models import CalendarLink, CalendarSyncConfig, PushChannel

_CLAIM = timedelta(minutes=5)
NO_PUSH: dict[str, Any] = {"push_at": None, "push_attempts": 0, "push_problem": None}
"""A link whose channels nobody looks after."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """The channel that a request is for; ``sealed`` is the envelope of its secret.

    ``is_told``: the calendar is to be looked at already, and no run has begun since that was said.
    ``is_heard``: something came through the channel before.
    """

    id: UUID
    link_id: UUID
    calendar_id: UUID
    provider: str
    sealed: str
    resource: str
    expires_at: datetime
    is_told: bool
    is_failing: bool
    last_sync_at: datetime | None
    is_heard: bool = False


_OF_CALENDAR = ("id", "provider", "noticed_seq", "taken_seq", "failures", "last_sync_at")


async def addressed(channel_id: UUID) -> Addressed | None:
    """One statement: a flood of requests must cost little."""
    whose = {name: f"link__sync_config__{name}" for name in _OF_CALENDAR}
    names = ("link_id", "secret", "resource", "expires_at", "heard_at")
    found = await PushChannel.filter(id=channel_id).values(*names, **whose)
    if not found:
        return None
    (row,) = found
    return Addressed(
        id=channel_id,
        link_id=row["link_id"],
        calendar_id=row["id"],
        provider=row["provider"],
        sealed=row["secret"],
        resource=row["resource"] or "",
        expires_at=row["expires_at"],
        is_told=row["noticed_seq"] > row["taken_seq"],
        is_failing=row["failures"] > 0,
        last_sync_at=row["last_sync_at"],
        is_heard=row["heard_at"] is not None,
    )


async def hear(channel: Addressed, now: datetime) -> None:
    """Something came through it that is from the provider: so it leads here."""
    if not channel.is_heard:
        await PushChannel.filter(id=channel.id).update(heard_at=now)


async def note(channel: Addressed, now: datetime) -> bool:
    """The provider told of a change: the calendar is due soon. Returns whether that is at once.

    One that backs off keeps its time; one that is paused, stopped, or goes another way by now, is left alone.
    """
    if channel.is_told:
        return False
    rows = CalendarSyncConfig.filter(id=channel.calendar_id, link_id=channel.link_id, is_active=True)
    rows = rows.filter(stopped=None, is_paused=False, noticed_seq__lte=F("taken_seq"))
    at = after_notice(now, channel.last_sync_at)
    # A run may have ended since the channel was looked up: the row tells by now when it is due.
    is_later = Q(Q(next_sync_at=None) | Q(next_sync_at__gt=at), failures=0)
    is_noted = await rows.update(
        nudge_seq=F("nudge_seq") + 1,
        noticed_seq=F("nudge_seq") + 1,
        next_sync_at=Case(When(is_later, then=Value(at)), default=F("next_sync_at")),  # type: ignore[arg-type] # it takes any expression
    )
    return bool(is_noted) and at <= now and not channel.is_failing


async def look_into(channel: Addressed, now: datetime, *, is_over: bool) -> None:
    """Its provider says that the channel is over, or has to be renewed: it is looked after at once."""
    rows = PushChannel.filter(id=channel.id, renew_at__isnull=False)
    ends = {"renew_at": now, "expires_at": now} if is_over else {"renew_at": now}
    async with in_transaction():
        await rows.update(**ends)
        await CalendarLink.filter(id=channel.link_id, push_at__gt=now).update(push_at=now)


async def look_by(calendar_id: UUID, link_id: UUID, latest: datetime, at: datetime) -> None:
    """A calendar that would look at this link after ``latest`` does so then, unless it backs off."""
    rows = CalendarSyncConfig.filter(id=calendar_id, link_id=link_id, failures=0)
    await rows.filter(next_sync_at__gt=latest).update(next_sync_at=at)


async def due(now: datetime, limit: int) -> Sequence[tuple[UUID, datetime]]:
    """Links whose channels are to be looked after, and since when; the one that waits longest first."""
    rows = CalendarLink.filter(push_at__lte=now).order_by("push_at").limit(limit)
    return [(row["id"], row["push_at"]) for row in await rows.values("id", "push_at")]


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to look after the channels of a link, for a while; ``calendar_id`` is the connected one's.

    ``external_id`` is the calendar's id at the provider, ``is_present``: it is the one that is synced now.
    """

    link_id: UUID
    until: datetime
    calendar_id: UUID
    external_id: str
    account_subject: str
    is_present: bool
    attempts: int


async def claim(link_id: UUID, now: datetime) -> Claim | None:
    """None if the channels are not to be looked after, or not any more, or somebody does already."""
    until = now + _CLAIM
    if not await CalendarLink.filter(id=link_id, push_at__lte=now).update(push_at=until):
        return None
    link = await CalendarLink.get(id=link_id).select_related("sync_config")
    return Claim(
        link_id=link.id,
        until=until,
        calendar_id=link.sync_config_id,
        external_id=link.calendar_id,
        account_subject=link.account_subject,
        is_present=link.sync_config.link_id == link.id and link.archived_at is None,
        attempts=link.push_attempts,
    )


async def rest(
    claimed: Claim, at: datetime | None, attempts: int = 0, problem: Mapping[str, str] | None = None
) -> None:
    """Nothing is to be done before ``at``; does nothing if somebody gave reason to look again.

    A look after a week finds what lasts longer as it was.
    """
    at = None if at is None else min(at, claimed.until + LONGEST_PAUSE)
    await _mine(claimed).update(push_at=at, push_attempts=attempts, push_problem=problem)


async def pause(claimed: Claim, at: datetime) -> None:
    """What is to be done is done at ``at``; does nothing if somebody gave reason to look again."""
    await _mine(claimed).update(push_at=at)


def _mine(claimed: Claim) -> QuerySet[CalendarLink]:
    return CalendarLink.filter(id=claimed.link_id, push_at=claimed.until)


@dataclass(frozen=True, slots=True)
class Standing:
    """A channel; ``resource`` and ``renew_at`` are None until the provider has answered that it is there."""

    id: UUID
    sealed: str
    address: str
    resource: str | None
    expires_at: datetime
    renew_at: datetime | None


async def of_link(link_id: UUID) -> Sequence[Standing]:
    """Those of a link, the oldest first."""
    return [_standing(row) for row in await PushChannel.filter(link_id=link_id).order_by("expires_at")]


async def of_calendar(calendar_id: UUID, account_subject: str) -> Sequence[tuple[str, Standing]]:
    """Those of a connected calendar that this account can end, each with the id of the external calendar."""
    rows = PushChannel.filter(link__sync_config_id=calendar_id, link__account_subject=account_subject)
    return [(row.link.calendar_id, _standing(row)) for row in await rows.select_related("link")]


def _standing(row: PushChannel) -> Standing:
    return Standing(row.id, row.secret, row.address, row.resource, row.expires_at, row.renew_at)


async def announce(link_id: UUID, asked: Standing) -> None:
    """A channel is about to be opened: its requests may come before the answer that it is there."""
    async with in_transaction():
        # What was announced and not answered, nobody can end; it ends by itself.
        await PushChannel.filter(link_id=link_id, opened_at=None).delete()
        await PushChannel.create(
            id=asked.id,
            link_id=link_id,
            address=asked.address,
            secret=asked.sealed,
            expires_at=asked.expires_at,
        )


async def record_opened(
    channel_id: UUID, resource: str, now: datetime, renew_at: datetime, expires_at: datetime
) -> bool:
    """The provider opened it; False if the calendar was disconnected meanwhile."""
    rows = PushChannel.filter(id=channel_id)
    changed = await rows.update(resource=resource, opened_at=now, renew_at=renew_at, expires_at=expires_at)
    return bool(changed)


async def forget(channels: Collection[UUID]) -> None:
    """They are closed, or nobody can close them; what still comes through them is not listened to."""
    await PushChannel.filter(id__in=list(channels)).delete()


async def forget_all(calendar_id: UUID) -> None:
    """Likewise for a connected calendar whose sign-in goes; runs in the transaction that erases it."""
    links = CalendarLink.filter(sync_config_id=calendar_id)
    await PushChannel.filter(link_id__in=Subquery(links.values("id"))).delete()
    await links.update(**NO_PUSH)


async def replace_all(calendar_id: UUID, now: datetime) -> None:
    """Somebody signed in anew: nobody knows whether the channels are there still, so they get successors."""
    links = CalendarLink.filter(sync_config_id=calendar_id, push_at__isnull=False)
    channels = PushChannel.filter(link_id__in=Subquery(links.values("id")), renew_at__gt=now)
    await channels.update(renew_at=now)
    await links.update(push_at=now)


async def doubt_others(base: str | None, now: datetime) -> None:
    """Have those channels looked after at once that lead elsewhere than to this address, if we have one."""
    others = PushChannel.all() if base is None else PushChannel.exclude(address__startswith=base)
    links = CalendarLink.filter(push_at__gt=now, id__in=Subquery(others.values("link_id")))
    await links.update(push_at=now)


@dataclass(frozen=True, slots=True)
class PushState:
    """``until``: for how long the provider tells of changes, if it does; ``problem``: why it does not."""

    until: datetime | None = None
    problem: Mapping[str, str] | None = None

    def is_open(self, now: datetime) -> bool:
        return self.until is not None and self.until > now


PUSHLESS = PushState()


async def is_open(calendar_id: UUID, now: datetime) -> bool:
    """Whether the provider tells of changes in this connected calendar now."""
    found = await states([calendar_id])
    return found.get(calendar_id, PUSHLESS).is_open(now)


async def states(calendars: Collection[UUID]) -> Mapping[UUID, PushState]:
    """Of the present links of these connected calendars; one statement."""
    links = CalendarLink.filter(sync_config_id__in=list(calendars), archived_at=None)
    found: dict[UUID, PushState] = {}
    names = ("sync_config_id", "push_problem", "channels__opened_at", "channels__expires_at")
    for row in await links.values(*names):
        known = found.get(row["sync_config_id"], PUSHLESS)
        until = row["channels__expires_at"] if row["channels__opened_at"] else None
        latest = max(filter(None, (until, known.until)), default=None)
        found[row["sync_config_id"]] = PushState(latest, row["push_problem"])
    return found
