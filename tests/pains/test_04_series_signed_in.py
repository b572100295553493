"""Pain 4, exceptions and "this and following" lost, where one signs in: a series is one."""

from tests.provider_stage import SignedInMember

WEEKS = ["2026-12-03T09:00", "2026-12-24T09:00", "2026-12-31T09:00", "2027-01-07T09:00"]


async def test_a_moved_and_a_cancelled_occurrence_come_in_and_survive_an_edit_here(
    member: SignedInMember,
) -> None:
    series = await member.phone.put_series("Course")
    await member.sync()
    await member.phone.move(series, 10)
    await member.phone.cancel(series, 17)
    await member.sync()

    await member.update((await member.named("Course"))["id"], title="Evening course")
    for _ in range(2):
        await member.sync()

    assert set(await member.phone.titles()) == {"Evening course"}
    assert await member.phone.starts() == sorted([*WEEKS, "2026-12-11T15:00"])
    assert await member.conflicts() == []
