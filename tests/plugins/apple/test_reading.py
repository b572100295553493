"""What a text means, where RFC 5545 leaves room and where clients do not keep to it."""

from datetime import UTC, date, datetime

import pytest

from metonic_apple.reading import reading
from metonic_core.spi import AllDay, Content, Foreign, Override, Seen, StoredEvent, Timed, Unreadable

at = datetime.fromisoformat
BERLIN = "DTSTART;TZID=Europe/Berlin:20261201T100000"


def text(*lines: str, exceptions: tuple[tuple[str, ...], ...] = ()) -> str:
    events = ["\r\n".join(("BEGIN:VEVENT", "UID:1", *event, "END:VEVENT")) for event in (lines, *exceptions)]
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""))


def event(*lines: str, exceptions: tuple[tuple[str, ...], ...] = ()) -> StoredEvent:
    found = reading("/c/1.ics", '"e"', text(*lines, exceptions=exceptions))
    assert isinstance(found, Seen), found
    return found.event


def content(*lines: str, exceptions: tuple[tuple[str, ...], ...] = ()) -> Content:
    return event(*lines, exceptions=exceptions).content


WHENS = {
    "a day": (["DTSTART;VALUE=DATE:20261201"], AllDay(date(2026, 12, 1), date(2026, 12, 2))),
    "a date without saying so": (["DTSTART:20261201"], AllDay(date(2026, 12, 1), date(2026, 12, 2))),
    "days by duration": (
        ["DTSTART;VALUE=DATE:20261201", "DURATION:P1W"],
        AllDay(date(2026, 12, 1), date(2026, 12, 8)),
    ),
    "days by a time duration": (
        ["DTSTART;VALUE=DATE:20261201", "DURATION:PT48H"],
        AllDay(date(2026, 12, 1), date(2026, 12, 3)),
    ),
    "days that a time duration reaches into": (
        ["DTSTART;VALUE=DATE:20261201", "DURATION:P1DT1H"],
        AllDay(date(2026, 12, 1), date(2026, 12, 3)),
    ),
    "a day by a time duration of none": (
        ["DTSTART;VALUE=DATE:20261201", "DURATION:PT0S"],
        AllDay(date(2026, 12, 1), date(2026, 12, 2)),
    ),
    "a day that ends as it starts": (
        ["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261201"],
        AllDay(date(2026, 12, 1), date(2026, 12, 2)),
    ),
    "a day that ends by the clock": (
        ["DTSTART;VALUE=DATE:20261201", "DTEND:20261203T000000"],
        AllDay(date(2026, 12, 1), date(2026, 12, 3)),
    ),
    "an instant": ([BERLIN], Timed(at("2026-12-01T10:00"), at("2026-12-01T10:00"), "Europe/Berlin")),
    "an end before the start": (
        [BERLIN, "DTEND;TZID=Europe/Berlin:20261201T090000"],
        Timed(at("2026-12-01T10:00"), at("2026-12-01T10:00"), "Europe/Berlin"),
    ),
    "UTC": (
        ["DTSTART:20261201T100000Z", "DTEND:20261201T110000Z"],
        Timed(at("2026-12-01T10:00"), at("2026-12-01T11:00"), "UTC"),
    ),
    "a day by the clock is not a day on the calendar": (
        ["DTSTART;TZID=Europe/Berlin:20261024T100000", "DURATION:PT24H"],
        Timed(at("2026-10-24T10:00"), at("2026-10-25T09:00"), "Europe/Berlin"),
    ),
    "a day on the calendar is not a day by the clock": (
        ["DTSTART;TZID=Europe/Berlin:20261024T100000", "DURATION:P1DT30M"],
        Timed(at("2026-10-24T10:00"), at("2026-10-25T10:30"), "Europe/Berlin"),
    ),
    "a time that clocks skip": (
        ["DTSTART;TZID=Europe/Berlin:20260329T023000", "DTEND;TZID=Europe/Berlin:20260329T040000"],
        Timed(at("2026-03-29T03:30"), at("2026-03-29T04:00"), "Europe/Berlin"),
    ),
    "a leap second": (
        ["DTSTART:20261231T235960Z"],
        Timed(at("2026-12-31T23:59:59"), at("2026-12-31T23:59:59"), "UTC"),
    ),
}


@pytest.mark.parametrize(("lines", "when"), WHENS.values(), ids=WHENS)
def test_start_and_end_are_read(lines: list[str], when: Timed | AllDay) -> None:
    assert content(*lines).when == when
    assert event(*lines).can_write_time


def test_a_floating_time_is_shown_as_utc_and_not_written() -> None:
    floating = event("DTSTART:20261201T100000", "DTEND:20261201T110000")

    assert floating.content.when == Timed(at("2026-12-01T10:00"), at("2026-12-01T11:00"), "UTC")
    assert not floating.can_write_time


def test_an_end_in_another_zone_is_shown_in_the_first_and_not_written() -> None:
    flight = event(BERLIN, "DTEND;TZID=America/New_York:20261201T130000")

    assert flight.content.when == Timed(at("2026-12-01T10:00"), at("2026-12-01T19:00"), "Europe/Berlin")
    assert not flight.can_write_time


DAILY = (BERLIN, "DTEND;TZID=Europe/Berlin:20261201T110000", "RRULE:FREQ=DAILY;COUNT=3")
SECOND = "RECURRENCE-ID;TZID=Europe/Berlin:20261202T100000"
INEXACT = {
    "floating": (SECOND, "DTSTART:20261202T120000", "DTEND:20261202T130000"),
    "between zones": (
        SECOND,
        "DTSTART;TZID=Europe/Berlin:20261202T120000",
        "DTEND;TZID=America/New_York:20261202T130000",
    ),
}


@pytest.mark.parametrize("exception", INEXACT.values(), ids=INEXACT)
def test_a_series_with_an_occurrence_that_cannot_be_said_exactly_is_not_moved(
    exception: tuple[str, ...],
) -> None:
    assert not event(*DAILY, exceptions=(exception,)).can_write_time


EXACT = {
    "in another zone": (
        SECOND,
        "DTSTART;TZID=America/New_York:20261202T120000",
        "DTEND;TZID=America/New_York:20261202T130000",
    ),
    "cancelled": (SECOND, "DTSTART:20261202T120000", "STATUS:CANCELLED"),
    "cancelled without a time": (SECOND, "STATUS:CANCELLED"),
}


@pytest.mark.parametrize("exception", EXACT.values(), ids=EXACT)
def test_a_series_with_occurrences_that_can_be_said_exactly_is_moved(exception: tuple[str, ...]) -> None:
    assert event(*DAILY, exceptions=(exception,)).can_write_time


def test_as_many_rules_and_extra_dates_as_anybody_needs_are_read() -> None:
    dates = ",".join(f"{2027 + i // 300}{1 + i % 12:02}{1 + i % 25:02}T100000Z" for i in range(1000))

    assert content(BERLIN, "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY", f"RDATE:{dates}").recurrence is not None


@pytest.mark.parametrize(
    "tzid",
    [
        "Europe/Berlin",
        "/freeassociation.sourceforge.net/Europe/Berlin",
        "/citadel.org/20260101_1/Europe/Berlin",
        '"Europe/Berlin"',
        "W. Europe Standard Time",
    ],
)
def test_a_zone_is_known_by_many_names(tzid: str) -> None:
    assert content(f"DTSTART;TZID={tzid}:20261201T100000").when == Timed(
        at("2026-12-01T10:00"), at("2026-12-01T10:00"), "Europe/Berlin"
    )


def test_a_zone_with_a_name_of_its_own_may_say_which_it_is() -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Berlin time\r\nX-LIC-LOCATION:Europe/Berlin\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT"
    )
    named = text("DTSTART;TZID=Berlin time:20261201T100000").replace("BEGIN:VEVENT", zone)

    found = reading("/c/1.ics", "e", named)

    assert isinstance(found, Seen)
    assert found.event.content.when == Timed(at("2026-12-01T10:00"), at("2026-12-01T10:00"), "Europe/Berlin")


RECURRENCE_IDS = {
    "in the zone": "RECURRENCE-ID;TZID=Europe/Berlin:20261202T100000",
    "in UTC": "RECURRENCE-ID:20261202T090000Z",
    "in another zone": "RECURRENCE-ID;TZID=America/New_York:20261202T040000",
    "by its date": "RECURRENCE-ID;VALUE=DATE:20261202",
}


@pytest.mark.parametrize("named", RECURRENCE_IDS.values(), ids=RECURRENCE_IDS)
def test_an_occurrence_is_named_in_many_ways(named: str) -> None:
    changed = (named, "DTSTART;TZID=Europe/Berlin:20261202T100000", "SUMMARY:Other")

    read = content(BERLIN, "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:Usual", exceptions=(changed,))

    assert read.overrides == (Override(at("2026-12-02T10:00"), title="Other"),)


def test_days_may_be_excluded_by_midnights() -> None:
    read = content("DTSTART;VALUE=DATE:20261201", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261202T000000Z")

    assert read.overrides == (Override(date(2026, 12, 2), is_cancelled=True),)


def test_an_exception_that_only_repeats_its_series_is_no_override() -> None:
    same = ("RECURRENCE-ID:20261202T090000Z", "DTSTART:20261202T090000Z", "SUMMARY:Usual", "X-OTHER:1")

    assert content(BERLIN, "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:Usual", exceptions=(same,)).overrides == ()


def test_an_exception_without_a_place_takes_place_nowhere() -> None:
    bare = ("RECURRENCE-ID:20261202T090000Z", "DTSTART:20261202T090000Z")

    read = content(BERLIN, "RRULE:FREQ=DAILY;COUNT=3", "LOCATION:Gym", exceptions=(bare,))

    assert read.overrides == (Override(at("2026-12-02T10:00"), location=""),)


def test_extra_dates_and_periods_are_slots_of_the_series() -> None:
    read = content(
        BERLIN, "RDATE:20261205T090000Z,20261204T090000Z", "RDATE;VALUE=PERIOD:20261206T090000Z/PT1H"
    )

    assert read.recurrence is not None
    assert read.recurrence.rdates == tuple(at(f"2026-12-0{day}T10:00") for day in (4, 5, 6))


def test_the_last_of_two_dtstamps_counts_unless_last_modified_is_there() -> None:
    stamps = ("DTSTAMP:20261122T093045Z", "DTSTAMP:20261120T101600Z")

    assert event(BERLIN, *stamps).modified_at == datetime(2026, 11, 20, 10, 16, tzinfo=UTC)
    assert event(BERLIN, *stamps, "LAST-MODIFIED:20261101T000000Z").modified_at == datetime(
        2026, 11, 1, tzinfo=UTC
    )
    assert event(BERLIN, "DTSTAMP:yesterday").modified_at is None


def test_guests_are_noticed_and_texts_unescaped() -> None:
    read = event(
        BERLIN,
        "ATTENDEE;CN=A:mailto:a@example.com",
        "SUMMARY:a\\,b\\;c\\\\d\\Ne",
        "DESCRIPTION:folded\r\n  here",
    )

    assert read.has_guests
    assert read.content.title == "a,b;c\\d\ne"
    assert read.content.notes == "folded here"


def test_a_task_is_foreign() -> None:
    task = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nEND:VTODO\nEND:VCALENDAR\n"

    assert reading("/c/1.ics", "e", task) == Foreign("/c/1.ics", "e")


UNREADABLE = {
    "no calendar": "hello",
    "cut off": text(BERLIN)[:-20],
    "crossed": text(BERLIN).replace("END:VEVENT", "END:VTODO"),
    "closed twice": text(BERLIN) + "END:VCALENDAR\r\n",
    "no start": text("SUMMARY:secret"),
    "bad date": text("DTSTART:20261301T100000Z"),
    "no date": text("DTSTART:soon"),
    "two starts in one": text("DTSTART:20261201T100000Z,20261202T100000Z"),
    "unknown zone": text("DTSTART;TZID=Secret/Place:20261201T100000"),
    "year 9999": text("DTSTART;TZID=America/New_York:99991231T235959"),
    "bad duration": text(BERLIN, "DURATION:-PT1H"),
    "endless duration": text("DTSTART:99991231T000000Z", "DURATION:P2D"),
    "bad rule": text(BERLIN, "RRULE:FREQ=SECRETLY"),
    "each minute": text(BERLIN, "RRULE:FREQ=MINUTELY"),
    "no step": text(BERLIN, "RRULE:FREQ=DAILY;INTERVAL=0"),
    "no such day": text(BERLIN, "RRULE:FREQ=MONTHLY;BYDAY=999MO"),
    "excluding rule": text(BERLIN, "RRULE:FREQ=DAILY", "EXRULE:FREQ=WEEKLY"),
    "from one on": text(BERLIN, exceptions=(("RECURRENCE-ID;RANGE=THISANDFUTURE:20261202T090000Z", BERLIN),)),
    "two events": text(BERLIN, exceptions=((BERLIN,),)),
    "nested": "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 50 + "END:VEVENT\n" * 50 + "END:VCALENDAR\n",
    "endless": text(BERLIN) + "X:y\n" * 100_000,
    "huge": text(BERLIN, "DESCRIPTION:" + "x" * 5_000_000),
    "parameters": text('DTSTART;A=";B="' * 20_000 + ":1"),
    "too many rules": text(BERLIN, *["RRULE:FREQ=DAILY;COUNT=3"] * 11),
    "too many rules on one day": text(
        BERLIN, exceptions=((BERLIN, "RECURRENCE-ID:20261202T090000Z", *["RRULE:FREQ=DAILY"] * 11),)
    ),
    "too many extra dates": text(BERLIN, "RDATE:" + ",".join(["20261202T090000Z"] * 1001)),
    "too many lines of extra dates": text(BERLIN, *["RDATE:20261202T090000Z,20261203T090000Z"] * 501),
    "crowd": text(BERLIN, exceptions=((BERLIN, "RECURRENCE-ID:20261202T090000Z"),) * 4000),
}


@pytest.mark.parametrize("unreadable", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_understood_says_why_without_repeating_it(unreadable: str) -> None:
    found = reading("/c/1.ics", '"e"', unreadable)

    assert isinstance(found, Unreadable)
    assert (found.id, found.etag) == ("/c/1.ics", '"e"')
    assert found.reason.endswith(".")
    assert "secret" not in found.reason.lower()
