"""Which way each field group may flow between appointment and event, by direction, rights and privacy."""

from enum import Enum

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import LOCATION, NOTES, TIME, TITLE, VISIBILITY, Content, Group, slot_of
from metonic_core.model.mapping import Mapping, Origin
from metonic_core.selection.choosing import Direction, Selection

BUSY = "Busy"
"""All that is ever known here of a private event's title."""

_WITHHELD = frozenset({TITLE, LOCATION, NOTES})


class Flow(Enum):
    """Which way a field group travels between appointment and event."""

    BOTH = (True, True)
    OUT = (False, True)
    IN = (True, False)
    NONE = (False, False)

    @property
    def is_inbound(self) -> bool:
        return self.value[0]

    @property
    def is_outbound(self) -> bool:
        return self.value[1]


def flow(mapping: Mapping, appointment: Appointment, selection: Selection, group: Group) -> Flow:
    """Which way one field group of one pair may travel."""
    is_copy = mapping.origin is Origin.COPY
    is_hidden = group == NOTES and not selection.include_notes
    if is_withheld(mapping, group) or (is_hidden and not is_copy):
        return Flow.NONE
    inbound = appointment.may_edit(selection.user_id) and selection.direction is not Direction.PUSH
    if is_copy and (group == VISIBILITY or is_hidden):
        inbound = False
    outbound = mapping.can_write and (mapping.can_write_time or not _is_about_time(group))
    return Flow((inbound, outbound and selection.direction is not Direction.PULL))


def _is_about_time(group: Group) -> bool:
    return group == TIME or slot_of(group) is not None


def is_withheld(mapping: Mapping, group: Group) -> bool:
    """Whether the group of a user's own private event is kept from the platform, and so never written."""
    if mapping.origin is Origin.COPY or mapping.external_base is None or not mapping.external_base.is_private:
        return False
    return group in _WITHHELD or slot_of(group) is not None


def withhold(content: Content, known: Content | None) -> Content:
    """A private event as the platform may know it: its times, and for the rest what was already known.

    Going private is no edit: what was known before stays.
    """
    if not content.is_private:
        return content
    before = known or Content(BUSY, content.when)
    kept = content.take(_WITHHELD, before)
    return kept.take((g for g in kept.groups() | before.groups() if slot_of(g) is not None), before)
