"""Pain 4, exceptions and "this and following" lost, at Google: halves are followed."""

from tests.google_stage import ALICE, AtGoogle

from metonic_simulators.google import seeding


async def test_this_and_following_of_a_copy_leaves_every_lesson_once(alice: AtGoogle) -> None:
    rule = {"rules": ["FREQ=WEEKLY;UNTIL=20270105T225959Z"]}
    await alice.create("Yoga", recurrence=rule)
    await alice.sync()
    master = await alice.phone.named("Yoga")
    start = await alice.phone.ask("GET", f"/{master['id']}/instances")
    third = start["items"][2]["start"]["dateTime"]
    seeding.split(alice.stand_in.world, {"calendar": ALICE, "event": master["id"], "at": third})
    for _ in range(3):
        await alice.sync()

    starts = await alice.phone.starts()
    assert len(starts) == len(set(starts)) == 6
    assert await alice.conflicts() == []
