"""Handle private events (don't sync sensitive data)."""

from tests.stage import Person


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
