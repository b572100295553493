"""Pain 18, private matters leak: what is private stays where it is, and out of logs and history."""

import json
from pathlib import Path

import pytest
from tests import postgres
from tests.gateway.graphql.operations import READ_RUN, timed
from tests.stage import Person, Stage

SECRET = "Oncologist"
NINE = ("DTSTART:20261203T090000Z", "DTEND:20261203T100000Z")


def _stored(folder: Path) -> bytes:
    """Whatever the database has on disk, or, where it is on a server, in its tables."""
    if postgres.IS_ASKED_FOR:
        return repr(postgres.done(postgres.told(folder / "metonic.sqlite3"))).encode()
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


async def test_a_masked_appointment_shows_nothing_but_its_times(
    trainer: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    await trainer.set(filters={"privateAppointments": "MASK"})
    lesson = await trainer.create(SECRET, notes=SECRET, location=SECRET, isPrivate=True)
    await trainer.sync()
    await trainer.update(lesson, title=f"{SECRET}, room 3")
    await trainer.device.edit("Busy", ("SUMMARY:Busy", "SUMMARY:Dentist"))
    for _ in range(2):
        await trainer.sync()

    assert await trainer.device.titles() == ["Busy"]
    assert trainer.line.holds(SECRET) == []
    assert (await trainer.read(lesson))["title"] == f"{SECRET}, room 3"
    assert await trainer.conflicts() == []
    logs = "".join(capsys.readouterr())
    assert "run_finished" in logs
    assert SECRET not in logs


async def test_what_matches_a_rule_stays_out_as_if_it_were_private(trainer: Person) -> None:
    await trainer.set(filters={"rules": [{"field": "notes", "pattern": "^private:"}]})
    await trainer.create("Talk", notes=f"Private: {SECRET}")
    await trainer.create("Yoga", notes="Bring a mat")
    await trainer.sync()

    assert await trainer.device.titles() == ["Yoga"]
    assert trainer.line.holds(SECRET) == []


async def test_history_and_conflicts_do_not_say_what_a_private_event_says(trainer: Person) -> None:
    await trainer.device.put("own.ics", f"SUMMARY:{SECRET}", "CLASS:PRIVATE", *NINE)
    await trainer.sync()
    told = await trainer.named("Busy")
    await trainer.update(told["id"], when=timed("2026-12-03T12:00:00", "2026-12-03T13:00:00", "UTC"))
    await trainer.device.edit(SECRET, ("20261203T09", "20261203T15"), ("20261203T10", "20261203T16"))
    await trainer.sync()

    conflicts, history = await trainer.conflicts(), await trainer.history()
    assert [conflict["conflictType"] for conflict in conflicts] == ["TIME_CHANGE"]
    assert history[-1]["operations"]["nodes"][0]["title"] == "Busy"
    assert SECRET not in json.dumps([conflicts, history])


async def test_who_does_not_take_part_sees_neither_appointment_nor_history_nor_conflict(stage: Stage) -> None:
    trainer, other = await stage.connected(), await stage.connected("trainer-2")
    lesson = await trainer.create("Yoga")
    await trainer.sync()
    await trainer.update(lesson, title=SECRET)
    await trainer.device.edit("Yoga", ("SUMMARY:Yoga", "SUMMARY:Boxing"))
    await trainer.sync()
    await other.sync()

    run = (await trainer.history())[0]["id"]
    assert len(await trainer.conflicts()) == 1
    assert (await other.conflicts(), await other.history(), await other.device.titles()) == ([], [], [])
    assert await other.api.call(READ_RUN, id=run) is None
    assert await other.read(lesson) is None
