"""Operations on the settings of a calendar and on what it gets, and an API whose viewer has one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CREATE, ERROR, lesson
from tests.gateway.house import House

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import AllDay

SETTINGS = """settings { direction frequencyMinutes isPaused syncAll includeNotes includeClientContact
  forwardImported conflictsAutomatically updatedAt
  filters { appointmentTypes clientIds privateAppointments dateRange { start end }
    rules { field pattern } } }"""
CALENDAR = f"__typename id {SETTINGS} status {{ state isActive syncDirection nextSyncAt }}"
SET = f"""mutation ($provider: ProviderName! = "memory", $settings: SyncSettingsInput!) {{
  updateSyncSettings(provider: $provider, settings: $settings) {{
    ... on ConnectedCalendar {{ {CALENDAR} }} {ERROR} }} }}"""
CHOOSE = f"""mutation ($provider: ProviderName! = "memory", $ids: [ID!]!, $choice: SyncChoice) {{
  setAppointmentSync(provider: $provider, appointmentIds: $ids, choice: $choice) {{
    ... on ConnectedCalendar {{ {CALENDAR} }} {ERROR} }} }}"""
MINE = f"{{ connectedCalendars {{ {CALENDAR} }} }}"
CHOICES = "query ($id: ID!) { appointment(id: $id) { copies { state reasonCode reason choice } } }"


async def created(api: Api, title: str, **fields: object) -> str:
    """The id of an appointment that is made."""
    made = await api.call(CREATE, appointment=lesson(title=title, **fields))
    result: str = made["id"]
    return result


async def met(api: Api, client: str) -> str:
    """The id of an appointment that the viewer shares with that client, who becomes known by it."""
    await api.as_user(client).call("{ viewer { id } }")
    return await created(api, "Lesson", participantIds=[client])


async def after_setting(api: Api, calendar: UUID, **settings: object) -> list[str]:
    """The titles in the calendar once it was set so and synced."""
    answer = await api.call(SET, settings=settings)
    assert answer["__typename"] == "ConnectedCalendar", answer
    await api.house.sync(calendar)
    return api.house.world.titles()


async def scheduled_sync(house: House, calendar: UUID) -> None:
    """Look at the calendar a day later, though nothing is known to have changed; it is read completely."""
    house.later(timedelta(days=1))
    await house.sync(calendar)


def put_own(house: House, title: str, notes: str = "") -> StoredEvent:
    """The user's own event in the calendar, in three days."""
    day = house.now.date() + timedelta(days=3)
    content = Content(title, AllDay(day, day + timedelta(days=1)), notes=notes)
    return house.world.put("home", StoredEvent(f"own-{title}", "1", content))


async def imported(api: Api) -> dict[str, str]:
    """The only appointment that came in from the calendar."""
    query = '{ appointments(filter: {importedFrom: "memory"}) { nodes { id title notes } } }'
    (found,) = (await api.call(query))["nodes"]
    result: dict[str, str] = found
    return result


async def copy_of(api: Api, appointment_id: str) -> dict[str, Any]:
    (copy,) = (await api.call(CHOICES, id=appointment_id))["copies"]
    result: dict[str, Any] = copy
    return result
