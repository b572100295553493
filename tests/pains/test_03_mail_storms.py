"""Pain 3, invitations and cancellations by mail: copies have no guests, guests of others are left alone."""

from tests.stage import Person, Stage

from metonic_gateway.http.identity import Role

GUESTS = (
    "ORGANIZER;CN=Toni:mailto:toni@example.com",
    "ATTENDEE;CN=Kim;PARTSTAT=ACCEPTED:mailto:kim@example.com",
)


async def test_a_copy_of_a_shared_lesson_invites_nobody(stage: Stage) -> None:
    trainer, client = await stage.connected(), await stage.connected("client-1", Role.CLIENT)
    lesson = await trainer.create("Yoga", participantIds=["client-1"])
    for change in ({"title": "Pilates"}, {"location": "Hall 2"}):
        await trainer.sync()
        await client.sync()
        await trainer.update(lesson, **change)
    await trainer.sync()
    await client.sync()

    for person in (trainer, client):
        assert await person.device.titles() == ["Pilates"]
        sent = b"".join(exchange.sent for exchange in person.writes())
        assert b"ATTENDEE" not in sent
        assert b"ORGANIZER" not in sent
        assert b"METHOD" not in sent


async def test_an_event_with_guests_is_read_and_never_written(trainer: Person) -> None:
    await trainer.device.put("own.ics", "SUMMARY:Party", "DTSTART:20261203T190000Z", *GUESTS)
    await trainer.sync()
    told = await trainer.named("Party")

    await trainer.update(told["id"], title="Quiet evening")
    await trainer.sync()
    await trainer.cancel(told["id"])
    await trainer.sync()

    assert await trainer.device.titles() == ["Party"]
    assert trainer.writes() == []
