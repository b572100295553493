"""Pain 7, credentials expire and sync stops in silence, where one signs in: grants end, tokens go on."""

from datetime import timedelta

from tests.provider_stage import SignedInMember


async def test_a_grant_that_ended_is_told_and_what_waited_goes_on_after_the_next(
    member: SignedInMember,
) -> None:
    lesson = await member.create("Yoga")
    await member.sync()
    member.revoke()

    await member.sync(timedelta(hours=2))
    await member.update(lesson, title="Pilates")
    await expect_sign_in(member)

    await member.sign_in()
    await member.sync()
    assert await member.phone.titles() == ["Pilates"]
    assert (await member.status())["state"] == "IDLE"


async def expect_sign_in(member: SignedInMember) -> None:
    """She is told to sign in, and how."""
    told = await member.status()
    assert (told["state"], told["attention"]["code"]) == ("NEEDS_SIGN_IN", "SIGN_IN_REQUIRED")
    assert told["attention"]["nextStep"]


async def test_a_token_is_renewed_for_weeks_without_anybody(member: SignedInMember) -> None:
    for day in range(10):
        await member.create(f"Lesson {day}")
        await member.sync(timedelta(days=3))

    assert (await member.status())["state"] == "IDLE"
    assert len(await member.phone.titles()) == 10
