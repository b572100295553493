"""Engines broken on purpose, each by one rule of the design left out: the check is checked with them.

They are patches of functions while a history is lived, never options of the engine.
"""

# ruff: noqa: SLF001, ANN401 - what they stand in for is private, and takes what it takes

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from tests.simulation import swarms
from tests.simulation.swarms import Swarm
from tortoise.expressions import F

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import NOTES, Group
from metonic_core.model.mapping import Absent, Mapping, Origin, WriteKind
from metonic_core.model.when import Window
from metonic_core.reconcile import decide, entries, landing, merge, observe
from metonic_core.reconcile.merge import Comparison
from metonic_core.reconcile.step import Reason, Step, Write
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Flow, Selection, flow
from metonic_core.spi.changes import Change, ChangePage
from metonic_core.sync import announce, apply, outcomes, pull
from metonic_core.sync.announce import Announced
from metonic_core.sync.context import Run
from metonic_core.sync.ports import Link
from metonic_gateway.store import complete_reads, drawing, models, preferences
from metonic_gateway.store.mappings import Rows
from metonic_gateway.store.rows import mapping_of

Mutant = Callable[[], AbstractContextManager[Any]]


def no_base() -> AbstractContextManager[Any]:
    """Whatever differs between the sides is an edit there."""
    return patch.multiple(
        Comparison,
        local_base=property(lambda pair: pair.local),
        external_base=property(lambda pair: pair.local),
    )


def base_from_the_current_row() -> AbstractContextManager[Any]:
    """When the answer comes, the base is the appointment as it is by then."""
    original = outcomes._store_answer

    async def store(this: Run, row: Mapping, made: Mapping) -> None:
        if row.intent and row.intent.sent and made.intent is None and made.appointment_id:
            found = await this.ledger.appointments([made.appointment_id])
            made = replace(made, local_base=found[made.appointment_id].content)
        await original(this, row, made)

    return patch.object(outcomes, "_store_answer", store)


@contextmanager
def written_before_it_is_merged() -> Iterator[None]:
    """The provider is written to before what was pulled is stored."""
    postponed: list[tuple[Run, Appointment, UUID]] = []
    store_step, carry_out = apply._store_step, announce.carry_out

    async def store(this: Run, row: Mapping, step: Step, *rest: Any) -> Announced | None:
        if step.appointment and step.write and not step.is_import:
            postponed.append((this, step.appointment, row.id))
            step = replace(step, appointment=None)
        return await store_step(this, row, step, *rest)

    async def carry(this: Run, announced: Sequence[Announced]) -> None:
        await carry_out(this, announced)
        mine = [late for late in postponed if late[0] is this]
        if mine:
            postponed[:] = [late for late in postponed if late[0] is not this]
            async with this.ledger.transaction():
                for _, appointment, row_id in mine:
                    await this.ledger.store_appointment(appointment, row_id, is_import=False)

    with patch.multiple(apply, _store_step=store, carry_out=carry):
        yield


@contextmanager
def planned_text() -> Iterator[None]:
    """What was decided in one transaction is announced in the next, however old it is by then."""
    planned: list[tuple[Run, Mapping, Step, Terms]] = []
    store_step, carry_out = apply._store_step, announce.carry_out

    async def plan(this: Run, row: Mapping, step: Step, terms: Terms, _: object) -> None:
        planned.append((this, row, step, terms))

    async def carry(this: Run, _: Sequence[Announced]) -> None:
        mine = [each for each in planned if each[0] is this]
        planned[:] = [each for each in planned if each[0] is not this]
        announced = []
        async with this.ledger.transaction():
            fresh = {row.id: row for row in await this.ledger.reload([row.id for _, row, *_ in mine])}
            await this.ledger.appointments(
                {row.appointment_id for row in fresh.values() if row.appointment_id}
            )
            for _this, row, step, terms in mine:
                now = fresh[row.id]
                if now.intent or now.seen != row.seen or now.closed:
                    continue
                late = replace(step.mapping, wanted=now.wanted, drawn=now.drawn)
                meant = replace(step, mapping=late) if step.write else step
                made = await store_step(this, row, meant, terms, set())
                announced += [made] if made else []
        await carry_out(this, announced)

    with patch.multiple(apply, _store_step=plan, carry_out=carry):
        yield


@contextmanager
def create_without_intent() -> Iterator[None]:
    """A create is sent without a trace of it, and only its answer is stored."""
    announced_as, store_answers = announce.announce, outcomes.store_answers

    def announce_it(this: Run, row: Mapping, write: Write, terms: Terms) -> Announced:
        made = announced_as(this, row, write, terms)
        if write.kind is not WriteKind.CREATE:
            return made
        silent = replace(made.mapping, intent=None, unconfirmed=row.unconfirmed)
        _SILENT[silent.id] = made.mapping
        return Announced(silent, made.request)

    async def store(this: Run, answers: outcomes.Answers) -> int:
        original = this.ledger.reload

        async def reload(ids: Sequence[UUID]) -> Sequence[Mapping]:
            rows = await original(ids)
            return [_remembering(row) for row in rows]

        known = [(_SILENT.get(row.id, row), answered) for row, answered in answers]
        with patch.object(this.ledger, "reload", reload):
            still_open = await store_answers(this, known)
        for row, _ in answers:
            _SILENT.pop(row.id, None)
        return still_open

    with patch.object(apply, "announce", announce_it), patch.object(announce, "store_answers", store):
        yield


_SILENT: dict[UUID, Mapping] = {}


def _remembering(row: Mapping) -> Mapping:
    sent = _SILENT.get(row.id)
    return replace(row, intent=sent.intent, unconfirmed=sent.unconfirmed) if sent else row


def no_stamp() -> AbstractContextManager[Any]:
    """Which of our writes a copy shows is guessed from its values."""

    def guessed(mapping: Mapping, event: Any, terms: Terms) -> Any:
        return landing._recognised(mapping, event, terms, None)

    return patch.object(landing, "_stamped", guessed)


def wanted_as_a_version() -> AbstractContextManager[Any]:
    """New settings ask for what is wanted already: the number is that of the appointment, not a fresh one."""
    original = drawing.draw_all

    async def draw_all(link_id: UUID, window: Window, **how: bool) -> None:
        paired = models.CalendarSyncMapping.filter(link_id=link_id, closed=None).exclude(appointment_id=None)
        known = [row["id"] for row in await paired.values("id")]
        await original(link_id, window, **how)
        again = models.CalendarSyncMapping.filter(id__in=known)
        await again.update(drawn=F("drawn") - 1, wanted=F("drawn") - 1)

    return patch.object(preferences, "draw_all", draw_all)


def cursor_without_observations() -> AbstractContextManager[Any]:
    """The cursor is stored first, and then what the page said."""
    original = pull._record_page

    async def record(this: Run, link: Link, page: ChangePage, read: Collection[str]) -> Link:
        async with this.ledger.transaction():
            await this.ledger.save_link(replace(link, cursor=page.more if page.done is None else page.done))
        return await original(this, link, page, read)

    return patch.object(pull, "_record_page", record)


@contextmanager
def older_etags_skipped() -> Iterator[None]:
    """Every etag that an event ever had is old news."""
    had: dict[UUID, set[str]] = {}
    original = observe._is_old

    def is_old(mapping: Mapping, change: Change) -> bool:
        etags = had.setdefault(mapping.id, set())
        etags |= {mapping.etag} if mapping.etag else set()
        return observe._etag(change) in etags or original(mapping, change)

    with patch.object(observe, "_is_old", is_old):
        yield


@contextmanager
def deleted_by_a_partial_read() -> Iterator[None]:
    """What a page of a complete read does not name is gone."""

    async def unreported(rows: Rows, read_round: int) -> Sequence[Mapping]:
        unnamed = rows.exclude(external_event_id=None).filter(read_round__lt=read_round, intent__isnull=True)
        found = [mapping_of(row) for row in await unnamed]
        return [replace(row, seen=Absent()).due() for row in found if row.external_base is not None]

    original = pull._record_changes

    async def record(this: Run, link: Link, page: ChangePage, read: Collection[str], terms: Terms) -> None:
        await original(this, link, page, read, terms)
        if link.is_reading_completely:
            await this.ledger.doubt_unreported(link.round)

    with (
        patch.object(complete_reads, "unreported", unreported),
        patch.object(pull, "_record_changes", record),
    ):
        yield


def lag_forgotten() -> AbstractContextManager[Any]:
    """What does not show just after a write is gone."""
    return patch.object(Terms, "_is_recent", lambda *_: False)


@contextmanager
def erasures_believed() -> Iterator[None]:
    """What was erased is gone, whatever is reported as it was then, and whether or not it was found."""
    original, removed = observe._report_on_tombstone, landing._removed

    def report(mapping: Mapping, change: Change, terms: Terms) -> Mapping | None:
        return None if observe._etag(change) == mapping.etag else original(mapping, change, terms)

    with (
        patch.object(observe, "_report_on_tombstone", report),
        patch.object(landing, "_removed", lambda mapping, intent, _=None: removed(mapping, intent)),
    ):
        yield


@contextmanager
def own_events_erased() -> Iterator[None]:
    """What leaves the selection leaves the calendar, whoever made it."""

    def withdraw(pair: Comparison) -> Step:
        return entries._erased(pair, Reason.DESELECTED)

    table = {key: withdraw if entry is entries.withdraw else entry for key, entry in decide.PAIRS.items()}
    with patch.object(decide, "PAIRS", table), patch.object(entries, "withdraw", withdraw):
        yield


def masks_flow_back() -> AbstractContextManager[Any]:
    """Notes that a calendar is not shown are heard from it."""

    def leaking(mapping: Mapping, appointment: Appointment, selection: Selection, group: Group) -> Flow:
        is_masked = group == NOTES and mapping.origin is Origin.COPY
        shown = replace(selection, include_notes=True) if is_masked else selection
        return flow(mapping, appointment, shown, group)

    return patch.object(merge, "flow", leaking)


def parts_taken_for_all() -> AbstractContextManager[Any]:
    """What a write has not reached counts as written, and reads as if people had put it back."""
    return patch.object(landing, "arrived", lambda row, sent, event, _: (row, sent, event))


MUTANTS: tuple[tuple[Mutant, Swarm], ...] = (
    (no_base, swarms.COLLISIONS),
    (base_from_the_current_row, swarms.COLLISIONS),
    (written_before_it_is_merged, swarms.CRASHES),
    (planned_text, swarms.COLLISIONS),
    (create_without_intent, swarms.ANYTHING),
    (no_stamp, swarms.ANSWERS),
    (wanted_as_a_version, swarms.SWITCHES),
    (cursor_without_observations, swarms.LOSSES),
    (older_etags_skipped, swarms.RESTORES),
    (deleted_by_a_partial_read, swarms.ANYTHING),
    (lag_forgotten, swarms.LAGS),
    (erasures_believed, swarms.LAGS),
    (own_events_erased, swarms.CHOICES),
    (masks_flow_back, swarms.MASKS),
    (parts_taken_for_all, swarms.PARTS),
)
"""Each with the histories that are about what its rule is for."""
