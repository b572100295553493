"""Which appointments a calendar gets.

Pure. The reasons are codes that end up in the journal and in what users are told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Content
from metonic_core.model.resolution import ResolutionKind
from metonic_core.model.when import Timed, Window, instant_of
from metonic_core.selection.rules import Rule, matches_any

# Where there is no first or no last day; the ends of time themselves cannot be reckoned with.
_EARLIEST, _LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class Direction(StrEnum):
    """Which way a calendar is synced: both, only out of the platform, or only into it."""

    BOTH = "both"
    PUSH = "push"
    PULL = "pull"


class Treatment(StrEnum):
    """What becomes of a private appointment: it stays out, is shown as busy time, or is shown whole."""

    EXCLUDE = "exclude"
    MASK = "mask"
    INCLUDE = "include"


class Choice(StrEnum):
    """What a user chose for a single appointment, whatever the filters say."""

    ALWAYS = "always"
    NEVER = "never"


class Exclusion(StrEnum):
    """Why an appointment is not in a calendar."""

    NOT_CONCERNED = "not_concerned"
    NEVER = "never"
    PRIVATE = "private"
    MATCHES_RULE = "matches_rule"
    IMPORTED_ELSEWHERE = "imported_elsewhere"
    NOT_SELECTED = "not_selected"
    OTHER_TYPE = "other_type"
    OTHER_CLIENT = "other_client"
    OTHER_DATES = "other_dates"
    OUTSIDE_WINDOW = "outside_window"
    PULL_ONLY = "pull_only"
    CANCELLED = "cancelled"


HIDING = frozenset({Exclusion.PRIVATE, Exclusion.MATCHES_RULE})
"""What is left out because it may not be shown, not because it is not wanted."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What an appointment must match, all of it: None narrows nothing, an empty set lets nothing through.

    ``clients`` are users, one of whom must take part. ``first_day`` and ``last_day`` are both included, and
    are days in the appointment's own zone.
    """

    types: frozenset[str] | None = None
    clients: frozenset[UUID] | None = None
    first_day: date | None = None
    last_day: date | None = None

    def excludes(self, appointment: Appointment) -> Exclusion | None:
        """Which of them the appointment does not match. Where there are none at all, none is selected."""
        if self == Filters():
            return Exclusion.NOT_SELECTED
        # What was imported has no type of the platform's, so that none could be chosen for it.
        is_typed = appointment.imported_from is None
        if is_typed and self.types is not None and appointment.type not in self.types:
            return Exclusion.OTHER_TYPE
        if self.clients is not None and not any(appointment.concerns(user) for user in self.clients):
            return Exclusion.OTHER_CLIENT
        if not appointment.content.occurs_in(self._days(appointment.content)):
            return Exclusion.OTHER_DATES
        return None

    def _days(self, content: Content) -> Window:
        zone = content.when.zone if isinstance(content.when, Timed) else "UTC"
        start = _midnight(self.first_day, zone) if self.first_day else _EARLIEST
        end = _midnight(self.last_day + timedelta(days=1), zone) if self.last_day else _LATEST
        return Window(start, end)


def _midnight(day: date, zone: str) -> datetime:
    return instant_of(datetime.combine(day, time()), zone)


@dataclass(frozen=True, slots=True)
class Selection:
    """What one link takes: the appointments that concern its user, under the settings of its calendar.

    ``filters`` is None where all are synced. ``choices`` go before the filters; ``include_contact`` says that
    copies name the clients with their contact details. ``conflict_policy`` is how conflicts are resolved that
    nobody resolves, None where they wait. ``rules`` say what else is private; they and ``private`` go before
    all filters and choices. ``forward_imported``: what came from another calendar of the user goes into this
    one as well.
    """

    link_id: UUID
    user_id: UUID
    window: Window
    private: Treatment = Treatment.EXCLUDE
    direction: Direction = Direction.BOTH
    filters: Filters | None = None
    choices: Mapping[UUID, Choice] = field(default_factory=dict)
    include_notes: bool = True
    include_contact: bool = False
    conflict_policy: ResolutionKind | None = None
    rules: tuple[Rule, ...] = ()
    forward_imported: bool = False

    def excludes(self, appointment: Appointment) -> Exclusion | None:
        """Why this appointment does not belong into the calendar; None if it does.

        Neither the window nor the direction is a reason here: what is there stays paired. An appointment
        stays in the calendar that it came from, unless its user chose otherwise for this one.
        """
        if appointment.is_deleted:
            return Exclusion.CANCELLED
        if not appointment.concerns(self.user_id):
            return Exclusion.NOT_CONCERNED
        choice = self.choices.get(appointment.id)
        if choice is Choice.NEVER:
            return Exclusion.NEVER
        if appointment.imported_from == self.link_id:
            return None
        if appointment.imported_from is not None and not self.forward_imported:
            return Exclusion.IMPORTED_ELSEWHERE
        return self._filtered(appointment, choice)

    def _filtered(self, appointment: Appointment, choice: Choice | None) -> Exclusion | None:
        hidden = self.hides(appointment)
        if hidden and not self.masks(appointment):
            return hidden
        if self.filters is None or choice is Choice.ALWAYS:
            return None
        return self.filters.excludes(appointment)

    def hides(self, appointment: Appointment) -> Exclusion | None:
        """Why the calendar may not be shown what this appointment is about; None if it may.

        What came in from a private event is not shown elsewhere either, whatever is set there.
        """
        if matches_any(self.rules, appointment):
            return Exclusion.MATCHES_RULE
        is_included = self.private is Treatment.INCLUDE and not self._is_from_elsewhere(appointment)
        return Exclusion.PRIVATE if appointment.content.is_private and not is_included else None

    def masks(self, appointment: Appointment) -> bool:
        """Whether a copy of it here says no more than that its user is busy.

        Who shows private appointments whole sees busy time of what nobody here may know. What matches a rule
        is masked only where that is set. What came from this very calendar is never left out of it: where its
        event went and a copy was made in its place, that is masked.
        """
        hidden = self.hides(appointment)
        is_unknown = hidden is Exclusion.PRIVATE and self.private is Treatment.INCLUDE
        is_staying = self.private is Treatment.MASK or appointment.imported_from == self.link_id
        return is_unknown or (hidden is not None and is_staying)

    def _is_from_elsewhere(self, appointment: Appointment) -> bool:
        return appointment.imported_from not in (None, self.link_id)

    def excludes_new(self, appointment: Appointment) -> Exclusion | None:
        """The same for an appointment that is not in the calendar yet: then window and direction count."""
        reason = self.excludes(appointment)
        if reason is None and not appointment.content.occurs_in(self.window):
            return Exclusion.OUTSIDE_WINDOW
        if reason is None and self.direction is Direction.PULL:
            return Exclusion.PULL_ONLY
        return reason

    def draws(self, appointment: Appointment) -> bool:
        """Whether an appointment without an event here should get one: also one whose own event is gone."""
        return self.excludes_new(appointment) is None
