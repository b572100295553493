"""A conflict shows both versions and the groups that collide, to nobody but whom it concerns."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CONFLICTS, COPIES, CREATE, DELETE, STATUS, UPDATE, lesson, timed

from metonic_core.model.content import Content
from metonic_core.model.series import Override
from metonic_core.model.when import Timed


async def test_the_same_field_changed_on_both_sides(api: Api) -> None:
    calendar, made = await _synced(api)
    await api.call(UPDATE, id=made, appointment={"title": "Here", "notes": "Only here"})
    await _edit_there(api, calendar, lambda content: replace(content, title="There"))

    answer = await api.call(CONFLICTS)

    (conflict,) = answer["nodes"]
    assert answer["totalCount"] == 1
    assert (conflict["provider"], conflict["conflictType"], conflict["state"]) == (
        "memory",
        "DATA_MISMATCH",
        "OPEN",
    )
    assert (conflict["appointmentId"], conflict["closedAt"]) == (made, None)
    assert conflict["localVersion"]["title"] == "Here"
    assert conflict["externalVersion"]["summary"] == "There"
    title = next(f for f in conflict["fields"] if f["group"] == "TITLE")
    assert title == {
        "group": "TITLE",
        "occurrence": None,
        "base": "Lesson",
        "local": "Here",
        "external": "There",
        "collides": True,
    }
    assert (await api.call(COPIES, id=made))["copies"][0]["state"] == "CONFLICT"
    assert (await api.call(STATUS, provider="memory"))["openConflicts"] == 1


async def test_different_times_and_a_changed_occurrence_are_told_as_text(api: Api) -> None:
    calendar, made = await _synced(api, recurrence={"rules": ["FREQ=WEEKLY;COUNT=3"]})
    slot = datetime(2026, 12, 8, 10)  # noqa: DTZ001 - a slot is wall time
    overrides = [{"occurrence": "2026-12-08T10:00", "title": "Match"}]
    await api.call(
        UPDATE,
        id=made,
        appointment={"recurrence": {"rules": ["FREQ=WEEKLY;COUNT=4"], "overrides": overrides}},
    )
    await _edit_there(
        api,
        calendar,
        lambda content: replace(
            content,
            when=Timed(content.when.start, content.when.end + timedelta(hours=1), "Europe/Berlin"),  # type: ignore[arg-type]
            overrides=(Override(slot, is_cancelled=True),),
        ),
    )

    (conflict,) = (await api.call(CONFLICTS))["nodes"]

    assert conflict["conflictType"] == "TIME_CHANGE"
    fields = {field["group"]: field for field in conflict["fields"]}
    assert (
        fields["TIME"]["local"] == "2026-12-01 10:00 to 2026-12-01 11:00 Europe/Berlin; FREQ=WEEKLY;COUNT=4"
    )
    assert (
        fields["TIME"]["external"]
        == "2026-12-01 10:00 to 2026-12-01 12:00 Europe/Berlin; FREQ=WEEKLY;COUNT=3"
    )
    occurrence = fields["OCCURRENCE"]
    assert (occurrence["occurrence"], occurrence["base"]) == ("2026-12-08T10:00:00", None)
    assert (occurrence["local"], occurrence["external"]) == ("Match", "cancelled")


async def test_a_deletion_against_an_edit_says_which_side_is_gone(api: Api) -> None:
    calendar, made = await _synced(api)
    await api.call(DELETE, id=made)
    await _edit_there(api, calendar, lambda content: replace(content, title="There"))

    (conflict,) = (await api.call(CONFLICTS))["nodes"]

    assert (conflict["conflictType"], conflict["localVersion"]) == ("DELETED", None)
    assert conflict["externalVersion"]["summary"] == "There"
    assert conflict["sentence"] == "It was deleted here and changed in the calendar."


async def test_filters_choose_by_provider_type_and_state(api: Api) -> None:
    calendar, made = await _synced(api)
    await api.call(UPDATE, id=made, appointment={"title": "Here"})
    await _edit_there(api, calendar, lambda content: replace(content, title="There"))

    async def number(**wanted: object) -> int:
        count: int = (await api.call(CONFLICTS, filter=wanted))["totalCount"]
        return count

    assert await number(provider="memory") == await number(types=["DATA_MISMATCH"]) == 1
    assert await number(states=["OPEN", "SUPERSEDED"]) == 1
    assert await number(provider="apple") == await number(types=["TIME_CHANGE"]) == 0
    assert await number(states=["SUPERSEDED"]) == 0


async def test_a_conflict_that_the_sides_settle_is_open_no_more(api: Api) -> None:
    calendar, made = await _synced(api)
    await api.call(UPDATE, id=made, appointment={"title": "Here"})
    await _edit_there(api, calendar, lambda content: replace(content, title="There"))
    await api.call(UPDATE, id=made, appointment={"title": "There"})
    await api.house.sync(calendar)

    assert (await api.call(CONFLICTS))["nodes"] == []
    (closed,) = (await api.call(CONFLICTS, filter={"states": ["SUPERSEDED"]}))["nodes"]
    assert closed["closedAt"] is not None


async def test_somebody_elses_conflicts_are_not_shown(api: Api) -> None:
    client = api.as_user("client-1")
    await client.call("{ viewer { id } }")
    calendar, made = await _synced(api, participantIds=["client-1"])
    await api.call(UPDATE, id=made, appointment={"when": timed("2026-12-02T10:00", "2026-12-02T11:00")})
    await _edit_there(
        api,
        calendar,
        lambda content: replace(content, when=content.when.moved_to(datetime(2026, 12, 3, 10))),  # noqa: DTZ001 - wall time
    )

    assert (await api.call(CONFLICTS))["totalCount"] == 1
    assert (await client.call(CONFLICTS))["totalCount"] == 0


async def _synced(api: Api, **fields: object) -> tuple[UUID, str]:
    """A connected calendar, and an appointment that has its copy there."""
    calendar = await api.house.connect()
    made = await api.call(CREATE, appointment=lesson(**fields))
    await api.house.sync(calendar)
    return calendar, made["id"]


async def _edit_there(api: Api, calendar: UUID, edit: Callable[[Content], Content]) -> None:
    """Somebody edits the only event at the provider, then a run looks."""
    (event,) = api.house.world.events["home"].values()
    api.house.world.put("home", replace(event, content=edit(event.content)))
    api.house.later(timedelta(days=1))
    await api.house.sync(calendar)
