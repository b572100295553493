"""Pain 21, identity by UID: an event is known by its calendar and its id there, the UID is kept beside."""

from datetime import timedelta

from tests.stage import Person, Stage

from metonic_gateway.http.identity import Role

EVENT = ("SUMMARY:Dentist", "DTSTART:20261203T090000Z")


async def test_one_uid_in_two_calendars_is_two_events(stage: Stage) -> None:
    trainer, client = await stage.connected(), await stage.connected("client-1", Role.CLIENT)
    for person in (trainer, client):
        await person.device.put("same.ics", *EVENT)
        await person.sync()

    await trainer.device.delete("Dentist")
    await trainer.sync()
    await client.sync()

    assert await trainer.titles() == []
    assert await client.titles() == ["Dentist"]
    assert await client.device.titles() == ["Dentist"]


async def test_an_event_that_gets_another_address_keeps_its_appointment(trainer: Person) -> None:
    await trainer.device.put("one.ics", *EVENT)
    await trainer.sync()
    before = await trainer.named("Dentist")
    text = await trainer.device.text("one.ics")

    await trainer.device.delete("Dentist")
    await trainer.device.write("other.ics", text.replace("Dentist", "Doctor"))
    await trainer.sync()

    assert (await trainer.named("Doctor"))["id"] == before["id"]
    assert await trainer.titles() == ["Doctor"]


async def test_an_event_whose_address_is_spelled_otherwise_is_no_second_one(trainer: Person) -> None:
    await trainer.device.put("lesson@studio.ics", *EVENT)
    await trainer.sync()
    before = await trainer.named("Dentist")

    # Radicale says %40; others, or itself after an upgrade, say @.
    trainer.line.rewrite = lambda body: body.replace(b"%40", b"@")
    await trainer.sync(timedelta(days=2))
    assert [(await trainer.named(title))["id"] for title in await trainer.titles()] == [before["id"]]
    await trainer.update(before["id"], title="Doctor")
    await trainer.sync()

    assert await trainer.device.titles() == ["Doctor"]
    assert [write.path.rpartition("/")[2] for write in trainer.writes()] == ["lesson@studio.ics"]
    await trainer.device.delete("Doctor")
    await trainer.sync()
    assert await trainer.titles() == []
