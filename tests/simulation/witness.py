"""Who watches each run: what it stores against its rights, conflicts without a cause, what it came across."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from tests.simulation import causes
from tests.simulation.course import Crash
from tests.simulation.faults import SteppingLedger
from tests.simulation.values import tokens, tokens_of, told

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import NOTES, TIME, Content, Group, all_groups
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import HoldKind, Mapping, Origin
from metonic_core.model.resolution import Resolution
from metonic_core.reconcile.guard import Held
from metonic_core.reconcile.step import Act, Conflict, Operation, Reason, Side
from metonic_core.selection import Direction, Selection

if TYPE_CHECKING:
    from tests.simulation.world import Desk, World

_SIGN_OF_CONTACTS = "\N{BLACK TELEPHONE}"


@dataclass(slots=True)
class Witness:
    """Of a whole history. ``agreed`` are the etags that rows had, by calendar; ``known`` all operations.

    ``adopted`` are rows of which nobody knows what their event held before: their next write goes over it.
    ``unanswered`` is what was sent to each user's own event, and no run was told what became of it; ``own``
    are the rows of these events as they were last stored, by calendar.
    ``outdone`` is what gave way where only the calendar counts.
    """

    world: "World"
    running: list["Observed"] = field(default_factory=list)
    agreed: set[tuple[UUID, str]] = field(default_factory=set)
    adopted: set[UUID] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    unanswered: dict[UUID, set[int]] = field(default_factory=dict)
    outdone: set[int] = field(default_factory=set)
    own: dict[tuple[UUID, str | None], Mapping] = field(default_factory=dict)

    def begin(self, desk: "Desk") -> "Observed":
        observed = Observed(self, desk)
        self.running.append(observed)
        return observed

    def unseen(self, desk: "Desk", event: StoredEvent, old: Content) -> frozenset[Group]:
        """The groups in which only a write of ours that no run saw arrive is what the old version lacks.

        Where what stood there before that write is put back, it is as if that had never come: services give
        events new versions for reasons of their own, and not to send it again would lose an edit made here.
        """
        row = self.own.get((desk.id, event.id))
        if row is None or row.closed or row.external_base is None:
            return frozenset()
        base, sent = row.external_base, [(s.content, g) for s in row.unconfirmed for g in s.groups]
        if any(told(said, g) == told(old, g) != told(base, g) for said, g in sent):
            return frozenset()
        arrived = frozenset(g for said, g in sent if told(said, g) == told(event.content, g))
        return frozenset(g for g in arrived if told(base, g) == told(old, g))


@dataclass(eq=False, slots=True)
class Observed:
    """One run: the rows it loaded, and the intents that it announced and has no answer for."""

    witness: Witness
    desk: "Desk"
    open: set[UUID] = field(default_factory=set)
    origins: dict[UUID, Origin] = field(default_factory=dict)
    fixed: set[UUID] = field(default_factory=set)
    entitled: set[UUID | None] = field(default_factory=set)
    loaded: set[UUID] = field(default_factory=set)

    @property
    def world(self) -> "World":
        return self.witness.world

    def end(self, error: BaseException | None) -> None:
        self.witness.running.remove(self)
        self.world.counts["runs"] += 1
        if isinstance(error, Crash | asyncio.CancelledError):
            self.world.counts["crashes"] += 1
            self.world.counts["crashes inside an open intent"] += bool(self.open)
        elif error is not None:
            self.world.counts[f"runs ended by {type(error).__name__}"] += 1

    def load(self, ids: set[UUID]) -> None:
        """Count where two runs work on one appointment at the same time."""
        others = [other for other in self.witness.running if other is not self]
        shared = any(other.loaded & ids for other in others)
        self.world.counts["concurrent runs on one appointment"] += shared
        self.loaded |= ids

    def save(self, rows: Sequence[Mapping], selection: Selection | None) -> None:
        for row in rows:
            if row.origin is Origin.OWN:
                self.witness.own[self.desk.id, row.event_id] = row
            if row.etag:
                self.witness.agreed.add((self.desk.id, row.etag))
            is_beyond = row.hold is not None and row.hold.kind is HoldKind.OUTSIDE
            self.world.counts["events met beyond the window"] += is_beyond
            if row.intent is None:
                self._answered(row)
            elif row.intent.operation not in self.witness.known:
                self._announce(row, row.intent.operation, selection)
                self._send(row)

    def _send(self, row: Mapping) -> None:
        """Whatever stands in a user's own event later may have been written on top of that, or before it."""
        if row.origin is Origin.OWN and row.intent and row.intent.sent:
            self.witness.unanswered.setdefault(row.id, set()).update(tokens(row.intent.sent.content))

    def _answered(self, row: Mapping) -> None:
        if row.id in self.open:
            self.open.discard(row.id)
            self.witness.unanswered.pop(row.id, None)

    def _announce(self, row: Mapping, operation: str, selection: Selection | None) -> None:
        self.open.add(row.id)
        self.witness.known.add(operation)
        self.world.counts["writes"] += 1
        if selection and selection.direction is Direction.PULL:
            self.world.astray.append(f"a write into a calendar that is read only one way ({row.event_id})")

    def hear(self, before: Appointment, after: Appointment, paired: UUID, selection: Selection) -> None:
        """A run changes an appointment: only who may edit does, and nothing that was masked flows back."""
        found = []
        if selection.direction is Direction.PUSH:
            found.append("a calendar was heard that is written only one way")
        if not after.may_edit(selection.user_id):
            found.append("somebody was heard who may not edit it")
        changed = {
            g
            for g in all_groups(before.content, after.content)
            if before.content.get(g) != after.content.get(g)
        }
        is_copy = self.origins.get(paired) is Origin.COPY
        if NOTES in changed and is_copy and not selection.include_notes:
            found.append("masked: notes flow back that are not shown")
        if NOTES in changed and _SIGN_OF_CONTACTS in after.content.notes:
            found.append("masked: contact details flow back")
        if before.content.title != after.content.title == "Busy":
            found.append("masked: a title becomes Busy")
        self.world.astray += [f"{what} ({before.id})" for what in found]
        if selection.direction is Direction.PULL or paired in self.fixed:
            self.witness.outdone |= {t for group in changed for t in tokens_of(before.content, group)}
        else:
            unanswered = self.witness.unanswered.get(paired, set())
            self._overrule(changed, before.content, (after.content,), f"here, {before.id}", unanswered)

    def journal(self, row: Mapping, operations: Sequence[Operation], selection: Selection | None) -> None:
        """What landed at the provider goes over what people wrote there only where it says so."""
        for done in operations:
            if done.reason is Reason.ADOPTED:
                self.witness.adopted.add(row.id)
            elif done.side is Side.EXTERNAL and done.act is Act.UPDATE and done.before:
                after = [content for content in (row.external_base, row.local_base) if content]
                # What a copy does not show any more is nobody's edit.
                groups = done.groups & {TIME} if row.is_masked else done.groups
                groups -= {NOTES} if selection and not selection.include_notes else frozenset()
                if done.reason is Reason.EDITED_HERE and self._is_bound(row):
                    self._overrule(groups, done.before, after, f"there, {row.event_id}")
                self.witness.adopted.discard(row.id)

    def _is_bound(self, row: Mapping) -> bool:
        """Whether edits there count, so that none of them may be written over unseen."""
        is_entitled = row.appointment_id in self.entitled and self.desk.id not in self.world.one_way
        return is_entitled and row.id not in self.witness.adopted

    def _overrule(
        self,
        groups: Iterable[Group],
        before: Content,
        after: Sequence[Content],
        where: str,
        unanswered: Collection[int] = (),
    ) -> None:
        """I9, the other way round: nobody's edit is replaced in silence by one that had not seen it.

        Where nobody can tell whether it had, because the write got no answer, it counts as one that had.
        """
        values = self.world.values
        if self.world.is_tangled:
            return
        for group in groups:
            replaced = set(tokens_of(before, group))
            new = {t for content in after for t in tokens_of(content, group)}
            if new & values.restored:
                continue
            seen = values.with_ancestors(new | self.witness.outdone) | values.restored | values.retired
            if lost := replaced - seen - set(unanswered):
                self.world.astray.append(f"I9: {group} {lost} was overruled in silence {where}")

    def conflict(self, mapping: Mapping, conflict: Conflict) -> None:
        self.world.counts[f"conflicts: {conflict.type}"] += 1
        self.world.note(
            "conflict at", self.desk.provider, mapping.appointment_id, conflict.type, *conflict.groups
        )
        if not self.world.is_tangled:
            self.world.astray += causes.groundless(self.world, self.desk, mapping, conflict)


class WatchedLedger(SteppingLedger):
    """The ledger of a run that is watched."""

    observed: Observed
    _terms: Selection | None = None

    async def selection(self) -> Selection:
        self._terms = await super().selection()
        return self._terms

    async def undecided(self, after: UUID | None, limit: int, *, is_lone: bool) -> Sequence[Mapping]:
        rows = await super().undecided(after, limit, is_lone=is_lone)
        self.observed.origins |= {row.id: row.origin for row in rows}
        self.observed.fixed |= {row.id for row in rows if not (row.can_write and row.can_write_time)}
        return rows

    async def save(self, rows: Sequence[Mapping]) -> None:
        self.observed.save(rows, self._terms)
        await super().save(rows)

    async def appointments(self, ids: Collection[UUID]) -> Table[UUID, Appointment]:
        self.observed.load(set(ids))
        known = await super().appointments(ids)
        user = self.observed.desk.user_id
        self.observed.entitled |= {a.id for a in known.values() if a.may_edit(user)}
        return known

    async def store_appointment(self, appointment: Appointment, paired: UUID, *, is_import: bool) -> bool:
        before = self._read.get(appointment.id)
        is_stored = await super().store_appointment(appointment, paired, is_import=is_import)
        if is_stored and before and self._terms:
            self.observed.hear(before, appointment, paired, self._terms)
        return is_stored

    async def journal(self, mapping: Mapping, operations: Sequence[Operation]) -> None:
        self.observed.journal(mapping, operations, self._terms)
        await super().journal(mapping, operations)

    async def hold(self, held: Held) -> None:
        self.observed.world.counts["held items"] += 1
        await super().hold(held)

    async def note_conflict(self, mapping: Mapping, conflict: Conflict, resolved: Resolution | None) -> None:
        self.observed.conflict(mapping, conflict)
        await super().note_conflict(mapping, conflict, resolved)
