"""Pain 3, invitations and cancellations by mail, where one signs in: copies have no guests."""

from tests.provider_stage import SignedInMember


async def test_copies_have_no_guests_and_no_write_tells_anybody(member: SignedInMember) -> None:
    lesson = await member.create("Yoga")
    await member.sync()
    await member.update(lesson, title="Pilates")
    await member.sync()
    copy = await member.phone.named("Pilates")
    await member.cancel(lesson)
    await member.sync()

    assert not copy.get("attendees")
    assert await member.phone.titles() == []
    assert not member.stand_in.outbox
