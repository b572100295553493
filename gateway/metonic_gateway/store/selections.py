"""What connected calendars take: their settings as the value that decides."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.resolution import ResolutionKind
from metonic_core.model.when import Window
from metonic_core.selection import Choice, Direction, Filters, Rule, RuleField, Selection, Treatment
from metonic_gateway.store import models
from metonic_gateway.store.mappings import chunks

Choices = Mapping[UUID, Mapping[UUID, Choice]]
"""By connected calendar, then by appointment."""

CLIENT = "client"
TRAINER = "trainer"


def selection_of(row: models.CalendarSyncConfig, window: Window, choices: Choices) -> Selection:
    """What a connected calendar with a link takes; the row must have its filter and its user fetched.

    Contact details of clients are for trainers only, whatever the settings say.
    """
    if row.link_id is None:
        raise ValueError("a calendar that was not chosen yet selects nothing")
    return Selection(
        link_id=row.link_id,
        user_id=row.user_id,
        window=window,
        private=treatment_of(row.sync_filter),
        rules=rules_of(row.sync_filter),
        direction=Direction(row.sync_direction),
        filters=None if row.sync_filter.sync_all else filters_of(row.sync_filter),
        choices=choices.get(row.id, {}),
        include_notes=row.include_notes,
        include_contact=row.include_client_contact and row.user.role == TRAINER,
        conflict_policy=None if row.conflict_policy is None else ResolutionKind(row.conflict_policy),
        forward_imported=row.forward_imported,
    )


def filters_of(row: models.CalendarSyncFilter) -> Filters:
    """What was chosen to narrow the calendar, whether or not all are synced just now."""
    types, clients = row.appointment_types, row.client_ids
    return Filters(
        types=None if types is None else frozenset(types),
        clients=None if clients is None else frozenset(map(UUID, clients)),
        first_day=row.first_day,
        last_day=row.last_day,
    )


def treatment_of(row: models.CalendarSyncFilter) -> Treatment:
    """What was chosen for private appointments."""
    if row.exclude_private:
        return Treatment.EXCLUDE
    return Treatment.MASK if row.mask_private else Treatment.INCLUDE


def rules_of(row: models.CalendarSyncFilter) -> tuple[Rule, ...]:
    """The user's own rules; they were tried when they were set."""
    return tuple(Rule(RuleField(rule["field"]), rule["pattern"]) for rule in row.custom_rules or ())


async def choices_of(
    calendars: Collection[UUID], appointments: Collection[UUID] | None = None
) -> dict[UUID, dict[UUID, Choice]]:
    """What was chosen in these calendars for single appointments: for these, or for all."""
    made: dict[UUID, dict[UUID, Choice]] = {}
    if not calendars:
        return made
    parts = [None] if appointments is None else list(chunks(list(appointments)))
    for some in chunks(list(calendars)):
        rows = models.CalendarSyncChoice.filter(sync_config_id__in=some)
        for part in parts:
            for row in await (rows if part is None else rows.filter(appointment_id__in=part)):
                made.setdefault(row.sync_config_id, {})[row.appointment_id] = Choice(row.choice)
    return made


async def contacts_of(appointments: Iterable[Appointment], user_id: UUID) -> Mapping[UUID, tuple[str, ...]]:
    """By appointment: a line for each client besides that user, by name; none where they are no trainer."""
    people = {a.id: _others(a, user_id) for a in appointments}
    ids = {i for roles in people.values() for i in roles}
    users: dict[UUID, models.User] = {}
    for part in chunks(sorted(ids)):
        users |= {row.id: row for row in await models.User.filter(id__in=part)}
    return {
        appointment: tuple(sorted(_line(users[i]) for i, role in roles.items() if _is_client(users[i], role)))
        for appointment, roles in people.items()
    }


def _others(appointment: Appointment, user_id: UUID) -> dict[UUID, str | None]:
    """The others with their role in it. Who takes part as a client does not learn who else does."""
    roles = {appointment.owner_id: None} | {p.user_id: p.role for p in appointment.participants}
    if roles.pop(user_id, None) == CLIENT:
        return {}
    return roles


def _is_client(row: models.User, role: str | None) -> bool:
    return (role or row.role) == CLIENT


def _line(row: models.User) -> str:
    return ", ".join(part for part in (row.name or row.platform_id, row.email, row.phone) if part)
