"""Pain 5, events that move by hours: wall time and zone are kept, and instants derived from them."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
from tests.gateway.graphql.operations import timed
from tests.stage import Device, Person
from tests.zones import changed_clocks

NEW_YORK = ZoneInfo("America/New_York")
OURS = """BEGIN:VTIMEZONE\r\nTZID:Ours\r
BEGIN:STANDARD\r\nDTSTART:16010915T120000\r\nRRULE:FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=15\r
TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r
BEGIN:DAYLIGHT\r\nDTSTART:16010512T120000\r\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=2SA\r
TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"""


async def start_of(person: Person, title: str) -> datetime:
    """As another reader of the calendar has it."""
    calendar = icalendar.Calendar.from_ical(await person.device.text(await person.device.named(title)))
    found: datetime = calendar.walk("VEVENT")[0].decoded("DTSTART")
    return found


async def test_nine_in_los_angeles_is_noon_in_new_york_and_comes_back_so(trainer: Person) -> None:
    when = timed("2026-12-01T09:00:00", "2026-12-01T10:00:00", "America/Los_Angeles")
    lesson = await trainer.create("Yoga", when=when)

    await trainer.sync()
    there = await start_of(trainer, "Yoga")
    await trainer.device.edit(
        "Yoga",
        ("DTSTART;TZID=America/Los_Angeles:20261201T090000", "DTSTART;TZID=America/New_York:20261201T130000"),
        ("DTEND;TZID=America/Los_Angeles:20261201T100000", "DTEND;TZID=America/New_York:20261201T140000"),
    )
    await trainer.sync()

    assert there.astimezone(NEW_YORK).replace(tzinfo=None) == datetime(2026, 12, 1, 12)  # noqa: DTZ001
    back = (await trainer.read(lesson))["when"]
    assert (back["start"], back["timeZone"]) == ("2026-12-01T13:00:00", "America/New_York")
    assert back["startsAt"] == "2026-12-01T18:00:00Z"


async def test_a_weekly_lesson_keeps_its_hour_over_both_changes_of_clocks(trainer: Person) -> None:
    when = timed("2027-03-01T09:00:00", "2027-03-01T10:00:00")
    await trainer.create("Yoga", when=when, recurrence={"rules": ["FREQ=WEEKLY;COUNT=40"]})

    await trainer.sync()
    first = await start_of(trainer, "Yoga")

    assert (first.hour, str(first.tzinfo)) == (9, "Europe/Berlin")
    assert "RRULE:FREQ=WEEKLY;COUNT=40" in await trainer.device.text(await trainer.device.named("Yoga"))


async def test_an_event_in_a_zone_that_only_it_knows_is_there_at_its_instants(trainer: Person) -> None:
    lines = ("SUMMARY:Regatta", "DTSTART;TZID=Ours:20270701T100000", "DTEND;TZID=Ours:20270701T110000")
    await trainer.device.put("regatta.ics", *lines, zone=OURS)
    await trainer.sync()
    told = await trainer.named("Regatta")
    before = await trainer.device.text("regatta.ics")

    await trainer.update(told["id"], title="Race")
    await trainer.sync()

    assert told["when"]["startsAt"] == "2027-07-01T08:00:00Z"
    assert await trainer.device.text("regatta.ics") == before.replace("Regatta", "Race")


async def test_new_rules_for_a_zone_rewrite_no_calendar(trainer: Person, tmp_path: Path) -> None:
    when = timed("2027-07-01T09:00:00", "2027-07-01T10:00:00")
    lesson = await trainer.create("Yoga", when=when)
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART;TZID=Europe/Berlin:20270702T090000")
    await trainer.sync()
    versions = await trainer.device.versions()
    assert len(versions) == 2

    with changed_clocks(tmp_path, "Europe/Berlin", like="Africa/Algiers"):
        await trainer.sync()
        told = (await trainer.read(lesson))["when"]

    assert await trainer.device.versions() == versions
    assert (told["start"], told["startsAt"]) == ("2027-07-01T09:00:00", "2027-07-01T08:00:00Z")


async def place(device: Device, zone: str) -> None:
    """Say where the calendar is, as Apple's clients do (RFC 4791 5.2.2)."""
    parts = "BEGIN:VCALENDAR", "BEGIN:VTIMEZONE", f"TZID:{zone}", "END:VTIMEZONE", "END:VCALENDAR"
    body = f"""<propertyupdate xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>
      <C:calendar-timezone>{"&#13;&#10;".join(parts)}</C:calendar-timezone></prop></set></propertyupdate>"""
    headers = {"Content-Type": "application/xml"}
    answer = await device.client.request("PROPPATCH", device.url, headers, body.encode())
    assert (answer.status, b"200 OK" in answer.body) == (207, True), answer.body


SPAN = ("DTSTART:20270301T090000", "DTEND:20270301T100000")
WEEKLY = ("SUMMARY:Run", *SPAN, "RRULE:FREQ=WEEKLY;UNTIL=20270322T090000")
THIRD = ("RECURRENCE-ID:20270315T090000", "SUMMARY:Run", "DTSTART:20270315T110000", "DTEND:20270315T120000")


async def test_times_that_float_are_those_of_the_calendars_zone_over_a_change_of_clocks(
    trainer: Person,
) -> None:
    await place(trainer.device, "America/New_York")
    await trainer.device.put("run.ics", *WEEKLY, more=[THIRD])
    await trainer.sync()
    told = await trainer.named("Run")
    before = await trainer.device.text("run.ics")

    await trainer.update(told["id"], title="Race")
    await trainer.sync()
    again = await trainer.read(told["id"])
    await trainer.sync()

    assert (told["when"]["start"], told["when"]["timeZone"]) == ("2027-03-01T09:00:00", "America/New_York")
    assert told["when"]["startsAt"] == "2027-03-01T14:00:00Z"
    assert told["recurrence"]["rules"] == ["FREQ=WEEKLY;UNTIL=20270322T130000Z"]
    (moved,) = told["recurrence"]["overrides"]
    assert (moved["occurrence"], moved["when"]["startsAt"]) == ("2027-03-15T09:00:00", "2027-03-15T15:00:00Z")
    assert (again["when"], again["recurrence"]) == (told["when"], told["recurrence"])
    assert await trainer.device.text("run.ics") == before.replace("SUMMARY:Run", "SUMMARY:Race")


async def test_times_that_float_in_a_calendar_without_a_zone_are_those_of_its_user(trainer: Person) -> None:
    await trainer.device.put("run.ics", "SUMMARY:Run", *SPAN)
    await trainer.sync()

    when = (await trainer.named("Run"))["when"]

    assert (when["start"], when["timeZone"]) == ("2027-03-01T09:00:00", "Europe/Berlin")


async def test_times_that_float_are_not_written_over(trainer: Person) -> None:
    await place(trainer.device, "America/New_York")
    await trainer.device.put("run.ics", "SUMMARY:Run", *SPAN)
    await trainer.sync()
    versions = await trainer.device.versions()

    noon = timed("2027-03-01T12:00:00", "2027-03-01T13:00:00", "America/New_York")
    await trainer.update((await trainer.named("Run"))["id"], when=noon)
    for _ in range(2):
        await trainer.sync()

    assert await trainer.device.versions() == versions
