"""The list of calendars, calendars themselves, and what each role may."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.simulators.google.bodies import ids, timed
from tests.simulators.google.official import Client, refused
from tests.simulators.google.running import ALICE, BOB, admin, advance

from metonic_simulators.google import Simulator

HOLIDAYS = "de.german#holiday@group.v.calendar.google.com"


def shared(alice: Client, sim: Simulator, role: str) -> str:
    """A calendar of Alice's in which Bob has that role."""
    calendar = alice.calendars().insert(body={"summary": "Studio", "timeZone": "Europe/Vienna"}).execute()
    admin(sim, "POST", "calendars", {"id": calendar["id"], "roles": {BOB: role}})
    return str(calendar["id"])


def pages(service: Client, **asked: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
    request = service.calendarList().list(**asked)
    while request is not None:
        answer = request.execute()
        yield answer
        request = service.calendarList().list_next(request, answer)


def test_the_list_comes_in_pages_of_at_most_250(sim: Simulator, alice: Client) -> None:
    for number in range(299):
        admin(sim, "POST", "calendars", {"owner": ALICE, "summary": f"{number}"})

    assert [len(one["items"]) for one in pages(alice)] == [100, 100, 100]
    big = list(pages(alice, maxResults=1000))

    assert [len(one["items"]) for one in big] == [250, 50]
    assert ["nextSyncToken" in one for one in big] == [False, True]


def test_a_sync_token_brings_what_changed_deleted_and_hidden_too(alice: Client) -> None:
    kept, gone = (alice.calendars().insert(body={"summary": one}).execute()["id"] for one in ("a", "b"))
    token = alice.calendarList().list().execute()["nextSyncToken"]
    assert "items" not in alice.calendarList().list(syncToken=token).execute()

    alice.calendarList().patch(calendarId=kept, body={"hidden": True}).execute()
    alice.calendars().delete(calendarId=gone).execute()
    changed = alice.calendarList().list(syncToken=token).execute()["items"]

    assert [(one["id"], one.get("hidden"), one.get("deleted")) for one in changed] == [
        (kept, True, None),
        (gone, None, True),
    ]
    assert ids(alice.calendarList().list().execute()) == [ALICE]
    assert set(ids(alice.calendarList().list(showHidden=True, showDeleted=True).execute())) == {
        ALICE,
        kept,
        gone,
    }


def test_a_sync_token_of_the_list_stands_alone_and_grows_old(sim: Simulator, alice: Client) -> None:
    token = alice.calendarList().list().execute()["nextSyncToken"]

    for wrong in ({"minAccessRole": "owner"}, {"showDeleted": False}, {"showHidden": False}):
        assert refused(alice.calendarList().list(syncToken=token, **wrong))[0] == 400
    assert refused(alice.calendarList().list(syncToken="CPnonsense"))[:2] == (400, "invalid")
    advance(sim, days=31)
    assert refused(alice.calendarList().list(syncToken=token))[:2] == (410, "fullSyncRequired")


def test_a_secondary_calendar_comes_and_goes(alice: Client) -> None:
    body = {"summary": "Work", "timeZone": "America/New_York", "description": "All of it"}
    calendar = alice.calendars().insert(body=body).execute()
    assert calendar["id"].endswith("@group.calendar.google.com")
    assert calendar["dataOwner"] == ALICE
    entry = alice.calendarList().get(calendarId=calendar["id"]).execute()
    assert (entry["summary"], entry["timeZone"], entry["accessRole"]) == ("Work", "America/New_York", "owner")
    assert alice.events().list(calendarId=calendar["id"]).execute()["timeZone"] == "America/New_York"
    assert refused(alice.calendarList().delete(calendarId=calendar["id"]))[0] == 403

    alice.calendars().delete(calendarId=calendar["id"]).execute()

    assert refused(alice.events().list(calendarId=calendar["id"]))[:2] == (404, "notFound")
    assert refused(alice.events().insert(calendarId=calendar["id"], body=timed()))[0] == 404
    assert refused(alice.calendars().delete(calendarId="primary"))[0] == 400


def test_what_users_set_for_themselves_is_theirs(sim: Simulator, alice: Client, bob: Client) -> None:
    name = shared(alice, sim, "reader")

    own = {"summaryOverride": "Hers", "colorId": "3", "defaultReminders": [{"method": "email", "minutes": 5}]}
    bob.calendarList().patch(calendarId=name, body=own).execute()

    assert own.items() <= bob.calendarList().get(calendarId=name).execute().items()
    assert "summaryOverride" not in alice.calendarList().get(calendarId=name).execute()
    assert bob.events().list(calendarId=name).execute()["defaultReminders"] == own["defaultReminders"]
    bob.calendarList().update(calendarId=name, body={"selected": True}).execute()
    assert "summaryOverride" not in bob.calendarList().get(calendarId=name).execute()
    bob.calendarList().delete(calendarId=name).execute()
    assert ids(bob.calendarList().list().execute()) == [BOB]
    bob.calendarList().insert(body={"id": name}).execute()
    assert set(ids(bob.calendarList().list(minAccessRole="reader").execute())) == {BOB, name}


@pytest.mark.parametrize("role", ["freeBusyReader", "reader"])
def test_who_only_reads_does_not_write(sim: Simulator, alice: Client, bob: Client, role: str) -> None:
    name = shared(alice, sim, role)
    event = alice.events().insert(calendarId=name, body=timed()).execute()

    for request in (
        bob.events().insert(calendarId=name, body=timed()),
        bob.events().patch(calendarId=name, eventId=event["id"], body={"summary": "x"}),
        bob.events().delete(calendarId=name, eventId=event["id"]),
    ):
        status, reason, error = refused(request)
        assert (status, reason, error["errors"][0]["domain"]) == (403, "requiredAccessLevel", "calendar")
    assert bob.events().list(calendarId=name).execute()["accessRole"] == role
    assert refused(bob.calendars().patch(calendarId=name, body={"summary": "x"}))[0] == 403


def test_a_writer_writes_and_a_stranger_sees_nothing(sim: Simulator, alice: Client, bob: Client) -> None:
    name = shared(alice, sim, "writer")

    bob.events().insert(calendarId=name, body=timed()).execute()
    admin(sim, "POST", "calendars", {"id": name, "roles": {BOB: "none"}})

    assert refused(bob.events().list(calendarId=name))[:2] == (404, "notFound")
    assert refused(bob.events().list(calendarId=ALICE))[:2] == (404, "notFound")


def test_readers_see_no_details_of_what_is_private_and_free_busy_readers_of_nothing(
    sim: Simulator, alice: Client, bob: Client
) -> None:
    name = shared(alice, sim, "reader")
    for body in (timed(visibility="private", location="Home"), timed(hour=12)):
        alice.events().insert(calendarId=name, body=body).execute()

    private, plain = bob.events().list(calendarId=name).execute()["items"]
    assert plain["summary"] == "Training"
    assert {"summary", "location", "creator"}.isdisjoint(private)
    assert private["start"]["dateTime"].startswith("2026-03-10T10:00")

    admin(sim, "POST", "calendars", {"id": name, "roles": {BOB: "freeBusyReader"}})
    for one in bob.events().list(calendarId=name).execute()["items"]:
        assert "summary" not in one
        assert {"start", "end", "status"} <= one.keys()


def test_a_calendar_is_changed_by_its_owner(alice: Client) -> None:
    calendar = alice.calendars().insert(body={"summary": "Work", "description": "All"}).execute()
    asked = {"calendarId": calendar["id"]}
    assert refused(alice.calendars().insert(body={"description": "Nameless"}))[:2] == (400, "required")

    patched = alice.calendars().patch(**asked, body={"timeZone": "Asia/Tokyo"}).execute()
    assert (patched["description"], patched["timeZone"]) == ("All", "Asia/Tokyo")
    stale = alice.calendars().update(**asked, body={"summary": "Other"})
    stale.headers["If-Match"] = calendar["etag"]
    assert refused(stale)[0] == 412
    updated = alice.calendars().update(**asked, body={"summary": "Other"}).execute()
    assert "description" not in updated
    assert alice.calendars().get(**asked).execute() == updated
    for wrong in ({"summary": 5}, {"timeZone": "Nowhere"}):
        assert refused(alice.calendars().patch(**asked, body=wrong))[0] == 400
    assert refused(alice.calendars().clear(**asked))[0] == 400


def test_another_role_is_no_change_of_the_list(sim: Simulator, alice: Client, bob: Client) -> None:
    token = bob.calendarList().list().execute()["nextSyncToken"]
    name = shared(alice, sim, "reader")
    answer = bob.calendarList().list(syncToken=token).execute()
    assert ids(answer) == [name]

    admin(sim, "POST", "calendars", {"id": name, "roles": {BOB: "writer"}})

    assert ids(bob.calendarList().list(syncToken=answer["nextSyncToken"]).execute()) == []
    assert bob.calendarList().get(calendarId=name).execute()["accessRole"] == "writer"


def test_a_primary_calendar_can_be_cleared(alice: Client) -> None:
    alice.events().insert(calendarId="primary", body=timed()).execute()

    alice.calendars().clear(calendarId="primary").execute()

    assert ids(alice.events().list(calendarId="primary").execute()) == []


def test_colours_are_told(alice: Client) -> None:
    assert {"background", "foreground"} == alice.colors().get().execute()["event"]["1"].keys()


def test_who_has_no_calendar_is_told_so(sim: Simulator, alice: Client) -> None:
    admin(sim, "PUT", f"users/{ALICE}", {"state": "no-calendar"})

    assert refused(alice.calendarList().list())[:2] == (403, "notACalendarUser")
