"""Calendars with conflicts in them, and what is asked about them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CREATE, ERROR, UPDATE, WHEN, lesson

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent

VERSION = f"title notes location editedAt {WHEN}"
CONFLICT = f"""__typename id version conflictType state newer allowed resolution resolvedAt resolvedBy
  resolvedAutomatically picks {{ group occurrence side }} closedAt
  localVersion {{ {VERSION} }} externalVersion {{ summary editedAt {WHEN} }} fields {{ group collides }}"""
SHOWN = f"""query ($filter: ConflictFilter) {{
  syncConflicts(filter: $filter) {{ totalCount nodes {{ {CONFLICT} }} }} }}"""
RESOLVE = f"""mutation ($id: ID!, $as: ConflictResolution!, $version: Int!, $picks: [FieldPick!]) {{
  resolveConflict(conflictId: $id, resolution: $as, ifVersion: $version, picks: $picks) {{
    ... on SyncConflict {{ {CONFLICT} }} {ERROR}
    ... on OutOfDate {{ currentVersion conflict {{ {CONFLICT} }} }} }} }}"""
RESOLVE_MANY = f"""mutation ($target: ConflictTarget!, $as: ConflictResolution!) {{
  resolveConflicts(target: $target, resolution: $as) {{
    ... on ConflictsResolved {{ resolvedCount refusedCount resolved {{ id state version }}
      refused {{ conflictId error {{ __typename code message nextStep
        ... on InvalidInput {{ path }} ... on OutOfDate {{ currentVersion conflict {{ id }} }} }} }} }}
    {ERROR} }} }}"""
OUTCOME = f"""query ($as: ConflictResolution!, $picks: [FieldPick!]) {{ syncConflicts {{ nodes {{
  outcome(resolution: $as, picks: $picks) {{ {VERSION} }} }} }} }}"""
DETECTED = f"subscription {{ conflictDetected {{ {CONFLICT} }} }}"
READ_TITLE = "query ($id: ID!) { appointment(id: $id) { title location status version } }"
ALL_STATES = ["OPEN", "RESOLVING", "RESOLVED", "SUPERSEDED"]


async def synced(api: Api, **fields: object) -> tuple[UUID, str]:
    """A connected calendar, and an appointment that has its copy there."""
    calendar = await api.house.connect()
    made = await api.call(CREATE, appointment=lesson(**fields))
    await api.house.sync(calendar)
    return calendar, made["id"]


async def in_conflict(
    api: Api, here: str = "Here", there: str = "There", **fields: object
) -> tuple[UUID, str, Any]:
    """A calendar, its only appointment, and the conflict about its title."""
    calendar, made = await synced(api, **fields)
    await collide(api, calendar, made, here, there)
    return calendar, made, await the_conflict(api)


async def collide(api: Api, calendar: UUID, made: str, here: str = "Here", there: str = "There") -> None:
    api.house.later(timedelta(hours=2))
    await api.call(UPDATE, id=made, appointment={"title": here})
    await edit_there(api, calendar, lambda content: replace(content, title=there))


async def edit_there(
    api: Api, calendar: UUID, edit: Callable[[Content], Content], *, minutes_ago: int | None = None
) -> None:
    """Somebody edits the only event at the provider, then a run looks."""
    put_there(api, edit, minutes_ago=minutes_ago)
    await look(api, calendar)


def put_there(api: Api, edit: Callable[[Content], Content], *, minutes_ago: int | None = None) -> None:
    event = the_event(api)
    at = None if minutes_ago is None else api.house.now - timedelta(minutes=minutes_ago)
    api.house.world.put("home", replace(event, content=edit(event.content), modified_at=at))


async def look(api: Api, calendar: UUID) -> None:
    """A run of the calendar, once it is due again."""
    api.house.later(timedelta(hours=1))
    await api.house.sync(calendar)


def the_event(api: Api) -> StoredEvent:
    (event,) = api.house.world.events["home"].values()
    return event


async def the_conflict(api: Api, *states: str) -> Any:  # noqa: ANN401 - JSON has no narrower type
    (conflict,) = (await api.call(SHOWN, filter={"states": list(states) or ["OPEN"]}))["nodes"]
    return conflict


async def resolve(api: Api, conflict: Any, way: str, **variables: object) -> Any:  # noqa: ANN401 - likewise
    asked: dict[str, object] = {"id": conflict["id"], "version": conflict["version"], "as": way}
    return await api.call(RESOLVE, **(asked | variables))


async def many_conflicts(api: Api, number: int) -> tuple[UUID, list[str]]:
    """A calendar with so many conflicts about titles."""
    calendar = await api.house.connect()
    made = [(await api.call(CREATE, appointment=lesson(title=f"Lesson {n}")))["id"] for n in range(number)]
    await api.house.sync(calendar)
    for appointment in made:
        await api.call(UPDATE, id=appointment, appointment={"title": f"Here {appointment}"})
    for event in [*api.house.world.events["home"].values()]:
        content = replace(event.content, title=f"There {event.id}")
        api.house.world.put("home", replace(event, content=content))
    await look(api, calendar)
    return calendar, made
