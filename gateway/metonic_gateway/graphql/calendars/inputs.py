"""What a user asks settings to be. An omitted field stays, null clears what can be empty."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import strawberry

from metonic_core.model.errors import InvalidValue
from metonic_core.selection import LONGEST_PATTERN, MOST_RULES, Direction, Filters, Treatment, checked_rules
from metonic_gateway.graphql.appointments.inputs import checked_type
from metonic_gateway.graphql.arguments import under
from metonic_gateway.graphql.calendars.status import SyncDirection
from metonic_gateway.graphql.calendars.types import ConflictResolution, PrivateTreatment
from metonic_gateway.graphql.scalars import AppointmentTypeName, LocalDate, is_storable
from metonic_gateway.graphql.times import day_of
from metonic_gateway.store import people, users
from metonic_gateway.store.preferences import Edit, Preferences
from metonic_gateway.store.selections import TRAINER
from metonic_gateway.store.users import User

T = TypeVar("T")
Narrowed = Callable[[frozenset[UUID] | None], frozenset[UUID] | None]

LONGEST = 200
_FREQUENCIES = range(5, 1441)
_YEARS = range(1900, 2201)


@strawberry.input(description="From the first day to the last, both included.")
class DateRangeInput:
    start: LocalDate
    end: LocalDate


@strawberry.input(
    description="A pattern is looked for anywhere in the field, upper and lower case alike unless it says "
    "otherwise. Its syntax is that of RE2: https://github.com/google/re2/wiki/Syntax"
)
class RuleInput:
    field: str = strawberry.field(
        description='"title", "notes", "location" or "type". Titles and locations of single occurrences '
        "count, too."
    )
    pattern: str = strawberry.field(description=f"1 to {LONGEST_PATTERN} characters.")


@strawberry.input(
    description="What is omitted stays as it is. Null narrows nothing, an empty list lets nothing through."
)
class SyncFiltersInput:
    appointment_types: strawberry.Maybe[list[AppointmentTypeName] | None] = strawberry.field(
        description="At most 200; `appointmentTypes` lists those that there are."
    )
    client_ids: strawberry.Maybe[list[strawberry.ID] | None] = strawberry.field(
        description="The platform's ids of users, one of whom must take part; at most 200. `clients` lists "
        "them; each must share an appointment with the viewer, be it cancelled, or be set already."
    )
    private_appointments: strawberry.Maybe[PrivateTreatment | None]
    date_range: strawberry.Maybe[DateRangeInput | None] = strawberry.field(
        description="In the years 1900 to 2200."
    )
    rules: strawberry.Maybe[list[RuleInput] | None] = strawberry.field(
        description=f"What else is private; at most {MOST_RULES}. An empty list, like null, is none."
    )


@strawberry.input(
    description="What is omitted stays as it is. Null clears `filters`, but for `privateAppointments` and "
    "`rules`, and `conflictsAutomatically`."
)
class SyncSettingsInput:
    direction: strawberry.Maybe[SyncDirection | None]
    frequency_minutes: strawberry.Maybe[int | None] = strawberry.field(
        description="5 to 1440, or what it is set to."
    )
    is_paused: strawberry.Maybe[bool | None]
    sync_all: strawberry.Maybe[bool | None]
    filters: strawberry.Maybe[SyncFiltersInput | None]
    include_notes: strawberry.Maybe[bool | None]
    include_client_contact: strawberry.Maybe[bool | None] = strawberry.field(description="For trainers only.")
    forward_imported: strawberry.Maybe[bool | None]
    conflicts_automatically: strawberry.Maybe[ConflictResolution | None] = strawberry.field(
        description="Which side stands in conflicts that nobody resolved, those that are open by now too. "
        "Not MERGE: that needs a person. Null: ask. What was resolved is not resolved so again for an hour."
    )


async def settings_asked(given: SyncSettingsInput, viewer: User) -> Edit:
    """What makes the settings that are asked for of the present ones; both raise InvalidValue."""
    columns = _flags(given)
    if columns.get("include_contact") and viewer.role != TRAINER:
        raise InvalidValue(
            "Contact details of clients are for trainers only.", ("includeClientContact",), "Leave it out."
        )
    if given.direction is not None:
        columns["direction"] = Direction(_needed(given.direction, "direction").value)
    if given.frequency_minutes is not None:
        columns["frequency_minutes"] = _needed(given.frequency_minutes, "frequencyMinutes")
    if given.conflicts_automatically is not None:
        columns["conflict_policy"] = _policy(given.conflicts_automatically.value)
    with under("filters"):
        narrow = await filters_asked(given.filters.value, viewer) if given.filters is not None else None

    def edit(known: Preferences) -> Preferences:
        made = replace(known, **columns)
        _check_frequency(made.frequency_minutes, known.frequency_minutes)
        with under("filters"):
            return narrow(made) if narrow else made

    return edit


async def filters_asked(given: SyncFiltersInput | None, viewer: User) -> Edit:
    """What makes the filters that are asked for of the present ones; both raise InvalidValue."""
    if given is None:
        return lambda known: replace(known, filters=Filters())
    made: dict[str, Any] = {}
    if given.appointment_types is not None:
        made["types"] = _types(given.appointment_types.value)
    clients = None if given.client_ids is None else await _clients(given.client_ids.value, viewer)
    if given.date_range is not None:
        made["first_day"], made["last_day"] = _days(given.date_range.value)
    columns: dict[str, Any] = {}
    if given.private_appointments is not None:
        treatment = _needed(given.private_appointments, "privateAppointments")
        columns["private"] = Treatment(treatment.value)
    if given.rules is not None:
        with under("rules"):
            columns["rules"] = checked_rules([(r.field, r.pattern) for r in given.rules.value or ()])

    def edit(known: Preferences) -> Preferences:
        filters = replace(known.filters, **made)
        if clients is not None:
            filters = replace(filters, clients=clients(known.filters.clients))
        return replace(known, filters=filters, **columns)

    return edit


def _flags(given: SyncSettingsInput) -> dict[str, Any]:
    """By the name of the setting."""
    asked = {
        "is_paused": (given.is_paused, "isPaused"),
        "sync_all": (given.sync_all, "syncAll"),
        "include_notes": (given.include_notes, "includeNotes"),
        "include_contact": (given.include_client_contact, "includeClientContact"),
        "forward_imported": (given.forward_imported, "forwardImported"),
    }
    return {column: _needed(flag, name) for column, (flag, name) in asked.items() if flag is not None}


def _needed(given: strawberry.Some[T | None], name: str) -> T:
    if given.value is None:
        raise InvalidValue(f"`{name}` cannot be empty.", (name,), "Give a value, or leave it out.")
    return given.value


def _check_frequency(minutes: int, known: int) -> None:
    """Who runs the service may have set another one for new calendars: it can be sent back."""
    if minutes not in _FREQUENCIES and minutes != known:
        raise InvalidValue(
            f"Every {minutes} minutes is not possible.", ("frequencyMinutes",), "Use 5 to 1440 minutes."
        )


_FOR_A_PERSON = {
    ConflictResolution.MERGE: "Which side stands in which field is for a person to say.",
    ConflictResolution.KEEP_BOTH: "Whether what looks alike is two things is for a person to say.",
}


def _policy(resolution: ConflictResolution | None) -> str | None:
    if resolution in _FOR_A_PERSON:
        raise InvalidValue(
            _FOR_A_PERSON[resolution],
            ("conflictsAutomatically",),
            "Use KEEP_LOCAL, KEEP_EXTERNAL or MOST_RECENT, or null to be asked.",
        )
    return None if resolution is None else resolution.value


def _types(names: Sequence[AppointmentTypeName] | None) -> frozenset[str] | None:
    if names is None:
        return None
    _check_length(names, "appointmentTypes")
    for index, name in enumerate(names):
        try:
            checked_type(name)
        except InvalidValue as error:
            path = ("appointmentTypes", str(index))
            raise InvalidValue(error.message, path, error.next_step) from None
    return frozenset(names)


async def _clients(platform_ids: Sequence[strawberry.ID] | None, viewer: User) -> Narrowed:
    """What makes the clients that are asked for of those that are set; both raise InvalidValue.

    Nobody learns who else is known here: a stranger is refused like an id that does not exist.
    """
    if platform_ids is None:
        return lambda _: None
    _check_length(platform_ids, "clientIds")
    found = await users.by_platform_id([str(i) for i in platform_ids if is_storable(i)])
    ids = [user.id if (user := found.get(i)) else None for i in platform_ids]
    met = await people.met_by(viewer.id, {i for i in ids if i})

    def narrowed(present: frozenset[UUID] | None) -> frozenset[UUID]:
        allowed = met | {viewer.id} | (present or frozenset())
        for index, user_id in enumerate(ids):
            if user_id not in allowed:
                raise InvalidValue(
                    "No user of that id takes part in an appointment of yours.",
                    ("clientIds", str(index)),
                    "Use ids that `clients` lists.",
                )
        return frozenset(i for i in ids if i)

    return narrowed


def _days(given: DateRangeInput | None) -> tuple[date | None, date | None]:
    if given is None:
        return None, None
    first, last = (_day(getattr(given, name), "dateRange", name) for name in ("start", "end"))
    if last < first:
        raise InvalidValue(
            "The last day lies before the first.", ("dateRange",), "Give the earlier one as `start`."
        )
    return first, last


def _day(text: str, *path: str) -> date:
    day = day_of(text, *path)
    if day.year not in _YEARS:
        raise InvalidValue(f"The year {day.year} is too far away.", path, "Use the years 1900 to 2200.")
    return day


def _check_length(items: Sequence[str], name: str) -> None:
    if len(items) > LONGEST:
        raise InvalidValue(f"At most {LONGEST} can be named.", (name,), "Name fewer.")
