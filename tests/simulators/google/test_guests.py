"""Guests and their copies, mail, imported and moved events."""

from typing import Any

import pytest
from tests.simulators.google.bodies import daily, ids, listed, made, timed
from tests.simulators.google.official import Client, refused
from tests.simulators.google.running import ALICE, BOB, admin

from metonic_simulators.google import Simulator

GUESTS = [{"email": BOB}, {"email": "carol@elsewhere.example"}]
UID = "040000008200E00074C5B7101A82E008"


def imported(service: Client, **body: Any) -> Any:  # noqa: ANN401 - a request
    whole = {"organizer": {"email": ALICE}, "iCalUID": UID, **timed(**body)}
    return service.events().import_(calendarId="primary", body=whole)


def test_guests_have_copies_with_the_same_uid(alice: Client, bob: Client) -> None:
    event = made(alice, timed(attendees=GUESTS))

    (copy,) = listed(bob)["items"]

    assert (copy["iCalUID"], copy["summary"]) == (event["iCalUID"], "Training")
    assert copy["organizer"] == {"email": ALICE}
    assert event["organizer"] == {"email": ALICE, "self": True}
    assert [one.get("self", False) for one in copy["attendees"]] == [True, False]
    assert [one["responseStatus"] for one in copy["attendees"]] == ["needsAction"] * 2
    limited = alice.events().get(calendarId="primary", eventId=event["id"], maxAttendees=1).execute()
    assert limited.get("attendees", []) == []
    assert limited["attendeesOmitted"] is True


def test_a_guest_cannot_change_what_is_the_organizers(alice: Client, bob: Client) -> None:
    event = made(alice, timed(attendees=GUESTS))
    asked = {"calendarId": "primary", "eventId": event["id"]}

    for body in ({"summary": "Mine"}, {"location": "Here"}, timed(hour=12)):
        status, reason, error = refused(bob.events().patch(**asked, body=body))
        assert (status, reason) == (403, "forbiddenForNonOrganizer")
        assert error["message"] == "Shared properties can only be changed by the organizer of the event."
    own = {"colorId": "4", "transparency": "transparent", "extendedProperties": {"private": {"a": "1"}}}
    assert own.items() <= bob.events().patch(**asked, body=own).execute().items()
    assert "extendedProperties" not in alice.events().get(**asked).execute()


def test_private_properties_of_a_copy_may_be_refused(sim: Simulator, alice: Client, bob: Client) -> None:
    event = made(alice, timed(attendees=GUESTS))
    admin(sim, "PUT", "quirks/private-refused")

    body = {"extendedProperties": {"private": {"a": "1"}}}
    request = bob.events().patch(calendarId="primary", eventId=event["id"], body=body)

    assert refused(request)[:2] == (403, "forbiddenForNonOrganizer")


def test_a_guests_answer_reaches_the_organizer(alice: Client, bob: Client) -> None:
    event = made(alice, timed(attendees=GUESTS))
    asked = {"calendarId": "primary", "eventId": event["id"]}
    own = {"attendeesOmitted": True, "attendees": [{"email": BOB, "responseStatus": "accepted"}]}

    echo = bob.events().patch(**asked, body=own).execute()

    assert len(echo["attendees"]) == 2
    answers = [one["responseStatus"] for one in alice.events().get(**asked).execute()["attendees"]]
    assert answers == ["accepted", "needsAction"]
    bob.events().delete(**asked).execute()
    assert alice.events().get(**asked).execute()["attendees"][0]["responseStatus"] == "declined"


def test_copies_follow_the_organizer(alice: Client, bob: Client) -> None:
    body = timed(attendees=GUESTS, extendedProperties={"shared": {"s": "1"}, "private": {"p": "1"}})
    event = made(alice, body)
    asked = {"calendarId": "primary", "eventId": event["id"]}
    bob.events().patch(**asked, body={"extendedProperties": {"private": {"mine": "2"}}}).execute()

    alice.events().patch(**asked, body={"summary": "Later"}).execute()

    copy = bob.events().get(**asked).execute()
    assert (copy["summary"], copy["extendedProperties"]) == (
        "Later",
        {"shared": {"s": "1"}, "private": {"mine": "2"}},
    )
    alice.events().delete(**asked).execute()
    assert ids(listed(bob)) == []
    assert bob.events().get(**asked).execute()["status"] == "cancelled"


def test_mail_is_sent_where_it_is_asked_for(sim: Simulator, alice: Client, bob: Client) -> None:
    def sent() -> list[tuple[str, str]]:
        return [(one["method"], one["recipient"]) for one in admin(sim, "GET", "outbox")]

    event = made(alice, timed(attendees=GUESTS))
    asked = {"calendarId": "primary", "eventId": event["id"]}
    alice.events().patch(**asked, body={"location": "x"}, sendUpdates="none").execute()
    assert sent() == []

    alice.events().patch(**asked, body={"location": "y"}, sendUpdates="externalOnly").execute()
    assert sent() == [("REQUEST", "carol@elsewhere.example")]
    alice.events().delete(**asked, sendUpdates="all").execute()
    assert sent()[1:] == [("CANCEL", BOB), ("CANCEL", "carol@elsewhere.example")]
    made(alice, timed(attendees=GUESTS[:1]), sendNotifications=True)
    assert sent()[3:] == [("REQUEST", BOB)]
    assert ids(listed(bob))


def test_an_import_is_an_upsert_by_uid_that_tells_nobody(sim: Simulator, alice: Client) -> None:
    first = imported(alice, attendees=GUESTS).execute()
    assert first["id"].startswith("_60q30c1g60o30e1i60o4ac1g60rj8gpl88rj2c1h84s34h9g")
    assert first["iCalUID"] == UID

    second = imported(alice, summary="Again", sequence=1).execute()

    assert (second["id"], second["summary"]) == (first["id"], "Again")
    assert refused(imported(alice, sequence=0))[:2] == (400, "invalid")
    assert admin(sim, "GET", "outbox") == []
    assert ids(listed(alice, iCalUID=UID)) == [first["id"]]


def test_an_import_needs_a_uid_a_part_for_the_owner_and_the_default_type(alice: Client) -> None:
    assert refused(imported(alice, iCalUID=None))[:2] == (400, "required")
    foreign = {"organizer": {"email": "boss@elsewhere.example"}}
    assert refused(imported(alice, **foreign))[1] == "participantIsNeitherOrganizerNorAttendee"

    private = imported(alice, **foreign, attendees=[{"email": ALICE}]).execute()
    assert private["privateCopy"] is True
    other = imported(alice, iCalUID="other@example.com", eventType="focusTime").execute()
    assert other["eventType"] == "default"
    empty = imported(alice, iCalUID="empty@example.com", end=timed()["start"])
    assert refused(empty)[1] == "timeRangeEmpty"


def test_a_moved_event_changes_its_organizer_and_leaves_a_stub(alice: Client) -> None:
    other = alice.calendars().insert(body={"summary": "Other", "timeZone": "Europe/Berlin"}).execute()["id"]
    event, token = made(alice, daily(2)), listed(alice)["nextSyncToken"]
    asked = {"calendarId": "primary", "destination": other}

    moved = alice.events().move(**asked, eventId=event["id"]).execute()

    assert (moved["id"], moved["organizer"]["email"]) == (event["id"], other)
    (stub,) = listed(alice, syncToken=token)["items"]
    assert (stub["id"], stub["status"]) == (event["id"], "cancelled")
    assert ids(alice.events().list(calendarId=other).execute()) == [event["id"]]
    focus = made(alice, timed(eventType="focusTime"))
    assert refused(alice.events().move(**asked, eventId=focus["id"]))[1] == "eventTypeRestriction"


@pytest.mark.parametrize("email", ["", "nobody"])
def test_a_guest_needs_an_address(alice: Client, email: str) -> None:
    wrong = alice.events().insert(calendarId="primary", body=timed(attendees=[{"email": email}]))

    assert refused(wrong)[0] == 400
