"""Pain 12, one bad event stops everything: it is set aside with its reason, and all others go on."""

from tests.stage import Person

BAD = ("SUMMARY:Landing", "DTSTART;TZID=Mars/Phobos:20261202T100000")


async def test_the_others_come_in_and_the_bad_one_is_named(trainer: Person) -> None:
    await trainer.device.put("bad.ics", *BAD)
    await trainer.device.put("good.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")
    await trainer.create("Yoga")
    await trainer.sync()

    (error,) = (await trainer.history())[0]["errors"]
    assert error["externalEventId"].endswith("/bad.ics")
    assert error["error"]
    assert error["nextStep"]
    assert await trainer.titles() == ["Dentist", "Yoga"]
    assert (await trainer.status())["quarantined"] == 1


async def test_it_is_not_read_again_until_it_changes_and_then_comes_in(trainer: Person) -> None:
    await trainer.device.put("bad.ics", *BAD)
    await trainer.sync()
    asked = len(trainer.line.of(trainer.name))
    await trainer.sync()
    asked_again = len(trainer.line.of(trainer.name)) - asked

    await trainer.device.edit("Landing", ("Mars/Phobos", "Europe/Berlin"))
    await trainer.sync()

    assert asked_again == 1
    assert await trainer.titles() == ["Landing"]
    assert (await trainer.status())["quarantined"] == 0
