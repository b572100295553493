"""Taking a run back, a bounded part of its journal at a time, the newest line first.

Each part is one transaction: appointments, choices, the feed, the journal and how far it is are stored
together, so that whoever goes on after a crash begins with the first line that was not taken back. Rows of
mappings are only drawn: the ordinary runs spread what was undone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from metonic_core.model.appointment import Appointment, stamped
from metonic_core.model.mapping import Origin
from metonic_core.model.when import Window
from metonic_core.reconcile.undo import Left, Line, Standing, Undone, undo
from metonic_core.selection import Choice, Selection
from metonic_gateway.store import changes, choosing, journal, models
from metonic_gateway.store.appointments import draw_each, kind_of, make_due, new_columns, people
from metonic_gateway.store.changes import Cause, Entry
from metonic_gateway.store.rows import appointment_columns, appointment_of
from metonic_gateway.store.runs import RunError, counts
from metonic_gateway.store.selections import choices_of, selection_of
from metonic_gateway.store.states import FINISHED, PARTIAL, QUEUED, RUNNING, SUCCESS, UNDO
from metonic_gateway.store.transactions import hold_calendars, transactional

PHASE = "undo"
_AT_ONCE = 100
_MOST_ERRORS = 100

Told = tuple[str, str, str]
"""A code, what happened and what to do next."""


@dataclass(frozen=True, slots=True)
class Complaints:
    """What people are told: of one line, of ``more`` than are named, and of a run that is not kept whole."""

    explain: Callable[[Left], Told]
    more: Callable[[int], Told]
    expired: Told


@dataclass(frozen=True, slots=True)
class Part:
    """What one transaction did: ``due`` are connected calendars, ``people`` users whom it concerns."""

    user_id: UUID
    due: frozenset[UUID]
    people: frozenset[UUID]
    has_changed: bool
    is_last: bool


@dataclass(slots=True)
class _Desk:
    """What a part works with. ``before`` are the appointments as they were, ``here`` as they are by now.

    ``places`` are the links in which each has or had a copy.
    """

    calendar: models.CalendarSyncConfig
    selection: Selection | None
    links: Mapping[UUID, UUID]
    before: Mapping[UUID, Appointment]
    here: dict[UUID, Appointment]
    choices: dict[UUID, Choice]
    paired: set[UUID]
    places: Mapping[UUID, set[UUID]]
    chosen: set[UUID] = field(default_factory=set)
    drawn: set[UUID] = field(default_factory=set)

    def take(self, row: models.SyncOperation) -> Undone:
        """Decide one line, and go on from what it makes of things."""
        line = Line(journal.operation_of(row), self.links.get(row.mapping_id))
        about = row.appointment_id
        elsewhere = self.places.get(about, set()) - {line.link_id} if about else set()
        now = Standing(
            self.calendar.user_id,
            self.here.get(about) if about else None,
            self.choices.get(about) if about else None,
            self.selection,
            about in self.paired,
            bool(elsewhere),
        )
        made = _guarded(line, now)
        if about is not None:
            self._keep(about, made)
        return made

    def _keep(self, about: UUID, made: Undone) -> None:
        if made.appointment:
            self.here[about] = made.appointment
        if made.chosen:
            self.chosen.add(about)
            self.drawn.add(about)
            self.choices.pop(about, None)
            if made.chosen.choice:
                self.choices[about] = made.chosen.choice
        if made.is_drawn:
            self.drawn.add(about)
            self.paired.add(about)

    def changed(self, now: datetime) -> Iterator[tuple[Appointment, Appointment]]:
        """Each appointment that is another one now: before, and as it is to be stored."""
        for i, after in self.here.items():
            if after != self.before[i]:
                yield self.before[i], stamped(self.before[i], replace(after, version=after.version + 1), now)


def _guarded(line: Line, now: Standing) -> Undone:
    """One line that cannot be decided stops no other."""
    try:
        return undo(line, now)
    except Exception:  # noqa: BLE001 - whatever an old line brings about
        return Undone(left=Left.UNREADABLE)


@transactional
async def take_back(undo_id: UUID, complaints: Complaints, window: Window, now: datetime) -> Part | None:
    """Take the next part of that run back; None if there is nothing (more) to be done."""
    waiting = models.CalendarSyncHistory.filter(id=undo_id, kind=UNDO, state__in=[QUEUED, RUNNING])
    row = await waiting.select_for_update(no_key=True).first()
    if row is None:
        return None
    lines = await _lines(row)
    desk = await _desk(row, lines, window)
    taken = [(line, desk.take(line)) for line in lines]
    changed = list(desk.changed(now))
    due = await _store(desk, changed, window, now)
    cause = Cause(run_id=row.id, user_id=desk.calendar.user_id)
    await changes.record([Entry(b, a, kind_of(b, a)) for b, a in changed], cause, now)
    await _journal(row, taken, now)
    is_last = await _note(row, taken, complaints, now)
    concerned = {user for pair in changed for one in pair for user in people(one)}
    return Part(desk.calendar.user_id, frozenset(due), frozenset(concerned), bool(changed), is_last)


async def _lines(row: models.CalendarSyncHistory) -> Sequence[models.SyncOperation]:
    """Those that come next. Retention takes the oldest lines, so what is done stays at its place."""
    lines = models.SyncOperation.filter(run_id=row.undo_of).order_by("-at", "-id")
    return await lines.offset(row.done).limit(_AT_ONCE)


async def _desk(
    row: models.CalendarSyncHistory, lines: Sequence[models.SyncOperation], window: Window
) -> _Desk:
    about = sorted({line.appointment_id for line in lines if line.appointment_id})
    locked = models.Appointment.filter(id__in=about).order_by("id").select_for_update(no_key=True)
    here = {a.id: appointment_of(a) for a in await locked.prefetch_related("participants")}
    await hold_calendars([row.sync_config_id])
    config = models.CalendarSyncConfig.get(id=row.sync_config_id).select_related("sync_filter", "user")
    calendar = await config
    choices = (await choices_of([calendar.id], about)).get(calendar.id, {})
    selection = selection_of(calendar, window, {calendar.id: choices}) if calendar.link_id else None
    mappings = models.CalendarSyncMapping.filter(id__in=sorted({line.mapping_id for line in lines}))
    links = {m["id"]: m["link_id"] for m in await mappings.values("id", "link_id")}
    rows = models.CalendarSyncMapping.filter(
        link_id=calendar.link_id, closed=None, appointment_id__in=list(about)
    )
    paired = {r["appointment_id"] for r in await rows.values("appointment_id")}
    places = await _places(calendar.id, about)
    return _Desk(calendar, selection, links, dict(here), here, choices, paired, places)


async def _places(calendar_id: UUID, appointments: Sequence[UUID]) -> Mapping[UUID, set[UUID]]:
    """The links of that calendar, former ones too, in which each of them has or had a copy."""
    copies = models.CalendarSyncMapping.filter(origin=Origin.COPY.value, external_base__isnull=False)
    rows = copies.filter(link__sync_config_id=calendar_id, appointment_id__in=list(appointments))
    found: dict[UUID, set[UUID]] = {}
    for row in await rows.values("appointment_id", "link_id"):
        found.setdefault(row["appointment_id"], set()).add(row["link_id"])
    return found


async def _store(
    desk: _Desk, changed: Sequence[tuple[Appointment, Appointment]], window: Window, now: datetime
) -> set[UUID]:
    """Appointments, choices, and work for the calendars concerned, which are returned."""
    after = [appointment for _, appointment in changed]
    await _overwrite(after, now)
    for choice in (None, *Choice):
        if ids := [i for i in desk.chosen if desk.choices.get(i) is choice]:
            await choosing.keep(desk.calendar.id, ids, choice)
    due = await draw_each(after, window, now, is_commanded=True)
    others = [desk.here[i] for i in desk.drawn.difference(a.id for a in after)]
    if desk.selection is not None and others:
        await choosing.draw_chosen(desk.calendar, others, window, [a.id for a in others])
        await make_due([desk.calendar.id], now)
        due.add(desk.calendar.id)
    return due


async def _overwrite(appointments: Sequence[Appointment], now: datetime) -> None:
    """Store what they say now; nobody else can have changed them, as their rows are locked."""
    if not appointments:
        return
    fields = list(appointment_columns(appointments[0], now))
    rows = [models.Appointment(**new_columns(appointment, now)) for appointment in appointments]
    await models.Appointment.bulk_create(rows, on_conflict=["id"], update_fields=fields)


Taken = Sequence[tuple[models.SyncOperation, Undone]]


async def _journal(row: models.CalendarSyncHistory, taken: Taken, now: datetime) -> None:
    """What was done to take the lines back, in that order."""
    done = enumerate((line, made.operation) for line, made in taken if made.operation)
    await models.SyncOperation.bulk_create(
        models.SyncOperation(
            id=uuid4(),
            run_id=row.id,
            mapping_id=line.mapping_id,
            appointment_id=line.appointment_id,
            external_event_id=line.external_event_id,
            at=now + timedelta(microseconds=row.done + number),
            **journal.columns_of(operation),
        )
        for number, (line, operation) in done
    )


async def _note(row: models.CalendarSyncHistory, taken: Taken, complaints: Complaints, now: datetime) -> bool:
    """Write how far it is, and in the end what it came to; returns whether this was the last part."""
    begun = await _beginning(row, now) if row.total is None else {"total": row.total}
    left = [(line, made.left) for line, made in taken if made.left]
    named = left[: max(0, _MOST_ERRORS - len(row.errors))]
    errors = row.errors + [_error(complaints.explain(why), now, line) for line, why in named]
    far = {"done": row.done + len(taken), "left_alone": row.left_alone + len(left)}
    is_last = far["done"] >= begun["total"] or not taken
    if is_last:
        if far["left_alone"] > len(errors):
            errors.append(_error(complaints.more(far["left_alone"] - len(errors)), now))
        if await _was_longer(row, begun["total"]):
            errors.append(_error(complaints.expired, now))
        begun |= {"status": PARTIAL if errors else SUCCESS, "completed_at": now, **await counts(row.id)}
    columns = {"state": FINISHED if is_last else RUNNING, "errors": errors, **far, **begun}
    await models.CalendarSyncHistory.filter(id=row.id).update(**columns)
    return is_last


async def _beginning(row: models.CalendarSyncHistory, now: datetime) -> dict[str, Any]:
    total = await models.SyncOperation.filter(run_id=row.undo_of).count()
    return {"started_at": now, "phase": PHASE, "phase_at": now, "total": total}


async def _was_longer(row: models.CalendarSyncHistory, kept: int) -> bool:
    """Whether the run did more than its journal still told when it began to be taken back."""
    run = await models.CalendarSyncHistory.get(id=row.undo_of).values("items_pushed", "items_pulled")
    return bool(run["items_pushed"] + run["items_pulled"] > kept)


def _error(told: Told, now: datetime, line: models.SyncOperation | None = None) -> dict[str, str | None]:
    about, event = (line.appointment_id, line.external_event_id) if line else (None, None)
    return RunError(*told, now, about, event).document()
