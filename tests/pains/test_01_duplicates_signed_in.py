"""Pain 1, duplicates, where one signs in: ids of copies are derived, or given and known by the create."""

from tests.gateway.graphql.operations import SYNC_NOW
from tests.provider_stage import SignedInMember
from tests.specification.resolving import resolve


async def test_creates_whose_answer_was_lost_are_not_made_twice(member: SignedInMember) -> None:
    for title in ("Boxing", "Yoga"):
        await member.create(title)
    member.stand_in.arm("lost-response", method="POST", path="*/events*", times=2)
    for _ in range(3):
        await member.sync()

    assert await member.phone.titles() == ["Boxing", "Yoga"]
    assert await member.titles() == ["Boxing", "Yoga"]
    assert await member.conflicts() == []


async def test_a_sync_token_that_is_too_old_doubles_nothing(member: SignedInMember) -> None:
    await member.create("Yoga")
    await member.phone.put("Dentist")
    await member.sync()
    member.forget_cursors()

    await member.phone.rename("Dentist", "Dentist, again")
    await member.sync()
    await member.api.call(SYNC_NOW, provider=member.provider, complete=True)
    await member.sync()

    assert await member.phone.titles() == ["Dentist, again", "Yoga"]
    assert await member.titles() == ["Dentist, again", "Yoga"]


async def test_a_copy_that_was_deleted_is_made_anew_once_under_another_id(member: SignedInMember) -> None:
    await member.create("Yoga")
    await member.create("Boxing")
    await member.sync()
    first = (await member.phone.named("Yoga"))["id"]
    await member.phone.delete("Yoga")
    await member.sync()

    await resolve(member, "KEEP_LOCAL")
    for _ in range(3):
        await member.sync()

    assert await member.phone.titles() == ["Boxing", "Yoga"]
    assert (await member.phone.named("Yoga"))["id"] != first
