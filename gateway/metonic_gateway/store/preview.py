"""What a calendar would take under other settings, found by the code that decides it. Nothing is stored.

Appointments are judged a part at a time, and of each only what decides is read: the memory it takes does not
grow with their number.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.codec import decode
from metonic_core.model.mapping import HoldKind, Origin
from metonic_core.model.resolution import ResolutionKind
from metonic_core.model.when import Window
from metonic_core.selection import Direction, Selection
from metonic_gateway.store import models
from metonic_gateway.store.pages import KeptAppointment, Key, Page, appointments_by_id
from metonic_gateway.store.preferences import Edit, Preferences, preferences_of
from metonic_gateway.store.preview_ledger import Assumed
from metonic_gateway.store.selections import TRAINER, choices_of, selection_of

PART = 500
"""How many appointments are judged at once."""

_DECISIVE = ("id", "owner_id", "type", "content", "imported_from", "is_deleted")
_STANDING = ("origin", "hold", "etag", "external_event_id", "can_write")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """How many copies would come and go, against what is there now, and how many would be masked."""

    adds: int
    removes: int
    masked: int


async def selection_under(calendar_id: UUID, edit: Edit, window: Window) -> Selection:
    """What a calendar with a link would take if its settings were edited so; raises what ``edit`` raises."""
    row = await models.CalendarSyncConfig.get(id=calendar_id).select_related("sync_filter", "user")
    made = edit(preferences_of(row))
    policy = made.conflict_policy
    present = selection_of(row, window, await choices_of([row.id]))
    return replace(
        present,
        direction=made.direction,
        filters=made.selected,
        private=made.private,
        rules=made.rules,
        include_notes=made.include_notes,
        include_contact=made.include_contact and row.user.role == TRAINER,
        conflict_policy=None if policy is None else ResolutionKind(policy),
        forward_imported=made.forward_imported,
    )


async def assumed(calendar_id: UUID, wanted: Preferences | None, window: Window) -> Assumed:
    """What a calendar with a link would take under these settings; None: under the present ones."""
    selection = await selection_under(calendar_id, lambda known: wanted or known, window)
    row = await models.CalendarSyncConfig.get(id=calendar_id).select_related("sync_filter")
    known = preferences_of(row)
    is_other = wanted is not None and wanted.decisive != known.decisive
    return Assumed(selection, (known, wanted) if wanted and is_other else None)


async def difference(selection: Selection) -> Difference:
    """What would come and go: a fixed number of statements for every 500 appointments."""
    adds = removes = masked = 0
    async for part in _paired(selection):
        for row, appointment in part:
            comes = _comes(selection, row, appointment)
            adds += comes
            removes += _goes(selection, row, appointment)
            masked += (comes or _stays(selection, row, appointment)) and selection.masks(appointment)
    paired = models.CalendarSyncMapping.filter(
        link_id=selection.link_id, closed=None, appointment_id__isnull=False
    )
    lone = ~Q(id__in=Subquery(paired.values("appointment_id")))
    async for appointments in _candidates(selection, lone):
        drawn = [appointment for appointment in appointments if selection.draws(appointment)]
        adds += len(drawn)
        masked += sum(map(selection.masks, drawn))
    return Difference(adds, removes, masked)


async def matches(selection: Selection, page: Page) -> Sequence[KeptAppointment]:
    """The appointments that would have a copy, by start; one more than the page has, if there are more."""
    given_up = models.CalendarSyncMapping.filter(
        link_id=selection.link_id,
        closed=None,
        hold=HoldKind.DETACHED.value,
        appointment_id__isnull=False,
    )
    others = ~Q(id__in=Subquery(given_up.values("appointment_id")))
    found: list[UUID] = []
    async for part in _candidates(selection, others, page.after):
        found += [appointment.id for appointment in part if _is_copied(selection, appointment)]
        if len(found) > page.first:
            break
    return await appointments_by_id(found[: page.first + 1])


def _comes(selection: Selection, row: Row, appointment: Appointment) -> bool:
    is_given_up = row["mappings__hold"] == HoldKind.DETACHED.value
    return not _stands(row) and not is_given_up and _is_copied(selection, appointment)


def _is_copied(selection: Selection, appointment: Appointment) -> bool:
    """What was imported has an event of its own."""
    return appointment.imported_from != selection.link_id and selection.draws(appointment)


def _goes(selection: Selection, row: Row, appointment: Appointment) -> bool:
    is_erasable = row["mappings__origin"] == Origin.COPY.value and row["mappings__can_write"]
    is_kept = selection.direction is Direction.PULL or selection.excludes(appointment) is None
    return _stands(row) and is_erasable and not is_kept


def _stays(selection: Selection, row: Row, appointment: Appointment) -> bool:
    is_copy = row["mappings__origin"] == Origin.COPY.value
    return _stands(row) and is_copy and not _goes(selection, row, appointment)


def _stands(row: Row) -> bool:
    """Whether the row has an event that is there."""
    is_there = row["mappings__external_event_id"] is not None and row["mappings__etag"] is not None
    return is_there and row["mappings__hold"] != HoldKind.DETACHED.value


async def _paired(selection: Selection) -> AsyncIterator[Sequence[tuple[Row, Appointment]]]:
    """The open rows of the link that have an appointment, each with it, a part at a time."""
    columns = (*_DECISIVE, *(f"mappings__{name}" for name in _STANDING))
    known = models.Appointment.filter(mappings__link_id=selection.link_id, mappings__closed=None)
    ordered = known.order_by("id").limit(PART)
    rows = await ordered.values(*columns)
    while rows:
        yield list(zip(rows, await _judged(selection, rows), strict=True))
        rows = await ordered.filter(id__gt=rows[-1]["id"]).values(*columns)


async def _candidates(
    selection: Selection, condition: Q, after: Key | None = None
) -> AsyncIterator[Sequence[Appointment]]:
    """The user's appointments that may lie in the window, by start, a part at a time."""
    shared = models.AppointmentParticipant.filter(user_id=selection.user_id).values("appointment_id")
    theirs = Q(owner_id=selection.user_id) | Q(id__in=Subquery(shared))
    span = Q(ends_at=None) | Q(ends_at__gte=selection.window.start)
    found = models.Appointment.filter(
        theirs, span, condition, is_deleted=False, starts_at__lt=selection.window.end
    )
    ordered = found.order_by("starts_at", "id").limit(PART)
    part = await _judged(selection, await ordered.filter(_beyond(after)).values(*_DECISIVE))
    while part:
        yield part
        last = part[-1].content.when.starts_at, part[-1].id
        part = await _judged(selection, await ordered.filter(_beyond(last)).values(*_DECISIVE))


def _beyond(after: Key | None) -> Q:
    if after is None:
        return Q()
    at, identity = after
    return Q(starts_at__gt=at) | Q(starts_at=at, id__gt=identity)


async def _judged(selection: Selection, rows: Sequence[Row]) -> Sequence[Appointment]:
    """The appointments as far as a selection looks at them: of who takes part, only whom it asks for."""
    clients = (selection.filters and selection.filters.clients) or frozenset()
    asked = [row["id"] for row in rows if clients or row["owner_id"] != selection.user_id]
    taking_part = await _taking_part(asked, {selection.user_id, *clients})
    return [_value(row, taking_part.get(row["id"], ())) for row in rows]


async def _taking_part(
    appointments: Sequence[UUID], people: Collection[UUID]
) -> Mapping[UUID, Sequence[Participant]]:
    made: dict[UUID, list[Participant]] = {}
    if not appointments:
        return made
    rows = models.AppointmentParticipant.filter(appointment_id__in=appointments, user_id__in=list(people))
    for row in await rows.values("appointment_id", "user_id"):
        made.setdefault(row["appointment_id"], []).append(Participant(row["user_id"]))
    return made


def _value(row: Row, participants: Collection[Participant]) -> Appointment:
    return Appointment(
        id=row["id"],
        version=0,
        owner_id=row["owner_id"],
        type=row["type"],
        content=decode(row["content"]),
        participants=tuple(participants),
        imported_from=row["imported_from"],
        is_deleted=row["is_deleted"],
    )
