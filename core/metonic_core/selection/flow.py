"""Which way each field group may flow between appointment and event, by direction, rights and privacy."""

from enum import Enum

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import NOTES, TIME, VISIBILITY, Group, slot_of
from metonic_core.model.mapping import Mapping, Origin
from metonic_core.selection.choosing import Direction, Selection
from metonic_core.selection.masking import is_telling


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
    """Which way one field group of one pair may travel.

    What a copy does not show, or did not show when it was last agreed upon, never comes back from it.
    """
    is_copy = mapping.origin is Origin.COPY
    is_hidden = group == NOTES and not selection.include_notes
    if is_copy:
        # Of an occurrence only the times are shown, and they may be changed.
        is_masked = mapping.is_masked or selection.masks(appointment)
        is_hidden = is_hidden or (is_masked and is_telling(group) and slot_of(group) is None)
    elif is_telling(group):
        is_hidden = is_hidden or selection.hides(appointment) is not None
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
    return is_telling(group)
