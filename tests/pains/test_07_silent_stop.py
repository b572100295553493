"""Pain 7, credentials expire and sync stops in silence: it says so, keeps everything, and goes on later."""

from tests.stage import Person, sign_in


async def test_a_password_that_is_no_longer_good_is_told_and_nothing_is_lost(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()
    trainer.answered(401)

    await trainer.sync()
    await trainer.update(lesson, title="Pilates")
    told = await trainer.status()

    assert told["state"] == "NEEDS_SIGN_IN"
    assert told["attention"]["code"] == "SIGN_IN_REQUIRED"
    assert told["attention"]["nextStep"]
    assert await trainer.titles() == ["Pilates"]


async def test_after_signing_in_again_what_waited_is_synced(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()
    trainer.answered(401)
    await trainer.sync()
    await trainer.update(lesson, title="Pilates")
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")

    trainer.answered_again()
    await sign_in(trainer.api, trainer.line, trainer.name)
    await trainer.sync()

    assert await trainer.device.titles() == ["Dentist", "Pilates"]
    assert await trainer.titles() == ["Dentist", "Pilates"]


async def test_a_calendar_without_credentials_is_not_asked_again_and_again(trainer: Person) -> None:
    trainer.answered(401)
    await trainer.sync()
    asked = len(trainer.line.of(trainer.name))

    for _ in range(5):
        await trainer.sync()

    assert len(trainer.line.of(trainer.name)) == asked
