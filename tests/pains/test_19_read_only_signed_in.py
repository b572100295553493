"""Pain 19, writes that are not allowed, where one signs in: what others organise is read and left alone."""

from tests.gateway.graphql.operations import COPIES
from tests.provider_stage import SignedInMember


async def test_an_invitation_is_not_written_and_says_why(member: SignedInMember) -> None:
    await member.phone.put_invitation("Meeting")
    await member.sync()
    told = await member.named("Meeting")

    await member.cancel(told["id"])
    for _ in range(3):
        await member.sync()

    (copy,) = (await member.api.call(COPIES, id=told["id"]))["copies"]
    assert (member.writes(), copy["reasonCode"]) == (0, "not_writable")
    assert copy["reason"]


async def test_a_calendar_that_may_only_be_read_any_more_says_so_and_is_left_alone(
    member: SignedInMember,
) -> None:
    lesson = await member.create("Yoga")
    await member.sync()
    written = member.writes()
    member.lock_calendar()
    await member.update(lesson, title="Pilates")
    for _ in range(4):
        await member.sync()

    assert member.writes() <= written + 1
    assert (await member.status())["attention"] or (await member.status())["quarantined"]
    assert await member.titles() == ["Pilates"]
