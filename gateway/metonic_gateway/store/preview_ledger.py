"""The ledger of a preview: it reads what a run would read, and keeps to itself all that it is told to store.

No lease is needed, and no transaction is held: runs and people are not kept waiting. What they change
meanwhile may be seen in part, which a preview can live with.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from metonic_core.model import mapping as values
from metonic_core.reconcile.alike import is_asking
from metonic_core.reconcile.guard import Load
from metonic_core.reconcile.step import Operation
from metonic_core.selection import Selection
from metonic_core.sync import Due, Link
from metonic_gateway.store import complete_reads, mappings, models, outcomes
from metonic_gateway.store.drawing import cancelled_in, missing
from metonic_gateway.store.ledger import SqlLedger
from metonic_gateway.store.mappings import Rows
from metonic_gateway.store.preferences import Preferences, to_look_at
from metonic_gateway.store.rows import due_of, mapping_of


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a calendar would take, and the settings before and after where they are to be changed."""

    selection: Selection
    change: tuple[Preferences, Preferences] | None = None


class PreviewLedger(SqlLedger):
    """See ``metonic_core.sync.Ledger``; ``assume`` is called first."""

    _assumed: Assumed
    _link: Link

    async def assume(self, assumed: Assumed) -> None:
        """Take these settings for the calendar's, and draw its rows as a change to them would."""
        self._assumed = assumed
        self._kept: dict[UUID, values.Mapping] = {}
        self._of_event: dict[str, UUID] = {}
        self._named: set[str] = set()
        self._link = await super().link()
        self._cancelled: Collection[UUID] = ()
        if assumed.change:
            self._cancelled = frozenset(await cancelled_in(self._pairs()))
            for rows in to_look_at(self._link_id, *assumed.change):
                await self._look(rows)
            await self._open_missing(assumed.selection.window.start)

    def _pairs(self) -> Rows:
        return self._open().exclude(appointment_id=None)

    async def _look(self, rows: Rows) -> None:
        found = [self._kept.get(row.id) or self._as_drawn(mapping_of(row)) for row in await rows]
        await self.save([replace(row, seen=values.Look()) for row in found])

    async def _open_missing(self, since: datetime) -> None:
        taken = {row.appointment_id for row in self._kept.values() if row.closed is None}
        async for ids in missing(self._assumed.selection, since):
            await self.save([self._opened(i) for i in ids if i not in taken])

    def _opened(self, appointment_id: UUID) -> values.Mapping:
        return values.Mapping(self.new_id(), self._link_id, appointment_id).due()

    def _as_drawn(self, row: values.Mapping) -> values.Mapping:
        """The row as a change of settings would leave it, if one is assumed."""
        if self._assumed.change is None or row.closed or row.appointment_id is None:
            return row
        is_held = row.hold is not None and row.hold.kind is values.HoldKind.GUARDED
        is_commanded = not is_held and row.id not in self._cancelled
        return replace(row.due(), attempts=0, written=(), is_commanded=is_commanded)

    def _now(self, row: values.Mapping) -> values.Mapping:
        return self._kept.get(row.id) or self._as_drawn(row)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        yield

    async def _flush(self) -> None:
        """Nothing is ever stored."""

    async def link(self) -> Link:
        return self._link

    async def save_link(self, link: Link) -> None:
        self._link = link

    async def move_link(self, link: Link) -> None:
        self._link = link

    async def selection(self) -> Selection:
        return self._assumed.selection

    async def due(self, due: Due, after: UUID | None, limit: int) -> Sequence[values.Mapping]:
        return await self._page(self._due_in_store(due), lambda row: due_of(row) is due, after, limit)

    async def undecided(self, after: UUID | None, limit: int, *, is_lone: bool) -> Sequence[values.Mapping]:
        def is_undecided(row: values.Mapping) -> bool:
            return due_of(row) is Due.DECIDE and (row.appointment_id is None) is is_lone

        stored = self._due_in_store(Due.DECIDE).filter(appointment_id__isnull=is_lone)
        return await self._page(stored, is_undecided, after, limit)

    async def asking(self, appointment_ids: Collection[UUID]) -> Sequence[values.Mapping]:
        stored = [row for row in await super().asking(appointment_ids) if row.id not in self._kept]
        asked = set(appointment_ids)
        return [*stored, *(r for r in self._kept.values() if is_asking(r) and r.alike_id in asked)]

    async def _page(
        self, stored: Rows, is_wanted: Callable[[values.Mapping], bool], after: UUID | None, limit: int
    ) -> Sequence[values.Mapping]:
        found: list[values.Mapping] = []
        beyond = after
        while True:
            page = await mappings.page(stored, beyond, limit)
            end = page[-1].id if len(page) == limit else None
            kept = [r for r in self._kept.values() if _is_between(beyond, r.id, end) and is_wanted(r)]
            fresh = [self._as_drawn(row) for row in page if row.id not in self._kept]
            found += sorted([*kept, *fresh], key=lambda row: row.id)
            if len(found) >= limit or end is None:
                return found[:limit]
            beyond = end

    def _due_in_store(self, due: Due) -> Rows:
        rows = models.CalendarSyncMapping.filter(link_id=self._link_id)
        if due is Due.DECIDE and self._assumed.change:
            is_paired = Q(due=None, closed=None, appointment_id__isnull=False)
            return rows.filter(Q(due=due) | is_paired)
        return rows.filter(due=due)

    async def count_due(self, due: Due) -> int:
        kept = sum(due_of(row) is due for row in self._kept.values())
        return kept + await self._due_in_store(due).count()

    async def load(self) -> Load:
        made = await super().load()
        pairs = await outcomes.count_pairs(self._link_id)
        return replace(made, pairs=pairs, is_suspect=self._link.is_suspect)

    async def reload(self, ids: Collection[UUID]) -> Sequence[values.Mapping]:
        stored = [row for row in await super().reload(ids) if row.id not in self._kept]
        return [*map(self._as_drawn, stored), *(self._kept[i] for i in ids if i in self._kept)]

    async def by_event(self, event_ids: Collection[str]) -> Mapping[str, values.Mapping]:
        found = {i: self._now(row) for i, row in (await super().by_event(event_ids)).items()}
        kept = {i: self._kept[self._of_event[i]] for i in event_ids if i in self._of_event}
        return {i: row for i, row in (found | kept).items() if row.event_id == i}

    async def unknown(self, event_ids: Collection[str]) -> Sequence[str]:
        return [i for i in await super().unknown(event_ids) if i not in self._of_event]

    async def by_appointment(self, appointment_ids: Collection[UUID]) -> Mapping[UUID, values.Mapping]:
        stored = (await super().by_appointment(appointment_ids)).values()
        rows = [*map(self._now, stored), *self._kept.values()]
        wanted = set(appointment_ids)
        return {r.appointment_id: r for r in rows if r.appointment_id in wanted and r.closed is None}

    async def by_uid(self, uids: Collection[str], but: Collection[UUID]) -> Sequence[values.Mapping]:
        stored = [row for row in await super().by_uid(uids, but) if row.id not in self._kept]
        wanted, known = set(uids), set(but)
        others = [row for row in self._kept.values() if row.id not in known]
        kept = [row for row in others if row.uid in wanted and row.closed is None]
        return [*map(self._as_drawn, stored), *kept]

    async def save(self, rows: Sequence[values.Mapping]) -> None:
        for row in rows:
            self._kept[row.id] = row
            if row.event_id and (row.closed is None or row.event_id not in self._of_event):
                self._of_event[row.event_id] = row.id

    async def reported(self, event_ids: Collection[str], read_round: int) -> None:  # noqa: ARG002 - the only one
        self._named.update(event_ids)

    async def doubt_unreported(self, read_round: int) -> None:
        unnamed = self._open().exclude(external_event_id=None).filter(read_round__lt=read_round)
        names = await unnamed.values_list("id", "external_event_id")
        ids = {i for i, event_id in names if event_id not in self._named}
        ids |= {row.id for row in self._kept.values() if row.event_id and row.event_id not in self._named}
        doubted: list[values.Mapping] = []
        for part in mappings.chunks(list(ids)):
            doubted += await self.reload(part)
        doubted = [row for row in doubted if row.closed is None and row.read_round < read_round]
        await self.save([replace(r, seen=values.Look()) for r in doubted if complete_reads.is_doubtful(r)])

    async def is_suddenly_empty(self, read_round: int) -> bool:
        return not self._named and await super().is_suddenly_empty(read_round)

    async def bring_in(self, until: datetime, since: datetime | None) -> None:
        if since is not None and since < until:
            await self._open_missing(since)
        await self._look(complete_reads.entering(self._open(), until))
        again = [self._now(mapping_of(row)) for row in await complete_reads.set_aside(self._open())]
        await self.save([replace(row.due(), attempts=0, refused=None) for row in again])

    async def reopen(self, tombstone: values.Mapping) -> None:
        found = await self.appointments([tombstone.appointment_id] if tombstone.appointment_id else [])
        drawn = [a for a in found.values() if self._assumed.selection.draws(a)]
        await self.save([replace(self._opened(a.id), generation=tombstone.generation + 1) for a in drawn])

    async def journal(self, mapping: values.Mapping, operations: Sequence[Operation]) -> None:
        """Nothing was done."""


def _is_between(after: UUID | None, identity: UUID, end: UUID | None) -> bool:
    return (after is None or identity > after) and (end is None or identity <= end)
