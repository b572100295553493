"""Which appointments a calendar gets, and which way each field group may flow between the two.

Pure. The reasons are codes that end up in the journal and in what users are told.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import LOCATION, NOTES, TIME, TITLE, VISIBILITY, Content, Group, slot_of
from metonic_core.model.mapping import Mapping, Origin
from metonic_core.model.when import Window

BUSY = "Busy"
"""All that is ever known here of a private event's title."""

_WITHHELD = frozenset({TITLE, LOCATION, NOTES})


class Exclusion(StrEnum):
    """Why an appointment is not in a calendar."""

    NOT_CONCERNED = "not_concerned"
    PRIVATE = "private"
    IMPORTED_ELSEWHERE = "imported_elsewhere"
    OUTSIDE_WINDOW = "outside_window"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Selection:
    """What one link takes: the appointments that concern its user, under the settings of its calendar."""

    link_id: UUID
    user_id: UUID
    window: Window
    exclude_private: bool = True

    def excludes(self, appointment: Appointment) -> Exclusion | None:
        """Why this appointment does not belong into the calendar; None if it does.

        The window is no reason here: what leaves it stays paired.
        """
        if appointment.is_deleted:
            return Exclusion.CANCELLED
        if not appointment.concerns(self.user_id):
            return Exclusion.NOT_CONCERNED
        if appointment.imported_from == self.link_id:
            return None
        if appointment.imported_from is not None:
            return Exclusion.IMPORTED_ELSEWHERE
        if self.exclude_private and appointment.content.is_private:
            return Exclusion.PRIVATE
        return None

    def excludes_new(self, appointment: Appointment) -> Exclusion | None:
        """The same for an appointment that is not in the calendar yet: then the window counts."""
        reason = self.excludes(appointment)
        if reason is None and not appointment.content.occurs_in(self.window):
            return Exclusion.OUTSIDE_WINDOW
        return reason

    def draws(self, appointment: Appointment) -> bool:
        """Whether an appointment without an event here should get one. One that was imported has one."""
        return appointment.imported_from != self.link_id and self.excludes_new(appointment) is None


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


def flow(mapping: Mapping, appointment: Appointment, user_id: UUID, group: Group) -> Flow:
    """Which way one field group of one pair may travel, by rights and by what the event allows."""
    if is_withheld(mapping, group):
        return Flow.NONE
    inbound = appointment.may_edit(user_id)
    if group == VISIBILITY and mapping.origin is Origin.COPY:
        inbound = False
    outbound = mapping.can_write and (mapping.can_write_time or not _is_about_time(group))
    return Flow((inbound, outbound))


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
