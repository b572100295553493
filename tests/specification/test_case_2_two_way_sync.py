"""Test case 2: Two-Way Sync."""

from tests.specification.resolving import resolve
from tests.stage import Person


async def test_two_way_sync_is_enabled(trainer: Person) -> None:
    await trainer.set(direction="BOTH")
    await trainer.create("Yoga")
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")
    await trainer.sync()

    assert await trainer.titles() == await trainer.device.titles() == ["Dentist", "Yoga"]


async def test_what_is_edited_in_both_systems_at_once_is_detected_as_a_conflict(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()

    await trainer.update(lesson, title="Pilates")
    await trainer.device.edit("Yoga", ("SUMMARY:Yoga", "SUMMARY:Boxing"))
    await trainer.sync()

    (conflict,) = await trainer.conflicts()
    assert conflict["appointmentId"] == lesson
    assert conflict["sentence"]
    assert (await trainer.status())["openConflicts"] == 1


async def test_a_conflict_is_resolved_by_keeping_the_platforms_version(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()
    await trainer.update(lesson, title="Pilates")
    await trainer.device.edit("Yoga", ("SUMMARY:Yoga", "SUMMARY:Boxing"))
    await trainer.sync()

    await resolve(trainer, "KEEP_LOCAL")

    assert await trainer.device.titles() == ["Pilates"]
    assert await trainer.titles() == ["Pilates"]
    assert (await trainer.status())["openConflicts"] == 0
