"""Pain 3, invitations and cancellations by mail, at Google: it sends none, whatever is written."""

from tests.google_stage import AtGoogle

GUESTS = [{"email": "kim@example.com"}, {"email": "bob@example.com", "responseStatus": "accepted"}]


async def test_copies_have_no_guests_and_no_write_tells_anybody(alice: AtGoogle) -> None:
    lesson = await alice.create("Yoga")
    await alice.sync()
    await alice.update(lesson, title="Pilates")
    await alice.sync()
    copy = await alice.phone.named("Pilates")
    await alice.cancel(lesson)
    await alice.sync()

    assert "attendees" not in copy
    assert await alice.phone.titles() == []
    assert not alice.google.outbox


async def test_an_event_with_guests_is_edited_and_cancelled_without_a_mail(alice: AtGoogle) -> None:
    await alice.phone.put("Party", attendees=GUESTS)
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
    assert not alice.google.outbox
