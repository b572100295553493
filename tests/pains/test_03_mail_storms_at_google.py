"""Pain 3, invitations and cancellations by mail, at Google: it is told to send none."""

from tests.google_stage import GUESTS, AtGoogle


async def test_an_event_with_guests_is_edited_and_cancelled_without_a_mail(alice: AtGoogle) -> None:
    await alice.phone.put_with_guests("Party")
    await alice.sync()
    told = (await alice.named("Party"))["id"]

    await alice.update(told, title="Quiet evening")
    await alice.sync()
    edited = await alice.phone.named("Quiet evening")
    await alice.cancel(told)
    for _ in range(2):
        await alice.sync()

    assert [guest["email"] for guest in edited["attendees"]] == [guest["email"] for guest in GUESTS]
    assert await alice.phone.titles() == []
    assert not alice.stand_in.outbox
