"""Events in zones that no database knows: carried by their own VTIMEZONE, never guessed, never shifted."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metonic_apple.clocks import clock_of
from metonic_apple.contentlines import serialise
from metonic_apple.reading import reading
from metonic_apple.writing import updated
from metonic_apple.zones import vtimezone
from metonic_core.model.series import slots_until
from metonic_core.model.when import Timed, instant_of
from metonic_core.spi import Content, Override, Seen, StoredEvent, Unreadable

HOUR = timedelta(hours=1)
at = datetime.fromisoformat
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Asia/Kolkata",
    "Pacific/Apia",
)
BERLIN = serialise(vtimezone("Europe/Berlin"))
FIXED = (
    "BEGIN:VTIMEZONE\r\nTZID:{}\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\n"
    "TZOFFSETFROM:{}\r\nTZOFFSETTO:{}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
# Summer time from the second Saturday of May at noon until mid-September: nobody has ever had it.
ODD = """BEGIN:VTIMEZONE\r\nTZID:Ours\r
BEGIN:STANDARD\r\nDTSTART:16010915T120000\r\nRRULE:FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=15\r
TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r
BEGIN:DAYLIGHT\r\nDTSTART:16010512T120000\r\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=2SA\r
TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"""
WINTER = ("DTSTART;TZID=Ours:20261201T100000", "DTEND;TZID=Ours:20261201T110000")
SUMMER = ("DTSTART;TZID=Ours:20260701T100000", "DTEND;TZID=Ours:20260701T110000")


def ours(zone: str) -> str:
    """The same rules under a name that no database knows."""
    return serialise(vtimezone(zone)).replace(f"TZID:{zone}", "TZID:Ours")


def text(zone: str, *lines: str, exceptions: tuple[tuple[str, ...], ...] = ()) -> str:
    events = "".join(
        "BEGIN:VEVENT\r\nUID:u\r\n" + "".join(f"{line}\r\n" for line in each) + "END:VEVENT\r\n"
        for each in ((*lines, "SUMMARY:Yoga", "X-KEEP:this"), *exceptions)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{zone}{events}END:VCALENDAR\r\n"


def event(given: str) -> StoredEvent:
    found = reading("/c/1.ics", "e", given)
    assert isinstance(found, Seen), found
    return found.event


def instants(content: Content, until: datetime) -> list[datetime]:
    slots = slots_until(content.when, content.recurrence, until)
    return sorted({content.when.moved_to(slot).starts_at for slot in slots})


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime.fromisoformat("2008-01-01"), datetime(2037, 1, 1)),  # noqa: DTZ001
)
def test_a_described_clock_shows_what_the_zone_that_it_describes_does(zone: str, local: datetime) -> None:
    assert clock_of(ours(zone)).instant(local) == instant_of(local, zone)


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ("2026-10-25T02:30", "2026-10-25T00:30"),
        ("2026-03-29T02:30", "2026-03-29T01:30"),
        ("2026-03-29T03:00", "2026-03-29T01:00"),
    ],
    ids=["the first of two", "skipped, so later", "just after"],
)
def test_a_described_clock_tells_doubled_and_skipped_times(local: str, instant: str) -> None:
    assert clock_of(BERLIN).instant(at(local)) == at(instant).replace(tzinfo=UTC)


def test_an_event_in_a_zone_of_its_own_is_there_at_its_instants_and_keeps_its_times() -> None:
    summer, winter = event(text(ODD, *SUMMER)), event(text(ODD, *WINTER))

    assert summer.content.when == Timed(at("2026-07-01T08:00"), at("2026-07-01T09:00"), "UTC")
    assert winter.content.when == Timed(at("2026-12-01T09:00"), at("2026-12-01T10:00"), "UTC")
    assert not summer.can_write_time


def test_an_end_in_a_zone_of_its_own_keeps_its_times() -> None:
    mixed = event(text(ODD, "DTSTART:20261201T090000Z", "DTEND;TZID=Ours:20261201T110000"))

    assert mixed.content.when == Timed(at("2026-12-01T09:00"), at("2026-12-01T10:00"), "UTC")
    assert not mixed.can_write_time


@pytest.mark.parametrize(
    "lines", [SUMMER, (*SUMMER, "RRULE:FREQ=WEEKLY", "EXDATE;TZID=Ours:20260708T100000")]
)
def test_an_edit_of_its_title_leaves_every_other_line_as_it_was(lines: tuple[str, ...]) -> None:
    start, end = "DTSTART;TZID=Ours:20260715T120000", "DTEND;TZID=Ours:20260715T130000"
    moved = ("RECURRENCE-ID;TZID=Ours:20260715T100000", start, end, "SUMMARY:Yoga")
    exceptions = (moved,) if len(lines) > len(SUMMER) else ()
    before = text(ours("Europe/Berlin"), *lines, exceptions=exceptions)
    wanted = event(before).content.take(["title"], Content("Pilates", event(before).content.when))

    after = updated(before, wanted, frozenset({"title"}), None)

    assert after == before.replace("SUMMARY:Yoga", "SUMMARY:Pilates")


@pytest.mark.parametrize("zone", ZONES)
def test_a_series_in_a_zone_of_its_own_takes_place_when_its_clock_says(zone: str) -> None:
    found = event(text(ours(zone), *WINTER, "RRULE:FREQ=DAILY;INTERVAL=5;COUNT=200"))

    known = Timed(at("2026-12-01T10:00"), at("2026-12-01T11:00"), zone)
    expected = [known.moved_to(known.start + timedelta(days=5 * n)).starts_at for n in range(200)]
    assert instants(found.content, datetime(2035, 1, 1, tzinfo=UTC)) == expected
    assert not found.can_write_time


@pytest.mark.parametrize("name", ['"GMT+05:30"', "GMT+0530", '"UTC+5:30"'])
def test_a_zone_that_is_named_by_its_distance_from_utc_needs_no_description(name: str) -> None:
    found = event(text("", f"DTSTART;TZID={name}:20260701T100000", f"DTEND;TZID={name}:20260701T110000"))

    assert found.content.when == Timed(at("2026-07-01T04:30"), at("2026-07-01T05:30"), "UTC")
    assert not found.can_write_time


def test_a_series_at_a_fixed_distance_from_utc_is_told_in_a_zone_that_names_no_place() -> None:
    zone = FIXED.format("GMT+05:00", "+0500", "+0500")

    found = event(text(zone, 'DTSTART;TZID="GMT+05:00":20261201T010000', "RRULE:FREQ=WEEKLY;BYDAY=TU"))

    assert found.content.when == Timed(at("2026-12-01T01:00"), at("2026-12-01T01:00"), "Etc/GMT-5")


def test_what_differs_in_a_series_with_a_zone_of_its_own_is_found() -> None:
    lines = (*SUMMER, "RRULE:FREQ=WEEKLY", "EXDATE;TZID=Ours:20261202T100000")
    moved = ("RECURRENCE-ID:20260708T080000Z", "DTSTART;TZID=Ours:20260708T120000", "SUMMARY:Yoga")

    found = event(text(ours("Europe/Berlin"), *lines, exceptions=(moved,))).content

    zone = found.when.zone if isinstance(found.when, Timed) else ""
    assert found.overrides == (
        Override(at("2026-07-08T10:00"), when=Timed(at("2026-07-08T12:00"), at("2026-07-08T12:00"), zone)),
        Override(at("2026-12-02T10:00"), is_cancelled=True),
    )


def test_extra_dates_without_a_rule_need_no_zone_to_be_told_in() -> None:
    found = event(text(ODD, *SUMMER, "RDATE;TZID=Ours:20261201T100000")).content

    assert instants(found, datetime(2027, 1, 1, tzinfo=UTC)) == [
        datetime(2026, 7, 1, 8, tzinfo=UTC),
        datetime(2026, 12, 1, 9, tzinfo=UTC),
    ]


def test_a_series_on_a_clock_that_no_zone_has_is_not_understood() -> None:
    found = reading("/c/1.ics", "e", text(ODD, *SUMMER, "RRULE:FREQ=WEEKLY"))

    assert isinstance(found, Unreadable)
    assert "like one there" in found.reason
    assert "Ours" not in found.reason


def test_a_short_series_on_an_odd_clock_is_told_where_that_does_not_show() -> None:
    found = event(text(ODD, *WINTER, "RRULE:FREQ=WEEKLY;COUNT=4")).content

    assert instants(found, datetime(2030, 1, 1, tzinfo=UTC)) == [
        datetime(2026, 12, 1, 9, tzinfo=UTC) + timedelta(days=7 * n) for n in range(4)
    ]


BROKEN = {
    "no observance": "BEGIN:VTIMEZONE\r\nTZID:Ours\r\nEND:VTIMEZONE\r\n",
    "no offset": ODD.replace("TZOFFSETTO:+0200\r\n", ""),
    "no time": ODD.replace("DTSTART:16010512T120000", "DTSTART:noon"),
    "each day": ODD.replace("FREQ=YEARLY;BYMONTH=5;BYDAY=2SA", "FREQ=DAILY"),
    "each day of the year": ODD.replace("BYMONTH=5;BYDAY=2SA", "BYDAY=MO,TU,WE,TH,FR,SA,SU"),
    "no rule": ODD.replace("FREQ=YEARLY;BYMONTH=5;BYDAY=2SA", "FREQ=YEARLY;BYDAY=999MO"),
    "before all time": ODD.replace("16010512T120000", "00010101T000000"),
}


@pytest.mark.parametrize("zone", BROKEN.values(), ids=BROKEN)
def test_a_zone_that_is_described_badly_makes_an_event_unreadable(zone: str) -> None:
    found = reading("/c/1.ics", "e", text(zone, *SUMMER))

    assert isinstance(found, Unreadable)
    assert found.reason.endswith(".")
