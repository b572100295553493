"""Meetings: every mail that the service would send, the copies of guests, and what they answer."""

import pytest
from tests.simulators.graph.bodies import daily, guest, made, point, timed
from tests.simulators.graph.conftest import ALICE, BOB
from tests.simulators.graph.official import Client, at, view

from metonic_simulators.graph import Simulator

STRANGER = "eve@fabrikam.example"


def mailed(sim: Simulator) -> list[tuple[str, str]]:
    """What was sent since it was asked last."""
    found = [(one.method, one.recipient) for one in sim.outbox]
    sim.outbox.clear()
    return found


async def test_who_has_no_guests_sends_no_mail(sim: Simulator, alice: Client) -> None:
    event = await made(alice, timed())
    await alice.patch(at(event), {"subject": "Match"})
    await alice.delete(at(event))

    assert mailed(sim) == []


async def test_every_write_to_a_meeting_is_mailed(sim: Simulator, alice: Client) -> None:
    event = await made(alice, timed(attendees=[guest(BOB), guest(STRANGER, "optional")]))
    assert mailed(sim) == [("REQUEST", BOB), ("REQUEST", STRANGER)]

    await alice.patch(at(event), {"responseRequested": False, "subject": "Match"})
    assert mailed(sim) == [("REQUEST", BOB), ("REQUEST", STRANGER)]
    await alice.patch(at(event), {"attendees": [guest(BOB), guest("new@fabrikam.example")]})
    assert mailed(sim) == [("CANCEL", STRANGER), ("REQUEST", "new@fabrikam.example")]
    await alice.patch(at(event), {"categories": ["Mine"]})
    assert mailed(sim) == []
    await alice.delete(at(event))
    assert mailed(sim) == [("CANCEL", BOB), ("CANCEL", "new@fabrikam.example")]


async def test_a_series_is_mailed_once_more_for_each_exception(sim: Simulator, alice: Client) -> None:
    event = await made(alice, daily(attendees=[guest(STRANGER)]))
    second = (await alice.get(view()))["value"][1]
    await alice.patch(at(second), {"subject": "Match"})
    mailed(sim)

    await alice.patch(at(event), {"location": {"displayName": "Hall"}})
    assert mailed(sim) == [("REQUEST", STRANGER)] * 2
    await alice.delete(at(second))
    assert mailed(sim) == [("CANCEL", STRANGER)]


async def test_a_guest_has_a_copy(alice: Client, bob: Client) -> None:
    event = await made(alice, timed(attendees=[guest(BOB)]))

    (copy,) = (await bob.get("/me/events"))["value"]

    assert (copy["iCalUId"], copy["isOrganizer"]) == (event["iCalUId"], False)
    assert copy["organizer"]["emailAddress"]["address"] == ALICE
    assert copy["responseStatus"]["response"] == "notResponded"
    await alice.patch(at(event), {"start": point("2026-03-10", 8), "end": point("2026-03-10", 9)})
    assert (await bob.get(at(copy)))["start"]["dateTime"] == "2026-03-10T07:00:00.0000000"
    kept = await bob.patch(at(copy), {"subject": "Mine", "showAs": "free"})
    assert (kept["subject"], kept["showAs"]) == ("Training", "free")


async def test_a_meeting_that_is_called_off_stays_with_the_guest_until_it_is_removed(
    sim: Simulator, alice: Client, bob: Client
) -> None:
    event = await made(alice, timed(attendees=[guest(BOB)]))
    (copy,) = (await bob.get("/me/events"))["value"]
    mailed(sim)

    assert (await alice.ask("POST", at(event, "cancel"), {"Comment": "Ill"})).status == 202

    assert mailed(sim) == [("CANCEL", BOB)]
    left = await bob.get(at(copy))
    assert (left["isCancelled"], left["subject"], left["showAs"]) == (True, "Canceled: Training", "free")
    await bob.delete(at(copy))
    assert mailed(sim) == []


@pytest.mark.parametrize(
    ("action", "word"),
    [("accept", "accepted"), ("tentativelyAccept", "tentativelyAccepted"), ("decline", "declined")],
)
async def test_an_answer_reaches_the_organizer(
    sim: Simulator, alice: Client, bob: Client, action: str, word: str
) -> None:
    event = await made(alice, timed(attendees=[guest(BOB)]))
    (copy,) = (await bob.get("/me/events"))["value"]
    mailed(sim)

    answer = await bob.ask("POST", at(copy, action), {"Comment": "x", "SendResponse": True})

    assert (answer.status, answer.body) == (202, "")
    assert mailed(sim) == [("REPLY", ALICE)]
    assert (await alice.get(at(event)))["attendees"][0]["status"]["response"] == word
    if action == "decline":
        assert await bob.refused("GET", at(copy)) == (404, "ErrorItemNotFound")
    else:
        assert (await bob.get(at(copy)))["responseStatus"]["response"] == word


async def test_who_is_invited_again_has_answered_already(alice: Client, bob: Client) -> None:
    event = await made(alice, timed(attendees=[guest(BOB)]))
    (copy,) = (await bob.get("/me/events"))["value"]
    await bob.ask("POST", at(copy, "accept"), {})

    changed = await alice.patch(at(event), {"attendees": [guest(STRANGER), guest(BOB.upper())]})

    assert [one["status"]["response"] for one in changed["attendees"]] == ["none", "accepted"]


async def test_an_answer_may_be_kept_to_oneself(sim: Simulator, alice: Client, bob: Client) -> None:
    event = await made(alice, timed(attendees=[guest(BOB)]))
    (copy,) = (await bob.get("/me/events"))["value"]
    mailed(sim)

    await bob.ask("POST", at(copy, "accept"), {"sendResponse": False})

    assert mailed(sim) == []
    assert (await alice.get(at(event)))["attendees"][0]["status"]["response"] == "none"


async def test_only_guests_answer_and_only_organizers_call_off(alice: Client, bob: Client) -> None:
    event = await made(alice, timed(attendees=[guest(BOB)]))
    (copy,) = (await bob.get("/me/events"))["value"]

    assert (await alice.refused("POST", at(event, "accept"), {}))[0] == 400
    answer = await bob.ask("POST", at(copy, "cancel"), {})
    assert answer.status == 400
    assert answer.body["error"]["message"] == "You need to be an organizer to cancel a meeting."


async def test_an_event_can_be_deleted_for_good(alice: Client) -> None:
    event = await made(alice, timed())

    assert (await alice.ask("POST", at(event, "permanentDelete"))).status == 204
    assert await alice.refused("GET", at(event)) == (404, "ErrorItemNotFound")


async def test_a_copy_of_a_series_follows_its_occurrences(alice: Client, bob: Client) -> None:
    event = await made(alice, daily(attendees=[guest(BOB)]))
    first, second, third, *_ = (await alice.get(view()))["value"]
    await alice.patch(at(first), {"subject": "Match"})
    await alice.patch(at(second), {"subject": "Match"})
    await alice.delete(at(second))
    await alice.delete(at(third))

    copies = (await bob.get(view()))["value"]
    assert [one["subject"] for one in copies] == ["Match", "Training", "Training"]
    assert {one["isOrganizer"] for one in copies} == {False}
    await alice.patch(at(event), {"start": point("2026-03-10", 14), "end": point("2026-03-10", 15)})
    assert [one["subject"] for one in (await bob.get(view()))["value"]] == ["Training"] * 5


async def test_what_is_the_organizers_may_be_refused_to_guests(
    sim: Simulator, alice: Client, bob: Client
) -> None:
    sim.turn_on("guests-refused")
    await made(alice, timed(attendees=[guest(BOB)]))
    (copy,) = (await bob.get("/me/events"))["value"]

    assert await bob.refused("PATCH", at(copy), {"subject": "Mine"}) == (403, "ErrorAccessDenied")
    assert (await bob.patch(at(copy), {"showAs": "free"}))["showAs"] == "free"


async def test_what_is_called_off_may_go_at_once(sim: Simulator, alice: Client, bob: Client) -> None:
    sim.turn_on("cancelled-removed")
    event = await made(alice, timed(attendees=[guest(BOB)]))

    await alice.delete(at(event))

    assert (await bob.get("/me/events"))["value"] == []


@pytest.mark.parametrize("is_silent", [False, True])
async def test_a_deletion_for_good_may_be_mailed(sim: Simulator, alice: Client, *, is_silent: bool) -> None:
    if is_silent:
        sim.turn_on("silent-permanent-delete")
    event = await made(alice, timed(attendees=[guest(STRANGER)]))
    mailed(sim)

    await alice.ask("POST", at(event, "permanentDelete"))

    assert mailed(sim) == ([] if is_silent else [("CANCEL", STRANGER)])
