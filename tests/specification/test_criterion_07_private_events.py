"""Handle private events (don't sync sensitive data)."""

from tests.gateway.graphql.operations import COPIES
from tests.stage import Person, Stage

from metonic_gateway.http.identity import Role


async def test_private_appointments_are_left_out_from_the_very_first_sync(trainer: Person) -> None:
    await trainer.create("Therapy", notes="Sensitive", isPrivate=True)
    await trainer.sync()

    assert await trainer.device.titles() == []
    assert trainer.line.holds("Therapy") == []
    assert trainer.line.holds("Sensitive") == []


async def test_private_events_of_the_calendar_only_block_time_on_the_platform(trainer: Person) -> None:
    await trainer.device.put("own.ics", "SUMMARY:Therapy", "CLASS:PRIVATE", "DTSTART:20261203T090000Z")
    await trainer.sync()

    assert await trainer.titles() == ["Busy"]
    assert (await trainer.named("Busy"))["when"]["start"] == "2026-12-03T09:00:00"


async def test_private_appointments_are_masked_if_that_is_set(trainer: Person) -> None:
    await trainer.set(filters={"privateAppointments": "MASK"})
    lesson = await trainer.create("Therapy", notes="Sensitive", location="Room 9", isPrivate=True)
    await trainer.sync()

    text = await trainer.device.text(await trainer.device.named("Busy"))
    (copy,) = (await trainer.api.call(COPIES, id=lesson))["copies"]
    assert "CLASS:PRIVATE\n" in text
    assert "DTSTART;TZID=Europe/Berlin:20261201T100000\n" in text
    assert (copy["state"], copy["reasonCode"]) == ("IN_SYNC", "masked")
    assert [trainer.line.holds(word) for word in ("Therapy", "Sensitive", "Room 9")] == [[], [], []]


async def test_notes_leave_only_while_that_is_set(trainer: Person) -> None:
    await trainer.set(includeNotes=False)
    await trainer.create("Yoga", notes="Sensitive")
    await trainer.sync()
    before = trainer.line.holds("Sensitive")

    await trainer.set(includeNotes=True)
    await trainer.sync()

    assert before == []
    assert "DESCRIPTION:Sensitive\n" in await trainer.device.text(await trainer.device.named("Yoga"))


async def test_contact_information_of_clients_leaves_only_while_that_is_set(stage: Stage) -> None:
    trainer = await stage.connected()
    await trainer.api.as_user("client-1", Role.CLIENT, name="Clara").call("{ viewer { id } }")
    lesson = await trainer.create("Yoga", participantIds=["client-1"])
    await trainer.sync()
    before = trainer.line.holds("Clara")

    await trainer.set(includeClientContact=True)
    await trainer.sync()

    assert before == []
    assert "Clara" in await trainer.device.text(await trainer.device.named("Yoga"))
    assert (await trainer.read(lesson))["notes"] is None
