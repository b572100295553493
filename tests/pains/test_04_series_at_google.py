"""Pain 4, exceptions and "this and following" lost, at Google: a series is one, its halves are followed."""

from tests.google_stage import ALICE, AtGoogle

from metonic_simulators.google import seeding

WEEKLY = {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=6"]}


async def test_a_moved_and_a_cancelled_occurrence_come_in_and_survive_an_edit_here(alice: AtGoogle) -> None:
    series = (await alice.phone.put("Course", **WEEKLY))["id"]
    await alice.sync()
    moved = {"dateTime": "2026-12-11T15:00:00Z", "timeZone": "Europe/Berlin"}
    until = {"dateTime": "2026-12-11T16:00:00Z", "timeZone": "Europe/Berlin"}
    await alice.phone.ask("PATCH", f"/{series}_20261210T090000Z", {"start": moved, "end": until})
    await alice.phone.ask("DELETE", f"/{series}_20261217T090000Z")
    await alice.sync()

    await alice.update((await alice.named("Course"))["id"], title="Evening course")
    for _ in range(2):
        await alice.sync()

    events = await alice.phone.events()
    assert [event["summary"] for event in events if "recurrence" in event] == ["Evening course"]
    exceptions = {event["id"]: event for event in events if event.get("recurringEventId") == series}
    assert exceptions[f"{series}_20261217T090000Z"]["status"] == "cancelled"
    assert exceptions[f"{series}_20261210T090000Z"]["start"]["dateTime"] == "2026-12-11T16:00:00+01:00"
    assert await alice.conflicts() == []


async def test_this_and_following_of_a_copy_leaves_every_lesson_once(alice: AtGoogle) -> None:
    rule = {"rules": ["FREQ=WEEKLY;UNTIL=20270105T225959Z"]}
    await alice.create("Yoga", recurrence=rule)
    await alice.sync()
    master = await alice.phone.named("Yoga")
    start = await alice.phone.ask("GET", f"/{master['id']}/instances")
    third = start["items"][2]["start"]["dateTime"]
    seeding.split(alice.google.world, {"calendar": ALICE, "event": master["id"], "at": third})
    for _ in range(3):
        await alice.sync()

    instances = await alice.phone.ask("GET", "?singleEvents=true&maxResults=2500")
    starts = [item["start"]["dateTime"] for item in instances["items"]]
    assert len(starts) == len(set(starts)) == 6
    assert await alice.conflicts() == []
