"""Pain 6, all-day events off by one: a date is a date, never a midnight, and every end is exclusive."""

from tests.stage import Person

CAMP = {"allDay": {"startDate": "2026-12-24", "endDate": "2026-12-27"}}


async def test_whole_days_stay_the_same_days_on_both_sides_and_do_not_churn(trainer: Person) -> None:
    camp = await trainer.create("Camp", when=CAMP)
    await trainer.device.put("own.ics", "SUMMARY:Fair", "DTSTART;VALUE=DATE:20261231")
    await trainer.sync()
    versions = await trainer.device.versions()

    for _ in range(3):
        await trainer.sync()

    text = await trainer.device.text(await trainer.device.named("Camp"))
    assert "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\n" in text
    assert (await trainer.named("Fair"))["when"] == {"startDate": "2026-12-31", "endDate": "2027-01-01"}
    assert (await trainer.read(camp))["when"] == {"startDate": "2026-12-24", "endDate": "2026-12-27"}
    assert await trainer.device.versions() == versions


async def test_days_that_are_moved_on_a_phone_are_moved_by_days(trainer: Person) -> None:
    camp = await trainer.create("Camp", when=CAMP)
    await trainer.sync()

    await trainer.device.edit("Camp", ("20261224", "20261225"), ("20261227", "20261228"))
    await trainer.sync()

    assert (await trainer.read(camp))["when"] == {"startDate": "2026-12-25", "endDate": "2026-12-28"}
