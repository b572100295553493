"""Handle timezone conversions correctly. Test case 4: Timezone Handling."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import icalendar
import pytest
from tests.gateway.graphql.operations import CREATE, lesson, timed
from tests.stage import Person

PST, EST = "America/Los_Angeles", "America/New_York"


async def shown(person: Person, title: str, zone: str) -> datetime:
    """When it starts, as a calendar in that zone shows it: read by another library."""
    calendar = icalendar.Calendar.from_ical(await person.device.text(await person.device.named(title)))
    found: datetime = calendar.walk("VEVENT")[0].decoded("DTSTART")
    return found.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


async def test_nine_in_the_morning_pst_is_noon_est_in_the_calendar(trainer: Person) -> None:
    await trainer.create("Yoga", when=timed("2026-12-01T09:00:00", "2026-12-01T10:00:00", PST))
    await trainer.sync()

    assert await shown(trainer, "Yoga", EST) == datetime(2026, 12, 1, 12)  # noqa: DTZ001 - as shown


async def test_noon_est_in_the_calendar_is_nine_pst_on_the_platform(trainer: Person) -> None:
    await trainer.device.put("own.ics", "SUMMARY:Call", f"DTSTART;TZID={EST}:20261201T120000")
    await trainer.sync()

    starts_at = datetime.fromisoformat((await trainer.named("Call"))["when"]["startsAt"])
    assert starts_at.astimezone(ZoneInfo(PST)).hour == 9


@pytest.mark.parametrize(("day", "utc"), [("2027-03-12", 17), ("2027-03-15", 16)], ids=["before", "after"])
async def test_over_the_dst_transition_nine_stays_nine(trainer: Person, day: str, utc: int) -> None:
    made = await trainer.create("Yoga", when=timed(f"{day}T09:00:00", f"{day}T10:00:00", PST))
    await trainer.sync()

    assert (await shown(trainer, "Yoga", PST)).hour == 9
    starts_at = datetime.fromisoformat((await trainer.read(made))["when"]["startsAt"])
    assert starts_at.astimezone(UTC).hour == utc


async def test_a_weekly_lesson_is_at_nine_before_and_after_the_transition(trainer: Person) -> None:
    when = timed("2027-03-08T09:00:00", "2027-03-08T10:00:00", PST)
    await trainer.create("Yoga", when=when, recurrence={"rules": ["FREQ=WEEKLY;COUNT=3"]})
    await trainer.sync()

    text = await trainer.device.text(await trainer.device.named("Yoga"))
    assert f"DTSTART;TZID={PST}:20270308T090000" in text
    assert "RRULE:FREQ=WEEKLY;COUNT=3" in text
    assert f"TZID:{PST}" in text


@pytest.mark.parametrize(
    ("start", "told"), [("2027-03-14T02:30:00", "InvalidInput"), ("2027-11-07T01:30:00", "Appointment")]
)
async def test_a_time_that_clocks_skip_is_refused_and_of_a_doubled_one_the_first_is_meant(
    trainer: Person, start: str, told: str
) -> None:
    asked = lesson(when=timed(start, start.replace(":30:", ":45:"), PST))

    made = await trainer.api.call(CREATE, appointment=asked)

    assert made["__typename"] == told
    if told == "Appointment":
        assert made["when"]["startsAt"] == "2027-11-07T08:30:00Z"
    else:
        assert made["nextStep"]


async def test_a_time_that_clocks_skip_is_moved_forward_when_it_comes_from_a_calendar(
    trainer: Person,
) -> None:
    await trainer.device.put("own.ics", "SUMMARY:Early", f"DTSTART;TZID={PST}:20270314T023000")
    await trainer.sync()

    assert (await trainer.named("Early"))["when"]["start"] == "2027-03-14T03:30:00"
