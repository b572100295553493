"""Pain 19, writes that are not allowed, at Google: what others organise is read and left alone."""

from tests.gateway.graphql.operations import COPIES
from tests.google_stage import ALICE, AtGoogle

from metonic_simulators.google import seeding

INVITED = {
    "summary": "Meeting",
    "start": {"dateTime": "2026-12-03T09:00:00Z"},
    "end": {"dateTime": "2026-12-03T10:00:00Z"},
    "organizer": {"email": "boss@example.com"},
    "attendees": [{"email": "boss@example.com"}, {"email": ALICE, "responseStatus": "accepted"}],
}


async def test_an_invitation_is_not_written_and_says_why(alice: AtGoogle) -> None:
    seeding.put_event(alice.google.world, {"calendar": ALICE, "event": INVITED})
    await alice.sync()
    told = await alice.named("Meeting")

    await alice.cancel(told["id"])
    for _ in range(3):
        await alice.sync()

    (copy,) = (await alice.api.call(COPIES, id=told["id"]))["copies"]
    assert (alice.writes(), copy["reasonCode"]) == (0, "not_writable")
    assert copy["reason"]


async def test_a_calendar_that_may_only_be_read_any_more_says_so_and_is_not_hammered(alice: AtGoogle) -> None:
    lesson = await alice.create("Yoga")
    await alice.sync()
    written = alice.writes()
    alice.google.world.calendars[ALICE].roles[ALICE] = "reader"
    await alice.update(lesson, title="Pilates")
    for _ in range(4):
        await alice.sync()

    assert alice.writes() <= written + 1
    assert (await alice.status())["attention"] or (await alice.status())["quarantined"]
    assert await alice.titles() == ["Pilates"]
