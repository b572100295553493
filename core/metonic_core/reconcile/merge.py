"""The three-way merge of one pair over its two bases, field group by field group.

Each side is compared with its own base, because a provider may not store what it was sent, and in the
platform's terms: what only a calendar is shown is no edit. What is sent is every outbound group in which the
projection differs from the external base: a revert, or a write that did not land, is due again by itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from metonic_core.model.appointment import Appointment, stamped
from metonic_core.model.content import (
    NOTES,
    STATUS,
    TIME,
    Content,
    Group,
    all_groups,
    occurrence_group,
    slot_of,
)
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Mapping, Observed, Origin
from metonic_core.model.series import has_slot
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import (
    Direction,
    Flow,
    as_platform_knows,
    discretion,
    flow,
    is_telling,
    masked,
    projected,
    unmasked,
)

CLOCKS_APART = timedelta(minutes=2)
"""How far the clocks of two services may be apart, so that nobody can tell what came first.

Servers keep their time within seconds, but some stamp an event with the clock of the device that edited it.
"""


@dataclass(frozen=True)
class Comparison:
    """What moved on each side of a pair since the sides last agreed.

    The row must have its bases; the event counts as unchanged where nothing new was observed.
    """

    mapping: Mapping
    appointment: Appointment
    terms: Terms

    @cached_property
    def event(self) -> StoredEvent | None:
        return self.mapping.seen.event if isinstance(self.mapping.seen, Observed) else None

    @cached_property
    def external_base(self) -> Content:
        return self.mapping.external_base or self.appointment.content

    @cached_property
    def external(self) -> Content:
        return self.event.content if self.event else self.external_base

    @cached_property
    def edited_there_at(self) -> datetime | None:
        """When somebody last edited the event; None where it is not said, or is when we wrote it."""
        at, wrote_at = self.event.modified_at if self.event else None, self.mapping.wrote_at
        is_ours = at is not None and wrote_at is not None and abs(at - wrote_at) <= CLOCKS_APART
        return None if is_ours else at

    @cached_property
    def local_base(self) -> Content:
        return self.mapping.local_base or self.appointment.content

    @cached_property
    def local(self) -> Content:
        return self.appointment.content

    @cached_property
    def known(self) -> Content:
        """The event, as the platform is to know it."""
        return self.as_known(self.external)

    def as_known(self, content: Content) -> Content:
        """What the event said or says, in the platform's terms."""
        known = as_platform_knows(content, self.mapping)
        return unmasked(known, self.local) if self.is_veiled else known

    @cached_property
    def is_veiled(self) -> bool:
        """Whether the copy is masked, was when it was last agreed upon, or is to be."""
        is_copy = self.mapping.origin is Origin.COPY
        return is_copy and (self._as_shown.is_masked or self.terms.selection.masks(self.appointment))

    @cached_property
    def _as_shown(self) -> Mapping:
        """The row by what the event is now: one that became public flows, one that went private does not.

        Nor does what a copy says that is masked, or was when it was last agreed upon.
        """
        is_masked = self.mapping.is_masked or self.is_masked_there
        return replace(self.mapping, external_base=self.external, is_masked=is_masked)

    @cached_property
    def is_masked_there(self) -> bool:
        """Whether the copy says no more than "Busy": told by its stamp, or else by what was last agreed."""
        marker = self.terms.marker_on(self.event) if self.event else None
        is_ours = marker is not None and marker == self.mapping.marker(marker.operation)
        return marker.is_masked if marker and is_ours else self.mapping.is_masked

    @cached_property
    def is_hidden(self) -> bool:
        """Whether this calendar may not be shown what the appointment is about."""
        return self.terms.selection.hides(self._as_it_will_be) is not None

    @cached_property
    def is_to_be_finished(self) -> bool:
        """Whether the copy is written to once more, even where nothing differs that can be seen."""
        return self.mapping.is_unfinished and self.flow(STATUS).is_outbound

    @cached_property
    def _as_it_will_be(self) -> Appointment:
        """By what privacy is judged: the user's own event may bring the appointment out of hiding."""
        selection = self.terms.selection
        is_heard = self.appointment.may_edit(selection.user_id) and selection.direction is not Direction.PUSH
        if self.mapping.origin is Origin.COPY or not is_heard or not selection.hides(self.appointment):
            return self.appointment
        return replace(self.appointment, content=self.local.take(self.moved_there, self.known))

    def flow(self, group: Group) -> Flow:
        return flow(self._as_shown, self._as_it_will_be, self.terms.selection, group)

    @cached_property
    def edited_here(self) -> frozenset[Group]:
        """The groups edited on the platform that may flow out."""
        if self.is_veiled:
            moved = self.terms.differing(masked(self.local), masked(self.local_base))
        else:
            moved = self.terms.differing(self.local, self.local_base)
        return frozenset(g for g in moved if self.flow(g).is_outbound)

    def told(self, groups: frozenset[Group], content: Content | None = None) -> Content:
        """What journal and conflicts may say of the appointment, or of ``content`` that it is to have.

        The calendar itself says what of the ``groups`` that it is about may flow in, but not behind a mask.
        """
        known = content or self.local
        heard = () if self.is_veiled else (g for g in groups if self.flow(g).is_inbound)
        discreet = discretion(self.terms.selection, self.appointment, self._as_it_will_be)
        return discreet(known).take(heard, known)

    @cached_property
    def moved_there(self) -> frozenset[Group]:
        """The groups in which the event is not what it was."""
        return self.terms.differing(self.external, self.external_base)

    @cached_property
    def edited_there(self) -> frozenset[Group]:
        """Those of them that may flow in. An edit without inbound flow counts as none."""
        said = self.terms.differing(self.known, self.as_known(self.external_base))
        if not self.is_veiled:
            said &= self.moved_there
        if self._are_notes_apart:
            said -= {NOTES}
        return frozenset(g for g in said if self.flow(g).is_inbound)

    @cached_property
    def _are_notes_apart(self) -> bool:
        """Whether the copy did not show the notes when it was last agreed upon.

        Whoever wrote some into it then has not seen those that there are.
        """
        shown = self.as_known(self.external_base)
        is_copy = self.mapping.origin is Origin.COPY
        return is_copy and bool(self.local_base.notes) and not self.terms.same(NOTES, shown, self.local_base)

    @cached_property
    def owed(self) -> frozenset[Group]:
        """The groups in which the event was to be put back as agreed, and that was lost or not even tried.

        Notes, and whatever a mask covers, may be shown otherwise and yet agree.
        """
        if self.is_veiled:
            return frozenset()
        return self.terms.differing(self.as_known(self.external_base), self.local_base) - {NOTES}

    @cached_property
    def colliding(self) -> frozenset[Group]:
        """The groups edited on both sides to different values, and slots that a changed schedule lost."""
        both = self.edited_here & self.edited_there
        apart = frozenset(g for g in both if not self.terms.same(g, self.local, self.known))
        return (
            apart
            | self._lost_slots(self.local, self.edited_here, self.edited_there)
            | self._lost_slots(self.known, self.edited_there, self.edited_here)
        )

    def _lost_slots(
        self, schedule: Content, edited: frozenset[Group], other: frozenset[Group]
    ) -> frozenset[Group]:
        """A new schedule against edits of occurrences that it no longer has: one conflict."""
        if TIME not in edited:
            return frozenset()
        slots = [slot for g in other - edited if (slot := slot_of(g)) is not None]
        lost = [s for s in slots if not has_slot(schedule.when, schedule.recurrence, s)]
        return frozenset({TIME, *map(occurrence_group, lost)}) if lost else frozenset()


@dataclass(frozen=True, slots=True)
class Merge:
    """The agreed row, the appointment with what was pulled, and what remains to be sent of ``shown``."""

    mapping: Mapping
    appointment: Appointment
    shown: Content
    pulled: frozenset[Group]
    reverted: frozenset[Group]
    to_send: frozenset[Group]


def merge(
    pair: Comparison, here: frozenset[Group] = frozenset(), there: frozenset[Group] = frozenset()
) -> Merge:
    """Bring both sides together: pull first, then see what differs. What collides is not pulled.

    But for what was resolved: ``here`` are groups in which the appointment stands, ``there`` the event.
    """
    pulled = (pair.edited_there - pair.edited_here - pair.colliding - here) | there
    overruled = frozenset(g for g in here if not pair.terms.same(g, pair.local, pair.known))
    undecided = pair.colliding - here - there
    settled = (pair.edited_there & pair.edited_here) - undecided - overruled
    reverted = frozenset(g for g in pair.moved_there - pair.edited_there if pair.flow(g).is_outbound)
    content = pair.local.take(pulled, pair.known)
    # A group without any flow does not move its bases; one that only looks different is re-based in silence.
    standing = pair.moved_there - pair.edited_there - reverted
    external = pair.external.take(standing, pair.external_base)
    local_base = pair.local_base.take(pulled | settled, content)
    mapping = replace(
        pair.mapping,
        local_base=masked(local_base) if pair.is_masked_there else local_base,
        external_base=external,
        etag=pair.event.etag if pair.event else pair.mapping.etag,
        # What the event says while the appointment is hidden is kept for when it is not any more.
        seen=pair.mapping.seen if pair.is_hidden and any(map(is_telling, standing)) else None,
        hold=None,
        is_masked=pair.is_masked_there,
    )
    appointment = stamped(pair.appointment, replace(pair.appointment, content=content), pair.edited_there_at)
    shown = projected(appointment, mapping.origin, pair.terms.selection)
    to_send = _to_send(mapping, appointment, shown, pair.terms)
    return Merge(mapping, appointment, shown, pulled, reverted, to_send)


def _to_send(mapping: Mapping, appointment: Appointment, shown: Content, terms: Terms) -> frozenset[Group]:
    base = mapping.external_base or shown
    return frozenset(
        g
        for g in all_groups(base, shown)
        if flow(mapping, appointment, terms.selection, g).is_outbound and not terms.same(g, base, shown)
    )
