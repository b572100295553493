"""Conflicts that nobody has resolved yet, or nobody will: what counts as open, and for whom."""

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.conflicting import (
    ALL_STATES,
    READ_TITLE,
    RESOLVE,
    SHOWN,
    collide,
    in_conflict,
    resolve,
    the_conflict,
    the_event,
)
from tests.gateway.graphql.operations import DISCONNECT, STATUS
from tests.gateway.graphql.settings import SET


async def test_somebody_elses_conflict_is_one_that_is_not_there(api: Api) -> None:
    _, _, conflict = await in_conflict(api)
    client = api.as_user("client-1")

    for who, identity in ((client, conflict["id"]), (api, "nonsense")):
        answer = await who.call(RESOLVE, **{"id": identity, "as": "KEEP_LOCAL", "version": 1})
        assert (answer["__typename"], answer["code"]) == ("NotFound", "NOT_FOUND")


async def test_what_waits_to_be_carried_out_does_not_count_as_open(api: Api) -> None:
    _, _, conflict = await in_conflict(api)

    await resolve(api, conflict, "KEEP_LOCAL")

    status = await api.call(STATUS, provider="memory")
    assert (status["openConflicts"], status["attention"]) == (0, None)
    assert (await api.call(SHOWN))["totalCount"] == 0
    assert (await api.call(SHOWN, filter={"states": ALL_STATES}))["totalCount"] == 1


async def test_a_calendar_that_is_disconnected_has_no_open_conflicts(api: Api) -> None:
    calendar, made, conflict = await in_conflict(api)
    await resolve(api, conflict, "KEEP_LOCAL")
    await collide(api, calendar, made, "Here again", "There again")

    await api.call(DISCONNECT, provider="memory", remove=False)

    assert (await api.call(SHOWN))["totalCount"] == 0
    shown = (await api.call(SHOWN, filter={"states": ["SUPERSEDED"]}))["nodes"]
    assert [each["resolution"] for each in shown] == [None]


async def test_a_calendar_that_is_connected_again_shows_its_conflict_again(api: Api) -> None:
    _, _, conflict = await in_conflict(api)
    await resolve(api, conflict, "KEEP_LOCAL")
    await api.call(DISCONNECT, provider="memory", remove=False)

    calendar = await api.house.connect()
    await api.house.sync(calendar)

    shown = await the_conflict(api)
    assert (shown["id"] != conflict["id"], shown["state"]) == (True, "OPEN")
    assert the_event(api).content.title == "There"


async def test_notes_that_are_switched_off_leave_a_copy_in_conflict_which_stays_as_it_is_otherwise(
    api: Api,
) -> None:
    calendar, made, conflict = await in_conflict(api, notes="Diagnosis")
    assert the_event(api).content.notes == "Diagnosis"

    await api.call(SET, settings={"includeNotes": False})
    await api.house.sync(calendar)

    assert (the_event(api).content.notes, the_event(api).content.title) == ("", "There")
    shown = await the_conflict(api)
    assert (shown["id"], shown["state"]) == (conflict["id"], "OPEN")
    await resolve(api, shown, "KEEP_LOCAL")
    await api.house.sync(calendar)
    assert (the_event(api).content.notes, the_event(api).content.title) == ("", "Here")
    assert (await api.call(READ_TITLE, id=made))["title"] == "Here"
