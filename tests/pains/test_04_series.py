"""Pain 4, exceptions and "this and following" lost: a series is one unit, on both sides."""

from typing import Any

import pytest
from tests.gateway.graphql.operations import timed
from tests.stage import Json, Person, Stage

from metonic_gateway.http.identity import Role

WHEN = timed("2026-12-01T10:00:00", "2026-12-01T11:00:00")
WEEKLY = {"rules": ["FREQ=WEEKLY;COUNT=8"]}
SECOND, THIRD = "2026-12-08T10:00:00", "2026-12-15T10:00:00"
RULE = "RRULE:FREQ=WEEKLY;COUNT=8"
EXDATE = "EXDATE;TZID=Europe/Berlin:20261215T100000"
SPLIT = "RELATED-TO;RELTYPE=X-CALENDARSERVER-RECURRENCE-SET:set-1"


def zoned(name: str, at: str) -> str:
    return f"{name};TZID=Europe/Berlin:{at}"


def moved(title: str = "Yoga") -> list[str]:
    """The second occurrence in the evening, as a phone writes it."""
    span = zoned("DTSTART", "20261208T180000"), zoned("DTEND", "20261208T190000")
    return [zoned("RECURRENCE-ID", "20261208T100000"), *span, f"SUMMARY:{title}"]


async def series(person: Person, **fields: object) -> str:
    made = await person.create("Yoga", when=WHEN, recurrence=WEEKLY, **fields)
    await person.sync()
    return made


async def add_occurrence(person: Person, lines: list[str]) -> None:
    """The phone adds a VEVENT for one occurrence to the object that holds the series."""
    name = await person.device.named("Yoga")
    (uid,) = [line for line in (await person.device.text(name)).split("\n") if line.startswith("UID:")]
    event = "\n".join(["BEGIN:VEVENT", uid, "DTSTAMP:20261101T000000Z", *lines, "END:VEVENT"])
    await person.device.edit("Yoga", ("END:VCALENDAR", f"{event}\nEND:VCALENDAR"))


def overrides(told: Json) -> dict[str, Any]:
    """By slot, where the occurrence is now; None if it is cancelled."""
    found = told["recurrence"]["overrides"]
    return {o["occurrence"]: None if o["isCancelled"] else o["when"]["start"] for o in found}


async def test_exceptions_made_on_the_phone_come_in_and_outlive_an_edit_of_the_series(
    trainer: Person,
) -> None:
    lesson = await series(trainer)
    await add_occurrence(trainer, moved())
    await trainer.device.edit("Yoga", (RULE, f"{RULE}\n{EXDATE}"))
    await trainer.sync()

    await trainer.update(lesson, title="Pilates")
    await trainer.sync()

    assert overrides(await trainer.read(lesson)) == {SECOND: "2026-12-08T18:00:00", THIRD: None}
    text = await trainer.device.text(await trainer.device.named("Pilates"))
    assert text.count("SUMMARY:Pilates") == 2
    assert EXDATE in text
    assert zoned("RECURRENCE-ID", "20261208T100000") in text


async def test_different_occurrences_changed_on_both_sides_are_merged(trainer: Person) -> None:
    lesson = await series(trainer)
    await add_occurrence(trainer, moved())
    cancelled = {**WEEKLY, "overrides": [{"occurrence": THIRD, "isCancelled": True}]}

    await trainer.update(lesson, recurrence=cancelled)
    await trainer.sync()

    assert overrides(await trainer.read(lesson)) == {SECOND: "2026-12-08T18:00:00", THIRD: None}
    assert EXDATE in await trainer.device.text(await trainer.device.named("Yoga"))
    assert await trainer.conflicts() == []


async def test_one_occurrence_moved_to_two_places_is_a_conflict_that_loses_neither(trainer: Person) -> None:
    lesson = await series(trainer)
    await add_occurrence(trainer, moved())
    here = {"occurrence": SECOND, "when": timed("2026-12-09T07:00:00", "2026-12-09T08:00:00")}

    await trainer.update(lesson, recurrence={**WEEKLY, "overrides": [here]})
    await trainer.sync()

    (conflict,) = await trainer.conflicts()
    assert conflict["conflictType"] == "TIME_CHANGE"
    assert [f["occurrence"] for f in conflict["fields"] if f["collides"]] == [SECOND]
    assert overrides(await trainer.read(lesson)) == {SECOND: "2026-12-09T07:00:00"}
    text = await trainer.device.text(await trainer.device.named("Yoga"))
    assert zoned("DTSTART", "20261208T180000") in text


async def test_a_new_schedule_here_against_a_moved_occurrence_there_is_one_conflict(trainer: Person) -> None:
    lesson = await series(trainer)
    await add_occurrence(trainer, moved())

    await trainer.update(lesson, when=timed("2026-12-03T07:00:00", "2026-12-03T08:00:00"), recurrence=WEEKLY)
    await trainer.sync()

    (conflict,) = await trainer.conflicts()
    assert conflict["conflictType"] == "TIME_CHANGE"
    text = await trainer.device.text(await trainer.device.named("Yoga"))
    assert zoned("DTSTART", "20261201T100000") in text
    assert zoned("DTSTART", "20261208T180000") in text
    assert (await trainer.read(lesson))["when"]["start"] == "2026-12-03T07:00:00"


async def test_a_schedule_that_keeps_the_slot_is_merged_with_a_moved_occurrence(trainer: Person) -> None:
    lesson = await series(trainer)
    await add_occurrence(trainer, moved())

    await trainer.update(lesson, recurrence={"rules": ["FREQ=WEEKLY;COUNT=12"]})
    await trainer.sync()

    told = await trainer.read(lesson)
    assert (told["recurrence"]["rules"], overrides(told)) == (
        ["FREQ=WEEKLY;COUNT=12"],
        {SECOND: "2026-12-08T18:00:00"},
    )
    assert "COUNT=12" in await trainer.device.text(await trainer.device.named("Yoga"))
    assert await trainer.conflicts() == []


@pytest.fixture
async def pair(stage: Stage) -> tuple[Person, Person]:
    """A trainer and a client, each with a calendar of their own."""
    return await stage.connected(), await stage.connected("client-1", Role.CLIENT)


async def split(person: Person, *, at: str = "12") -> None:
    """This and following on the phone: from the third on at another hour, as a new series."""
    name = await person.device.named("Yoga")
    text = await person.device.text(name)
    until = "RRULE:FREQ=WEEKLY;UNTIL=20261214T225959Z"
    await person.device.write(name, text.replace(RULE, f"{until}\n{SPLIT}"))
    (uid,) = [line for line in text.split("\n") if line.startswith("UID:")]
    second = text.replace(uid, "UID:second").replace(RULE, f"RRULE:FREQ=WEEKLY;COUNT=6\n{SPLIT}")
    second = second.replace("20261201T10", f"20261215T{at}").replace("20261201T11", f"20261215T{int(at) + 1}")
    await person.device.write("second.ics", second)


async def test_this_and_following_on_a_phone_reaches_everybody_and_doubles_nothing(
    pair: tuple[Person, Person],
) -> None:
    trainer, client = pair
    lesson = await series(trainer, participantIds=["client-1"])
    await client.sync()

    await split(trainer)
    await trainer.sync()
    await client.sync()

    first, second = sorted([await client.read(i["id"]) for i in await halves(client)], key=start)
    assert first["id"] == lesson
    assert (start(first), start(second)) == ("2026-12-01T10:00:00", "2026-12-15T12:00:00")
    assert [p["userId"] for p in second["participants"]] == ["client-1"]
    assert second["type"] == "one_on_one"
    for person in pair:
        assert len(await person.device.texts()) == 2
        assert await person.conflicts() == []


async def test_after_a_split_both_halves_are_synced_and_at_rest(trainer: Person) -> None:
    await series(trainer)
    await split(trainer)
    await trainer.sync()
    (second,) = [told for told in await halves(trainer) if told["when"]["start"].startswith("2026-12-15")]
    written = len(trainer.writes())

    await trainer.sync()
    assert len(trainer.writes()) == written
    await trainer.update(second["id"], title="Pilates")
    await trainer.sync()
    await trainer.cancel(second["id"])
    await trainer.sync()

    assert await trainer.device.titles() == ["Yoga"]
    assert len(trainer.writes()) == written + 2


async def test_a_duplicate_made_on_the_phone_after_a_split_is_the_users_own(trainer: Person) -> None:
    await series(trainer)
    await split(trainer)
    await trainer.sync()
    second = await trainer.device.text("second.ics")

    await trainer.device.write("third.ics", second.replace("UID:second", "UID:third"))
    await trainer.sync()

    types = sorted(told["type"] for told in await halves(trainer))
    assert types == ["external", "one_on_one", "one_on_one"]


async def test_a_series_of_the_users_own_that_is_split_becomes_two(trainer: Person) -> None:
    span = zoned("DTSTART", "20261201T100000"), zoned("DTEND", "20261201T110000")
    await trainer.device.put("own.ics", "SUMMARY:Yoga", *span, RULE)
    await trainer.sync()

    await split(trainer)
    await trainer.sync()

    found = sorted(await halves(trainer), key=start)
    assert [start(told) for told in found] == ["2026-12-01T10:00:00", "2026-12-15T12:00:00"]
    assert {told["type"] for told in found} == {"external"}
    assert trainer.writes() == []


async def halves(person: Person) -> list[Json]:
    found = (await person.api.call("{ appointments(first: 50) { nodes { id title } } }"))["nodes"]
    return [await person.read(each["id"]) for each in found]


def start(told: Json) -> str:
    text: str = told["when"]["start"]
    return text


async def test_a_series_that_is_moved_here_leaves_no_exception_of_its_old_hours_behind(
    trainer: Person,
) -> None:
    lesson = await series(trainer)
    await add_occurrence(trainer, moved())
    await trainer.device.edit("Yoga", (RULE, f"{RULE}\n{EXDATE}"))
    await trainer.sync()
    cancelled = {"occurrence": "2026-12-15T12:00:00", "isCancelled": True}

    noon = timed("2026-12-01T12:00:00", "2026-12-01T13:00:00")
    await trainer.update(lesson, when=noon, recurrence={**WEEKLY, "overrides": [cancelled]})
    await trainer.sync()
    versions = await trainer.device.versions()
    await trainer.sync()

    text = await trainer.device.text(await trainer.device.named("Yoga"))
    assert "RECURRENCE-ID" not in text
    assert EXDATE not in text
    assert zoned("EXDATE", "20261215T120000") in text
    assert overrides(await trainer.read(lesson)) == {"2026-12-15T12:00:00": None}
    assert await trainer.device.versions() == versions


async def test_a_series_of_whole_days_is_excepted_and_ended_by_days(trainer: Person) -> None:
    fair = {"allDay": {"startDate": "2026-12-01", "endDate": "2026-12-03"}}
    made = await trainer.create("Yoga", when=fair, recurrence={"rules": ["FREQ=WEEKLY;UNTIL=20270115"]})
    await trainer.sync()
    before = await trainer.device.text(await trainer.device.named("Yoga"))

    await trainer.device.edit("Yoga", ("RRULE:", "EXDATE;VALUE=DATE:20261215\nRRULE:"))
    await trainer.sync()

    assert "RRULE:FREQ=WEEKLY;UNTIL=20270115\n" in before
    assert overrides(await trainer.read(made)) == {"2026-12-15": None}
