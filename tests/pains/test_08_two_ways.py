"""Pain 8, no way back: what is made, edited and deleted in the calendar arrives on the platform."""

from tests.stage import Person


async def test_what_happens_in_the_calendar_happens_on_the_platform(trainer: Person) -> None:
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")
    await trainer.sync()
    made = await trainer.titles()

    await trainer.device.edit("Dentist", ("SUMMARY:Dentist", "SUMMARY:Doctor\nLOCATION:High Street"))
    await trainer.sync()
    edited = await trainer.named("Doctor")
    await trainer.device.delete("Doctor")
    await trainer.sync()

    assert made == ["Dentist"]
    assert edited["location"] == "High Street"
    assert await trainer.titles() == []


async def test_a_copy_that_is_moved_in_the_calendar_moves_the_lesson(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()

    await trainer.device.edit("Yoga", ("20261201T10", "20261201T15"), ("20261201T11", "20261201T16"))
    await trainer.sync()

    assert (await trainer.read(lesson))["when"]["start"] == "2026-12-01T15:00:00"


async def test_an_imported_event_that_is_edited_on_the_platform_changes_in_the_calendar(
    trainer: Person,
) -> None:
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z", "X-KEEP:this")
    await trainer.sync()

    await trainer.update((await trainer.named("Dentist"))["id"], title="Doctor")
    await trainer.sync()

    text = await trainer.device.text("own.ics")
    assert "SUMMARY:Doctor" in text
    assert "X-KEEP:this" in text
