"""Pain 22, the edges of the synced span: leaving it is no deletion, and beyond it nothing is imported."""

from datetime import timedelta

from tests.stage import Person


async def test_what_is_long_past_stays_on_both_sides(trainer: Person) -> None:
    await trainer.create("Yoga")
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")
    await trainer.sync()

    for _ in range(3):
        await trainer.sync(timedelta(days=30))

    assert await trainer.device.titles() == ["Dentist", "Yoga"]
    assert len(trainer.writes()) == 1
    assert await trainer.titles() == ["Dentist", "Yoga"]


async def test_what_lies_far_ahead_comes_in_when_its_time_comes(trainer: Person) -> None:
    await trainer.device.put("far.ics", "SUMMARY:Wedding", "DTSTART:20280110T120000Z")
    await trainer.sync()
    before = await trainer.titles()

    await trainer.sync(timedelta(days=30))

    assert before == []
    assert await trainer.titles() == ["Wedding"]
