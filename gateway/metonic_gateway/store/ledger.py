"""The ledger of a run: the rows of one link, under the fence of one lease.

Writes are stored together before the next read and at the end: fifty decisions cost a few statements.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from metonic_core.model import mapping as values
from metonic_core.model.appointment import Appointment
from metonic_core.model.marker import MarkerKey
from metonic_core.model.resolution import Resolution
from metonic_core.model.when import Window
from metonic_core.reconcile.guard import Held as HeldItem
from metonic_core.reconcile.guard import Load
from metonic_core.reconcile.step import Conflict, Operation
from metonic_core.selection import Choice, Selection
from metonic_core.sync import Clock, Due, LeaseLost, Link, Phase, ToDo
from metonic_gateway.store import (
    alikes,
    appointments,
    complete_reads,
    drawing,
    guarding,
    journal,
    leases,
    mappings,
    models,
    noting,
    plans,
    relying,
    selections,
)
from metonic_gateway.store.appointments import Entrance
from metonic_gateway.store.changes import ChangeKind, Entry
from metonic_gateway.store.leases import Held, hold
from metonic_gateway.store.noting import Note
from metonic_gateway.store.pending import Pending, report
from metonic_gateway.store.progress import Gauge
from metonic_gateway.store.rows import link_columns, link_of, mapping_of
from metonic_gateway.store.run_log import RunLog
from metonic_gateway.store.work import Work


class SqlLedger:
    """See ``metonic_core.sync.Ledger``. ``run`` gets a row as soon as the journal has something to say.

    ``drawn`` are the connected calendars in which this run made work; ``has_changed`` says that the platform
    has something to hear of, ``has_stored`` that anything of the link moved, ``has_missed`` that what was due
    stays so because somebody is or was at its appointment. ``told`` is called when that row says anew how far
    the run is, ``found`` tells whether the provider tells of changes, as of the last ``link``. The window is
    asked for each time, as a run may last past midnight.
    """

    def __init__(  # noqa: PLR0913 - what it works with, each with a name of its own
        self,
        held: Held,
        markers: MarkerKey,
        window: Callable[[], Window],
        clock: Clock,
        run: RunLog,
        *,
        told: Callable[[UUID], None] = lambda _: None,
    ) -> None:
        self._held = held
        self.work = Work(held.link_id, held.glance)
        self._calendar_id, self._link_id = held.calendar_id, held.link_id
        self._window, self._clock, self._run = window, clock, run
        self._gauge = Gauge(run, clock, told)
        self._pending, self._is_asked, self._told = Pending(), True, held.link
        self._line_at = datetime.min.replace(tzinfo=UTC)
        self._read, self._choices = dict[UUID, Appointment](), dict[UUID, Choice]()
        self._settings: models.CalendarSyncConfig | None = None
        self.markers = markers
        self.drawn: set[UUID] = set()
        self.found: relying.Found = ()
        self.has_changed = self.has_stored = self.has_missed = False

    def new_id(self) -> UUID:
        return uuid4()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        try:
            async with in_transaction():
                row = await hold(self._calendar_id, self._held.fence)
                self._is_asked = self._held.nudge_seq != row.nudge_seq
                self._settings = None if self._is_asked else row
                yield
                await self._flush()
        except BaseException:
            self.work.forget()
            raise
        finally:
            self._pending, self._read, self._choices, self._settings = Pending(), {}, {}, None

    async def _flush(self) -> None:
        """Appointments before the rows that name them, rows in the order of saving, then journal and feed."""
        pending, self._pending, now = self._pending, Pending(), self._clock()
        if pending == Pending():
            return
        self.has_stored = True
        await appointments.insert_imported(list(pending.imports.values()), now)
        await self._spread(pending.changed, now)
        if self.work.may_be_held:
            await plans.release(pending.rows)
        await mappings.store(pending.rows, now)
        self.work.note(pending.rows)
        if pending.notes:
            await noting.store(self._calendar_id, pending.notes, now)
            self.work.forget()
        await self._spread(await appointments.going_on(pending.imports, self._held.user_id), now)
        if pending.lines or pending.news or pending.items:
            run_id = await self._run.ensure(may_be_asked=self._is_asked)
            self.has_changed |= await report(pending, self._run, run_id, self._held, now)

    async def _spread(self, places: Mapping[UUID, Appointment], now: datetime) -> None:
        """To the other calendars of their people: by the row through which each came in."""
        if places:
            here = Entrance(self._calendar_id, self._link_id, places.keys())
            drawn = await appointments.draw_each([*places.values()], self._window(), now, except_for=here)
            self.drawn |= drawn
            if self._calendar_id in drawn:
                self.work.forget()

    async def link(self) -> Link:
        """The first time as the lease has told it."""
        told, self._told = self._told, ()
        self.found = told or await relying.told_by(self._link_id)
        return link_of(self.found[0], self._window())

    async def save_link(self, link: Link) -> None:
        self.has_stored = True
        await models.CalendarLink.filter(id=link.id).update(**link_columns(link))

    async def move_link(self, link: Link) -> None:
        self.has_stored = True
        mine = models.CalendarLink.filter(id=link.id, sync_config_id__in=leases.held(self._held))
        if not await mine.update(**link_columns(link)):
            raise LeaseLost("another run took this calendar over")

    async def selection(self) -> Selection:
        self._settings = self._settings or await leases.settings(self._calendar_id)
        self._settings.link_id = self._link_id
        # What was chosen for an appointment is read with the appointment: a user may have chosen thousands.
        return selections.selection_of(self._settings, self._window(), {self._calendar_id: self._choices})

    async def to_do(self) -> ToDo:
        return await self.work.to_do()

    async def due(self, due: Due, after: UUID | None, limit: int) -> Sequence[values.Mapping]:
        await self._flush()
        found = models.CalendarSyncMapping.filter(link_id=self._link_id, due=due)
        return await mappings.page(found, after, limit)

    async def undecided(self, after: UUID | None, limit: int, *, is_lone: bool) -> Sequence[values.Mapping]:
        await self._flush()
        found = models.CalendarSyncMapping.filter(link_id=self._link_id, due=Due.DECIDE)
        return await mappings.page(found.filter(appointment_id__isnull=is_lone), after, limit)

    async def count_due(self, due: Due) -> int:
        return await models.CalendarSyncMapping.filter(link_id=self._link_id, due=due).count()

    async def due_pairs(self, after: UUID | None, limit: int) -> Sequence[values.Mapping]:
        await self._flush()
        return await mappings.page(guarding.due_pairs(self._link_id), after, limit)

    async def load(self) -> Load:
        return await guarding.load(self._link_id, self._clock())

    async def open_rows(self, after: UUID | None, limit: int) -> Sequence[values.Mapping]:
        await self._flush()
        return await mappings.page(self._open(), after, limit)

    async def reload(self, ids: Collection[UUID]) -> Sequence[values.Mapping]:
        await self._flush()
        found = models.CalendarSyncMapping.filter(id__in=list(ids)).select_for_update(no_key=True)
        return [mapping_of(row) for row in await found]

    async def by_event(self, event_ids: Collection[str]) -> Mapping[str, values.Mapping]:
        await self._flush()
        found = models.CalendarSyncMapping.filter(link_id=self._link_id)
        return mappings.by_event(await mappings.chunked(found, "external_event_id__in", list(event_ids)))

    async def unknown(self, event_ids: Collection[str]) -> Sequence[str]:
        await self._flush()
        return await mappings.unknown(self._link_id, event_ids)

    async def by_appointment(self, appointment_ids: Collection[UUID]) -> Mapping[UUID, values.Mapping]:
        await self._flush()
        rows = await mappings.chunked(self._open(), "appointment_id__in", list(appointment_ids))
        return {row.appointment_id: mapping_of(row) for row in rows if row.appointment_id}

    async def by_uid(self, uids: Collection[str], but: Collection[UUID]) -> Sequence[values.Mapping]:
        await self._flush()
        rows = await mappings.chunked(self._open().exclude(id__in=list(but)), "uid__in", list(uids))
        return [mapping_of(row) for row in rows]

    async def asking(self, appointment_ids: Collection[UUID]) -> Sequence[values.Mapping]:
        await self._flush()
        return await alikes.asking(self._open(), appointment_ids)

    async def starting_at(self, instants: Collection[datetime]) -> Sequence[UUID]:
        return await alikes.starting_at(self._held.user_id, instants)

    async def save(self, rows: Sequence[values.Mapping]) -> None:
        self._pending.rows.extend(rows)

    async def reported(self, event_ids: Collection[str], read_round: int) -> None:
        await self._flush()
        await complete_reads.reported(self._open(), event_ids, read_round)

    async def doubt_unreported(self, read_round: int) -> None:
        await self._flush()
        await self.save(await complete_reads.unreported(self._open(), read_round))

    async def is_suddenly_empty(self, read_round: int) -> bool:
        await self._flush()
        return await guarding.is_suddenly_empty(self._link_id, read_round)

    async def bring_in(self, until: datetime, since: datetime | None) -> None:
        await self._flush()
        self.work.forget()
        if since is not None and since < until and not self._held.is_former:
            await drawing.draw_entering(self._link_id, self._window(), since)
        await complete_reads.take_up(self._open(), until)

    async def appointments(self, ids: Collection[UUID]) -> Mapping[UUID, Appointment]:
        await self._flush()
        known = await appointments.load(ids)
        self._read |= known
        chosen = await selections.choices_of([self._calendar_id], list(known))
        self._choices |= chosen.get(self._calendar_id, {})
        if not known or not (selection := await self.selection()).include_contact:
            return known
        contacts = await selections.contacts_of(known.values(), selection.user_id)
        return {a.id: replace(a, contacts=contacts[a.id]) for a in known.values()}

    async def store_appointment(self, appointment: Appointment, paired: UUID, *, is_import: bool) -> bool:
        if is_import:
            self._pending.imports[paired] = replace(appointment, contacts=())
            self._pending.news.append(Entry(None, self._pending.imports[paired], ChangeKind.CREATE))
            return True
        if any(changed.id == appointment.id for changed in self._pending.changed.values()):
            await self._flush()
        if not await appointments.overwrite(appointment, self._clock(), is_waiting=False):
            self.has_missed = True
            return False
        self._pending.changed[paired] = appointment
        kind = ChangeKind.DELETE if appointment.is_deleted else ChangeKind.UPDATE
        stored = replace(appointment, version=appointment.version + 1, contacts=())
        self._pending.news.append(Entry(self._read.get(appointment.id), stored, kind))
        self._read[appointment.id] = stored
        return True

    async def reopen(self, tombstone: values.Mapping) -> None:
        await self._flush()
        calendar = await models.CalendarSyncConfig.get(id=self._calendar_id)
        if tombstone.appointment_id is None or calendar.stopped is not None or self._held.is_former:
            return
        appointment = (await self.appointments([tombstone.appointment_id])).get(tombstone.appointment_id)
        if appointment and (await self.selection()).draws(appointment):
            self.work.forget()
            await mappings.open_each([(self._link_id, appointment.id)])

    async def hold(self, held: HeldItem) -> None:
        self.work.has_held = True
        self._pending.items += [held] if held.is_news else []
        if held.conflict:
            self._pending.notes.append(Note(held.mapping, held.conflict, held.resolved, is_held=True))

    async def ripen_conflicts(self) -> datetime | None:
        await self._flush()
        self.work.forget()
        return await noting.ripen(self._calendar_id, self._clock())

    async def note_conflict(
        self, mapping: values.Mapping, conflict: Conflict, resolved: Resolution | None
    ) -> None:
        self._pending.notes.append(Note(mapping, conflict, resolved))

    async def close_conflict(self, mapping: values.Mapping) -> None:
        self._pending.notes.append(Note(mapping))

    async def journal(self, mapping: values.Mapping, operations: Sequence[Operation]) -> None:
        for operation in operations:
            # Each later than the last one, so that what was done later also comes later.
            self._line_at = max(self._clock(), self._line_at + timedelta(microseconds=1))
            self._pending.lines.append(journal.line(mapping, operation, self._line_at))

    async def progress(self, phase: Phase, done: int, total: int | None) -> None:
        await self._gauge.note(phase, done, total)

    def _open(self) -> mappings.Rows:
        return models.CalendarSyncMapping.filter(link_id=self._link_id, closed=None)
