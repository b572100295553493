"""Entered on both sides: a person is asked whether it is one thing, and says what it is."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CONFLICTS, COPIES, CREATE, ERROR, STATUS, WHEN, lesson
from tests.gateway.graphql.settings import SET

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Timed
from metonic_gateway.store.models import Appointment

SHOWN = """query ($states: [ConflictState!]) { syncConflicts(filter: { states: $states }) { nodes {
  id version conflictType state sentence allowed resolution appointmentId externalEventId
  localVersion { title location } externalVersion { id summary location }
  fields { group base local external collides } } } }"""
RESOLVE = f"""mutation ($id: ID!, $version: Int!, $resolution: ConflictResolution!, $picks: [FieldPick!]) {{
  resolveConflict(conflictId: $id, ifVersion: $version, resolution: $resolution, picks: $picks) {{
    ... on SyncConflict {{ __typename state resolution }} {ERROR} }} }}"""
RESOLVE_ALL = f"""mutation ($resolution: ConflictResolution!) {{
  resolveConflicts(target: {{ everything: true }}, resolution: $resolution) {{
    ... on ConflictsResolved {{ resolvedCount refusedCount }} {ERROR} }} }}"""
OUTCOME = """query ($resolution: ConflictResolution!, $picks: [FieldPick!]) {
  syncConflicts { nodes { outcome(resolution: $resolution, picks: $picks) { title location } } } }"""
TITLES = f"{{ appointments(first: 50) {{ nodes {{ title location importedFrom {WHEN} }} }} }}"
PICKS = [{"group": "TITLE", "side": "EXTERNAL"}, {"group": "LOCATION", "side": "LOCAL"}]


def event(api: Api, title: str = "LESSON", location: str = "Gym", name: str = "own") -> StoredEvent:
    """The event of ``lesson`` as its owner enters it in the calendar."""
    when = lesson()["when"]["timed"]
    start, end = (api.house.now.fromisoformat(when[each]).replace(tzinfo=None) for each in ("start", "end"))
    return StoredEvent(name, "", Content(title, Timed(start, end, when["timeZone"]), location=location))


async def entered_twice(api: Api) -> tuple[UUID, str]:
    calendar = await api.house.connect()
    await api.house.sync(calendar)
    made = await api.call(CREATE, appointment=lesson(location="Studio"))
    api.house.world.put("home", event(api))
    await again(api, calendar)
    return calendar, made["id"]


async def again(api: Api, calendar: UUID) -> None:
    for _ in range(2):
        api.house.later(timedelta(minutes=20))
        await api.house.sync(calendar)


async def test_it_is_shown_as_a_conflict_and_nothing_is_doubled(api: Api) -> None:
    _, made = await entered_twice(api)

    (conflict,) = (await api.call(SHOWN))["nodes"]

    assert (conflict["conflictType"], conflict["state"]) == ("CREATED_EXTERNALLY", "OPEN")
    assert (conflict["appointmentId"], conflict["externalEventId"]) == (made, "own")
    assert conflict["localVersion"] == {"title": "Lesson", "location": "Studio"}
    assert conflict["externalVersion"] == {"id": "own", "summary": "LESSON", "location": "Gym"}
    assert {f["group"]: f["collides"] for f in conflict["fields"]} == {"TITLE": True, "LOCATION": True}
    assert conflict["allowed"] == ["KEEP_LOCAL", "KEEP_EXTERNAL", "MERGE", "KEEP_BOTH"]
    (copy,) = (await api.call(COPIES, id=made))["copies"]
    assert (copy["state"], copy["reasonCode"]) == ("CONFLICT", "created_externally")
    assert "may be the same" in copy["reason"]
    assert (await api.call(STATUS, provider="memory"))["openConflicts"] == 1
    assert api.house.world.titles() == ["LESSON"]
    assert [a["title"] for a in (await api.call(TITLES))["nodes"]] == ["Lesson"]


ENDS = {
    "KEEP_LOCAL": ("Lesson", "Studio", None),
    "KEEP_EXTERNAL": ("LESSON", "Gym", None),
    "MERGE": ("LESSON", "Studio", PICKS),
}


@pytest.mark.parametrize("resolution", ENDS)
async def test_what_was_foretold_becomes_of_the_pair(api: Api, resolution: str) -> None:
    calendar, made = await entered_twice(api)
    title, location, picks = ENDS[resolution]
    (told,) = (await api.call(OUTCOME, resolution=resolution, picks=picks))["nodes"]
    (conflict,) = (await api.call(SHOWN))["nodes"]

    answer = await api.call(
        RESOLVE, id=conflict["id"], version=conflict["version"], resolution=resolution, picks=picks
    )
    await again(api, calendar)

    assert answer == {"__typename": "SyncConflict", "state": "RESOLVING", "resolution": resolution}
    assert told["outcome"] == {"title": title, "location": location}
    (appointment,) = (await api.call(TITLES))["nodes"]
    assert (appointment["title"], appointment["location"]) == (title, location)
    (stored,) = api.house.world.events["home"].values()
    assert (stored.id, stored.content.title, stored.content.location) == ("own", title, location)
    (copy,) = (await api.call(COPIES, id=made))["copies"]
    assert (copy["state"], copy["externalEventId"]) == ("IN_SYNC", "own")
    (over,) = (await api.call(SHOWN, states=["RESOLVED"]))["nodes"]
    assert (over["resolution"], over["allowed"]) == (resolution, [])


async def test_two_things_both_stand(api: Api) -> None:
    calendar, _ = await entered_twice(api)
    (told,) = (await api.call(OUTCOME, resolution="KEEP_BOTH"))["nodes"]

    answer = await api.call(RESOLVE_ALL, resolution="KEEP_BOTH")
    await again(api, calendar)

    assert told["outcome"] == {"title": "Lesson", "location": "Studio"}
    assert answer == {"resolvedCount": 1, "refusedCount": 0}
    assert api.house.world.titles() == ["LESSON", "Lesson"]
    shown = (await api.call(TITLES))["nodes"]
    assert {(a["title"], a["importedFrom"]) for a in shown} == {("LESSON", "memory"), ("Lesson", None)}
    assert (await api.call(SHOWN))["nodes"] == []


async def test_only_look_alikes_can_be_two(api: Api) -> None:
    calendar = await api.house.connect()
    made = await api.call(CREATE, appointment=lesson(location="Studio"))
    await api.house.sync(calendar)
    (stored,) = api.house.world.events["home"].values()
    del api.house.world.events["home"][stored.id]
    api.house.later(timedelta(days=1))
    await api.house.sync(calendar)
    (conflict,) = (await api.call(SHOWN))["nodes"]

    answer = await api.call(RESOLVE, id=conflict["id"], version=conflict["version"], resolution="KEEP_BOTH")

    assert (conflict["conflictType"], conflict["appointmentId"]) == ("DELETED", made["id"])
    assert (answer["__typename"], answer["path"]) == ("InvalidInput", ["resolution"])


async def test_a_policy_brings_many_together_that_were_entered_twice(api: Api) -> None:
    calendar = await api.house.connect()
    titles = [f"Lesson {letter}" for letter in "abcdefghijklmnop"]
    for title in titles:
        api.house.world.put("home", event(api, title, name=title))
    await again(api, calendar)
    await api.call(SET, settings={"conflictsAutomatically": "KEEP_LOCAL"})
    for title in titles:
        await api.call(CREATE, appointment=lesson(title=title, location="Studio"))

    await again(api, calendar)
    await again(api, calendar)

    status = await api.call(STATUS, provider="memory")
    assert (status["state"], status["openConflicts"]) == ("IDLE", 0)
    assert sorted(api.house.world.titles()) == titles
    assert await Appointment.filter(is_deleted=False).count() == len(titles)
    assert {a["location"] for a in (await api.call(TITLES))["nodes"]} == {"Studio"}


async def test_no_policy_says_that_there_are_two(api: Api) -> None:
    await api.house.connect()

    answer = await api.call(
        f"""mutation {{ updateSyncSettings(provider: "memory",
          settings: {{ conflictsAutomatically: KEEP_BOTH }}) {{
          ... on ConnectedCalendar {{ __typename }} {ERROR} }} }}"""
    )

    assert (answer["__typename"], answer["path"][-1]) == ("InvalidInput", "conflictsAutomatically")


async def test_somebody_else_neither_sees_nor_resolves_it(api: Api) -> None:
    await entered_twice(api)
    (conflict,) = (await api.call(SHOWN))["nodes"]
    other = api.as_user("client-1")
    await other.call("{ viewer { id } }")

    answer = await other.call(
        RESOLVE, id=conflict["id"], version=conflict["version"], resolution="KEEP_EXTERNAL"
    )

    assert (await other.call(CONFLICTS))["totalCount"] == 0
    assert answer["__typename"] == "NotFound"


async def test_an_event_like_somebody_elses_appointment_is_imported(api: Api) -> None:
    client = api.as_user("client-1")
    await client.call("{ viewer { id } }")
    calendar = await api.house.connect()
    await client.call(CREATE, appointment=lesson(participantIds=["trainer-1"]))
    api.house.world.put("home", event(api))
    await again(api, calendar)

    assert (await api.call(SHOWN))["nodes"] == []
    assert await Appointment.filter(type="external").count() == 1


async def test_disconnecting_ends_the_question_and_connecting_again_asks_anew(api: Api) -> None:
    calendar, made = await entered_twice(api)
    await api.call(
        """mutation { disconnectProvider(provider: "memory", removeExternalEvents: false) {
          ... on Disconnected { __typename } } }"""
    )
    assert (await api.call(SHOWN))["nodes"] == []

    again_connected = await api.house.connect()
    await again(api, again_connected)

    (conflict,) = (await api.call(SHOWN))["nodes"]
    assert (conflict["appointmentId"], again_connected) == (made, calendar)
    assert api.house.world.titles() == ["LESSON"]
