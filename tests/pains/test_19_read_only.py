"""Pain 19, writing what may not be written, again and again: it is not tried, and the user is told."""

from tests.gateway.graphql.operations import COPIES
from tests.stage import Person, Stage

from metonic_gateway.http.identity import Role

INVITED = ("ORGANIZER:mailto:boss@example.com", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:toni@example.com")


async def test_an_event_that_others_organise_is_not_written_and_says_why(trainer: Person) -> None:
    await trainer.device.put("own.ics", "SUMMARY:Meeting", "DTSTART:20261203T090000Z", *INVITED)
    await trainer.sync()
    told = await trainer.named("Meeting")

    await trainer.cancel(told["id"])
    for _ in range(3):
        await trainer.sync()

    (copy,) = (await trainer.api.call(COPIES, id=told["id"]))["copies"]
    assert trainer.writes() == []
    assert copy["reasonCode"] == "not_writable"
    assert copy["reason"]


async def test_a_write_that_is_refused_for_good_is_tried_once_and_set_aside(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    refused = trainer.refused(lambda exchange: exchange.method == "PUT", 403)
    for _ in range(3):
        await trainer.sync()

    (copy,) = (await trainer.api.call(COPIES, id=lesson))["copies"]
    assert len(refused) == 1
    assert copy["state"] == "QUARANTINED"
    assert copy["reason"]


async def test_an_edit_without_the_right_to_it_is_put_back_once_and_says_why(stage: Stage) -> None:
    trainer, client = await stage.connected(), await stage.connected("client-1", Role.CLIENT)
    lesson = await trainer.create("Yoga", participantIds=["client-1"])
    await client.sync()

    await client.device.edit("Yoga", ("SUMMARY:Yoga", "SUMMARY:Boxing"))
    for _ in range(3):
        await client.sync()

    (done,) = (await client.history())[0]["operations"]["nodes"]
    assert (done["reasonCode"], len(client.writes())) == ("not_yours_to_edit", 2)
    assert await client.device.titles() == ["Yoga"]
    assert (await trainer.read(lesson))["title"] == "Yoga"
