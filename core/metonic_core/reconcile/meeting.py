"""Who looks like whom among the rows of a link that lack their other half.

One appointment and one event: they are asked about. Where more could be meant nothing is guessed: each goes
its way, and whoever asked before thinks again.
"""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from metonic_core.model.appointment import EXTERNAL_TYPE, Appointment
from metonic_core.model.mapping import Look, Mapping, Observed, Origin
from metonic_core.reconcile.alike import (
    Likeness,
    Standing,
    Twin,
    awaiting,
    freed,
    is_asking,
    is_waiting,
    likeness,
)
from metonic_core.reconcile.importing import as_appointment
from metonic_core.reconcile.pairing import asked
from metonic_core.reconcile.step import Step
from metonic_core.reconcile.terms import Terms

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a row without its other half meets.

    ``others`` are the rows that ask about what looks like it, ``waiting`` the one that waits for its answer.
    ``is_awaited``: one of the others asks about this very row; ``is_early``: its twin is still on its way.
    """

    twin: Twin | None = None
    others: tuple[Mapping, ...] = ()
    waiting: Mapping | None = None
    is_awaited: bool = False
    is_early: bool = False

    def after(self, moved: Map[UUID, Mapping]) -> "Meeting":
        """The same, with those rows as they are by now."""
        others = tuple(moved.get(other.id, other) for other in self.others)
        waiting = self.waiting and moved.get(self.waiting.id, self.waiting)
        return replace(
            self,
            twin=self.twin and self.twin.after(moved),
            others=tuple(filter(is_asking, others)),
            waiting=waiting if waiting and is_waiting(waiting) else None,
        )


NOBODY = Meeting()


def met(row: Mapping, meeting: Meeting, terms: Terms) -> Step | None:
    """The row as it waits or asks; None where it goes its way."""
    if meeting.is_early:
        return Step(row)
    if meeting.is_awaited:
        return Step(awaiting(row))
    if meeting.twin is None:
        return None
    if is_asking(row) and row.alike_id != meeting.twin.asked_about:
        # It asked about another one: that is over, and this is asked next.
        return Step(replace(row, hold=None, alike_id=None, resolution=None))
    return asked(row, meeting.twin.borne_by(row), terms)


def parted(row: Mapping, step: Step, meeting: Meeting) -> Step:
    """The step, with the rows that are to be decided anew because this one does not ask, or about another."""
    made, done = step.mapping, {first.id for first in step.firsts}
    is_early = made == row and step.write is None
    if is_early or (is_asking(made) and made.alike_id == row.alike_id):
        return step
    late = () if is_asking(made) or meeting.is_awaited else tuple(other.due() for other in meeting.others)
    left = (freed(meeting.waiting),) if meeting.waiting and meeting.waiting.id not in done else ()
    return replace(step, others=(*left, *late, *step.others))


@dataclass(frozen=True)
class Neighbours:
    """All that may look like the rows of a batch: appointments with their rows, and events without any."""

    standing: Sequence[Standing]
    events: Sequence[Mapping]
    terms: Terms

    @cached_property
    def _standing_by(self) -> dict[Likeness | None, list[Standing]]:
        return _grouped(self.standing, lambda s: self._of(s.appointment))

    @cached_property
    def _events_by(self) -> dict[Likeness | None, list[Mapping]]:
        return _grouped(self.events, self._of_lone)

    def of_event(self, row: Mapping) -> Meeting:
        """What the event of a one-sided row meets."""
        waiting = self._waiting_for(row)
        like = self._of_lone(row)
        if like is None or row.id not in {each.id for each in self._lone(like)}:
            return Meeting(waiting=waiting)
        here, there = self._appointments(like), [*self._lone(like), *self._imported(like)]
        if len(here) != 1 or len(there) != 1:
            return Meeting(others=self._asking(like, row), waiting=waiting)
        was_answered = row.alike_id == here[0].appointment.id and not is_asking(row)
        if was_answered or not _lacks_its_event(here[0].row):
            return Meeting(waiting=waiting)
        is_early = here[0].row is not None and here[0].row.intent is not None
        return Meeting(Twin(here[0], row), waiting=waiting, is_early=is_early)

    def of_appointment(self, row: Mapping, appointment: Appointment) -> Meeting:
        """What an appointment without event meets."""
        asking = tuple(e for e in self.events if is_asking(e) and e.alike_id == appointment.id)
        if asking or (like := self._of(appointment)) is None:
            return Meeting(others=asking, is_awaited=bool(asking))
        there, lone = self._imported(like), self._lone(like)
        if not there and not lone:
            return NOBODY
        here = self._appointments(like)
        if len(here) != 1 or len(there) != 1 or lone:
            return Meeting(others=self._asking(like, row))
        pair, imported = there[0].row, there[0].appointment
        if pair is None or pair.alike_id == appointment.id or not _is_untouched(pair, imported):
            return NOBODY
        # What was seen of it and stays there is not heard, as the calendar is only written to.
        is_early = pair.intent is not None or pair.wanted is not None or isinstance(pair.seen, Look)
        return Meeting(Twin(Standing(appointment, row), pair, imported), is_early=is_early)

    def _waiting_for(self, row: Mapping) -> Mapping | None:
        rows = (s.row for s in self.standing if s.appointment.id == row.alike_id)
        return next((r for r in rows if r and is_waiting(r)), None) if is_asking(row) else None

    def _appointments(self, like: Likeness) -> list[Standing]:
        """The platform's own appointments that say so and belong into this calendar."""
        return [s for s in self._standing_by.get(like, ()) if self._is_platforms(s.appointment)]

    def _is_platforms(self, appointment: Appointment) -> bool:
        selection = self.terms.selection
        return (
            appointment.imported_from is None
            and appointment.owner_id == selection.user_id
            and selection.excludes(appointment) is None
        )

    def _imported(self, like: Likeness) -> list[Standing]:
        """The appointments that came from an event of this link."""
        link = self.terms.link_id
        came = (s for s in self._standing_by.get(like, ()) if s.row and s.appointment.imported_from == link)
        return [s for s in came if not s.appointment.is_deleted]

    def _lone(self, like: Likeness) -> Sequence[Mapping]:
        """The rows of events that no appointment is paired with."""
        return self._events_by.get(like, ())

    def _of(self, appointment: Appointment) -> Likeness | None:
        """What it may be told by in this calendar: nothing, where that is not shown what it is about."""
        return None if self.terms.selection.hides(appointment) else likeness(appointment.content)

    def _of_lone(self, row: Mapping) -> Likeness | None:
        """The same for an event, as the appointment that would be made of it."""
        if not isinstance(row.seen, Observed):
            return None
        return self._of(as_appointment(row.seen.event, self.terms))

    def _asking(self, like: Likeness, but: Mapping) -> tuple[Mapping, ...]:
        """Who asks about what looks alike, and has to think again: there is a third one.

        Not who is due anyway, and perhaps was decided in this very batch.
        """
        rows = [*self._lone(like), *(s.row for s in self._appointments(like) if s.row)]
        return tuple(r for r in rows if is_asking(r) and r.wanted is None and r.id != but.id)


def _grouped(those: Iterable[T], key: Callable[[T], Likeness | None]) -> dict[Likeness | None, list[T]]:
    made: dict[Likeness | None, list[T]] = {}
    for one in those:
        made.setdefault(key(one), []).append(one)
    return made


def _lacks_its_event(row: Mapping | None) -> bool:
    """Whether the appointment has none here, or only a copy that we made."""
    return row is None or row.external_base is None or (row.origin is Origin.COPY and row.hold is None)


def _is_untouched(pair: Mapping, imported: Appointment) -> bool:
    """Whether nobody made anything of an imported event but importing it."""
    is_as_imported = pair.origin is Origin.OWN and pair.wrote_at is None and pair.hold is None
    is_here_too = pair.local_base == imported.content and imported.type == EXTERNAL_TYPE
    return is_as_imported and is_here_too and not imported.is_shared
