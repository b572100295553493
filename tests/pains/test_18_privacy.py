"""Pain 18, private matters leak: what is private stays where it is, and out of logs and history."""

from pathlib import Path

import pytest
from tests.stage import Person

SECRET = "Oncologist"


def _stored(folder: Path) -> bytes:
    """Whatever the database has on disk."""
    return b"".join(path.read_bytes() for path in folder.glob("metonic.sqlite3*"))


async def test_a_private_appointment_never_reaches_the_calendar(trainer: Person) -> None:
    lesson = await trainer.create(SECRET, notes=SECRET, location=SECRET, isPrivate=True)
    await trainer.create("Yoga")
    await trainer.sync()
    await trainer.update(lesson, title=f"{SECRET}, room 3")
    await trainer.sync()

    assert await trainer.device.titles() == ["Yoga"]
    assert trainer.line.holds(SECRET) == []


async def test_what_a_private_event_says_is_nowhere_on_the_platform(
    trainer: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = f"SUMMARY:{SECRET}", f"DESCRIPTION:{SECRET}", f"LOCATION:{SECRET}"
    await trainer.device.put("own.ics", *texts, "CLASS:PRIVATE", "DTSTART:20261203T090000Z")
    await trainer.sync()
    told = await trainer.named("Busy")
    await trainer.device.edit(SECRET, ("20261203T09", "20261203T15"))
    await trainer.sync()

    assert (await trainer.read(told["id"]))["when"]["start"] == "2026-12-03T15:00:00"
    stored = _stored(tmp_path)
    assert b"Busy" in stored
    assert SECRET.encode() not in stored
    assert SECRET not in "".join(capsys.readouterr())


async def test_a_lesson_that_becomes_private_leaves_the_calendar(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()

    await trainer.update(lesson, isPrivate=True)
    await trainer.sync()

    assert await trainer.device.titles() == []
    assert await trainer.titles() == ["Yoga"]
