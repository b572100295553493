"""Pain 9, echoes, where one signs in: services touch events after writes, and rewrite what they are given."""

from tests.provider_stage import SignedInMember


async def test_events_that_are_touched_after_each_write_are_written_once(member: SignedInMember) -> None:
    member.stand_in.arm("touched-after", times=100)
    lesson = await member.create("Yoga", notes="Bring a mat.  \n\n<b>Bold</b> & \\n")
    course = await member.create("Course", recurrence={"rules": ["FREQ=WEEKLY;COUNT=6"]})
    for _ in range(4):
        await member.sync()
    written = member.writes()
    await member.update(lesson, title="Pilates")
    for _ in range(4):
        await member.sync()

    assert (written, member.writes()) == (2, 3)
    assert (await member.read(course))["version"] == 1
    assert await member.phone.titles() == ["Course", "Pilates"]
