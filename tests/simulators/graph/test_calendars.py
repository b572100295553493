"""Calendars: lists, what can be done with them, and those of others."""

from urllib.parse import quote

import pytest
from tests.simulators.graph.bodies import made, timed
from tests.simulators.graph.conftest import ALICE, BOB
from tests.simulators.graph.official import Client, at

from metonic_simulators.graph import Simulator
from metonic_simulators.graph.seeding import put_calendar


async def test_a_page_has_ten_calendars_and_one_is_the_default(sim: Simulator, alice: Client) -> None:
    for number in range(11):
        await alice.post("/me/calendars", {"name": f"Team {number}"})

    first = await alice.get("/me/calendars")
    found = await alice.all("/me/calendars")

    assert len(first["value"]) == 10
    assert first["@odata.nextLink"] == f"{sim.url}v1.0/me/calendars?$skip=10"
    assert len({one["id"] for one in found}) == 12
    assert [one["name"] for one in found if one["isDefaultCalendar"]] == ["Calendar"]
    assert len((await alice.get("/me/calendars?$top=100"))["value"]) == 12
    assert (await alice.refused("GET", "/me/calendars?$top=1001"))[0] == 400


async def test_a_calendar_comes_changes_and_goes(alice: Client) -> None:
    made_ = await alice.post("/me/calendars", {"name": "Team", "color": "LightBlue", "hexColor": ""})
    path = f"/me/calendars/{quote(made_['id'], safe='')}"
    assert (made_["color"], made_["canEdit"], made_["isRemovable"]) == ("lightBlue", True, True)
    assert await alice.refused("POST", "/me/calendars", {"name": "Team"}) == (409, "ErrorFolderExists")
    assert (await alice.refused("POST", "/me/calendars", {}))[0] == 400
    assert (await alice.refused("POST", "/me/calendars", {"name": "X", "color": "beige"}))[0] == 400

    changed = await alice.patch(path, {"name": "Crew"})
    assert (changed["name"], changed["changeKey"] != made_["changeKey"]) == ("Crew", True)
    assert (await alice.get(f"{path}?$select=name")).keys() == {"@odata.context", "id", "name"}

    await alice.delete(path)
    assert await alice.refused("GET", path) == (404, "ErrorItemNotFound")
    assert (await alice.refused("DELETE", "/me/calendar"))[0] == 400


async def test_the_default_calendar_has_a_short_path_and_a_group(alice: Client) -> None:
    default = await alice.get("/me/calendar")
    (group,) = (await alice.get("/me/calendarGroups"))["value"]
    event = await made(alice, timed())

    in_group = f"/me/calendarGroups/{quote(group['id'], safe='')}/calendars"
    assert [one["id"] for one in (await alice.get(in_group))["value"]] == [default["id"]]
    for path in (at(event), at(event, calendar=default["id"]), at(event).replace("/me/", "/me/calendar/")):
        assert (await alice.get(path))["id"] == event["id"]
    wrong = in_group.replace(quote(group["id"], safe=""), quote(default["id"], safe=""))
    assert await alice.refused("GET", wrong) == (404, "ErrorItemNotFound")


async def test_a_calendar_that_cannot_be_edited_is_read_alone(carol: Client) -> None:
    birthdays = next(one for one in await carol.all("/me/calendars") if one["name"] == "Birthdays")
    path = f"/me/calendars/{quote(birthdays['id'], safe='')}"

    assert (birthdays["canEdit"], birthdays["isRemovable"]) == (False, False)
    assert (await carol.get(f"{path}/events"))["value"] == []
    assert await carol.refused("POST", f"{path}/events", timed()) == (403, "ErrorAccessDenied")
    assert await carol.refused("PATCH", path, {"name": "X"}) == (403, "ErrorAccessDenied")
    assert (await carol.refused("DELETE", path))[0] == 400


@pytest.mark.parametrize("may_write", [True, False])
async def test_events_of_a_shared_calendar_are_found_by_the_calendar_alone(
    sim: Simulator, alice: Client, bob: Client, *, may_write: bool
) -> None:
    put_calendar(sim.world, {"calendar": ALICE, "shares": {BOB: may_write}})
    await made(alice, timed())

    shared = next(one for one in await bob.all("/me/calendars") if one["owner"]["address"] == ALICE)
    path = f"/me/calendars/{quote(shared['id'], safe='')}/events"
    (event,) = (await bob.get(path))["value"]

    assert (shared["canEdit"], shared["isDefaultCalendar"]) == (may_write, False)
    assert await bob.refused("GET", at(event)) == (404, "ErrorItemNotFound")
    answer = await bob.ask("PATCH", at(event, calendar=shared["id"]), {"subject": "Changed"})
    assert answer.status == (200 if may_write else 403)


async def test_a_calendar_may_come_to_have_another_id(sim: Simulator, alice: Client) -> None:
    await alice.post("/me/calendars", {"name": "Team"})
    old = next(one for one in await alice.all("/me/calendars") if one["name"] == "Team")
    kept = next(one for one in sim.world.calendars.values() if one.body["name"] == "Team")
    async with alice.session.post(f"{sim.url}-/calendars/{kept.name}/new-id"):
        pass

    new = next(one for one in await alice.all("/me/calendars") if one["name"] == "Team")

    assert new["id"] != old["id"]
    path = f"/me/calendars/{quote(old['id'], safe='')}"
    assert await alice.refused("GET", path) == (404, "ErrorItemNotFound")


async def test_a_personal_account_is_another_kind(sim: Simulator, carol: Client) -> None:
    me = await carol.get("/me")
    event = await made(carol, timed(isOnlineMeeting=True, onlineMeetingProvider="teamsForBusiness"))
    (default, *_) = await carol.all("/me/calendars")

    assert (me["mail"], me["userPrincipalName"]) == (None, "carol@outlook.example")
    assert (event["isOnlineMeeting"], event["onlineMeeting"]) == (False, None)
    assert default["allowedOnlineMeetingProviders"] == []
    assert sim.token_for("carol@outlook.example").count(".") == 0
    assert sim.token_for(ALICE).count(".") == 2
