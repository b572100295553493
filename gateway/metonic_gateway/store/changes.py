"""The feed of changes: what calendars and users did to appointments, in the order the platform hears of it.

A change is recorded in the transaction that makes it, without a position. Positions are given when the feed
is read, to all rows that are committed by then, so that one which commits late never comes before a position
that somebody has read past. Every change is shown with its appointment as it is now: whoever replays the feed
from any position ends with the present state.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from metonic_core.model.appointment import Appointment
from metonic_core.model.codec import decode, encode
from metonic_core.model.content import Content
from metonic_core.reconcile.platform import Told, changed_groups, state_of
from metonic_gateway.store import models
from metonic_gateway.store.pages import KeptAppointment, kept_appointments
from metonic_gateway.store.platform import document_of, state_from

_COUNTER = 1
_PLACE = """UPDATE "appointment_changes" SET "position" = "id" + 1
    + (SELECT "last_position" FROM "change_counter" WHERE "id" = 1)
    - (SELECT MIN("id") FROM "appointment_changes" WHERE "position" IS NULL) WHERE "position" IS NULL"""
_COUNT = """UPDATE "change_counter" SET "last_position" = (SELECT MAX("position") FROM "appointment_changes")
    WHERE "id" = 1"""
_SHOWN = ("id", "position", "appointment_id", "kind", "provider", "run_id", "user_id", "overwritten", "at")


class PositionUnknown(Exception):
    """The position lies beyond the end of the feed: it is one of another feed."""


class ChangeKind(StrEnum):
    """What became of the appointment; one that was cancelled is deleted."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Cause:
    """A run of a user's calendar, or a user alone; nothing of it where the platform did it itself."""

    provider: str | None = None
    run_id: UUID | None = None
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A change to be recorded: from nothing, or from ``before``, to ``after``.

    ``overwritten`` is what stood there and the platform had not seen.
    """

    before: Appointment | None
    after: Appointment
    kind: ChangeKind
    overwritten: Content | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the feed; ``kept`` is the appointment as it is now, with all later changes."""

    position: int
    at: datetime
    kind: ChangeKind
    cause: Cause
    kept: KeptAppointment
    overwritten: Content | None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """``position`` is where to go on, also where there were no changes."""

    changes: Sequence[Change]
    position: int
    has_more: bool


async def record(entries: Sequence[Entry], cause: Cause, now: datetime) -> None:
    """Write them in this order, in the transaction that makes the changes."""
    made = [
        models.AppointmentChange.construct(
            appointment_id=entry.after.id,
            kind=entry.kind.value,
            provider=cause.provider,
            run_id=cause.run_id,
            user_id=cause.user_id,
            state=_told_document(entry),
            overwritten=encode(entry.overwritten),
            at=now,
        )
        for entry in entries
    ]
    await models.AppointmentChange.bulk_create(made)


def _told_document(entry: Entry) -> dict[str, Any]:
    before, after = entry.before, state_of(entry.after)
    changed = changed_groups(state_of(before) if before else None, after)
    return document_of(after) | {"version": entry.after.version, "changed": sorted(changed)}


async def told(appointments: Collection[UUID]) -> Mapping[UUID, Sequence[Told]]:
    """What others did to each of these, the oldest first, as far as it is kept.

    Also what nobody has read from the feed yet: the platform may have asked for the appointment itself.
    """
    made: dict[UUID, list[Told]] = {}
    by_others = Q(provider__isnull=False) | Q(user_id__isnull=False)
    rows = models.AppointmentChange.filter(by_others, appointment_id__in=list(appointments))
    for row in await rows.order_by("id").values("appointment_id", "state"):
        said = row["state"]
        if state := state_from(said):
            found = Told(said["version"], frozenset(said["changed"]), state)
            made.setdefault(row["appointment_id"], []).append(found)
    return made


async def page(after: int, first: int) -> ChangePage:
    """The ``first`` changes after that position, the oldest first; raises PositionUnknown."""
    await _give_positions()
    found = models.AppointmentChange.filter(position__gt=after).order_by("position").limit(first + 1)
    rows = await found.only(*_SHOWN)
    if not rows and after > await _last_position():
        raise PositionUnknown
    kept = await kept_appointments({row.appointment_id for row in rows[:first]})
    changes = [_change_of(row, kept[row.appointment_id]) for row in rows[:first]]
    return ChangePage(changes, changes[-1].position if changes else after, len(rows) > first)


async def newest() -> int:
    """The last position there is: what changes from here on comes after it."""
    await _give_positions()
    return await _last_position()


async def _last_position() -> int:
    last: int = (await models.ChangeCounter.get(id=_COUNTER)).last_position
    return last


async def _give_positions() -> None:
    """Give every change without a position the next one, in the order of writing.

    Whoever reads without news writes nothing. The rows keep their distances, so that one statement does it:
    a number that is left out is no matter.
    """
    unplaced = models.AppointmentChange.filter(position=None)
    if not await unplaced.exists():
        return
    async with in_transaction() as connection:
        await models.ChangeCounter.filter(id=_COUNTER).select_for_update(no_key=True).only("id")
        # One statement sees each transaction whole. Others may have placed everything by now.
        placed, _ = await connection.execute_query(_PLACE)
        if placed:
            await connection.execute_query(_COUNT)


def _change_of(row: models.AppointmentChange, kept: KeptAppointment) -> Change:
    return Change(
        position=row.position or 0,
        at=row.at,
        kind=ChangeKind(row.kind),
        cause=Cause(row.provider, row.run_id, row.user_id),
        kept=kept,
        overwritten=decode(row.overwritten),
    )
