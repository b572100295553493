"""Test case 2: Two-Way Sync."""

from tests.gateway.graphql.operations import timed
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


async def test_what_is_created_in_both_systems_at_once_is_a_conflict_and_the_platforms_version_stands(
    trainer: Person,
) -> None:
    await trainer.set(direction="BOTH")
    when = timed("2026-12-03T10:00:00", "2026-12-03T11:00:00")
    lesson = await trainer.create("Yoga", location="Hall 1", when=when)
    ends = ("DTSTART:20261203T090000Z", "DTEND:20261203T100000Z")
    await trainer.device.put("own.ics", "SUMMARY:yoga", "LOCATION:Park", *ends)
    await trainer.sync()
    (detected,) = await trainer.conflicts()

    await resolve(trainer, "KEEP_LOCAL")
    settled = await trainer.device.versions()
    await trainer.sync()

    assert (detected["conflictType"], detected["appointmentId"]) == ("CREATED_EXTERNALLY", lesson)
    assert list(settled) == list(await trainer.device.versions())
    text = await trainer.device.text("own.ics")
    assert "SUMMARY:Yoga\n" in text
    assert "LOCATION:Hall 1\n" in text
    assert (await trainer.named("Yoga"))["location"] == "Hall 1"
    assert await trainer.conflicts() == []
    assert await trainer.device.versions() == settled
