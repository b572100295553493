"""The VTIMEZONE we write says what the zone database says, hour by hour."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from metonic_apple.contentlines import Component, serialise
from metonic_apple.zones import vtimezone

ZONES = (
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Santiago",
    "Africa/Casablanca",
    "Asia/Gaza",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
)
FIRST, LAST = datetime(2007, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ZONES)
def test_offsets_are_those_of_the_zone_database(name: str) -> None:
    changes = sorted(onset for observance in observances(name) for onset in onsets(observance))
    zone = ZoneInfo(name)

    at, known = FIRST, [offset for start, offset in changes if start <= FIRST][-1]
    while at < LAST:
        while changes and changes[0][0] <= at:
            known = changes.pop(0)[1]
        assert at.astimezone(zone).utcoffset() == known, at
        at += timedelta(hours=6)


def test_a_zone_with_a_rule_is_a_short_text() -> None:
    text = serialise(vtimezone("Europe/Berlin"))

    assert text.splitlines()[8:15] == [
        "BEGIN:DAYLIGHT",
        "DTSTART:20070325T020000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "TZNAME:CEST",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "END:DAYLIGHT",
    ]
    assert len(text) < 500


def observances(name: str) -> list[Component]:
    made = vtimezone(name)
    return made.children("STANDARD") + made.children("DAYLIGHT")


def onsets(observance: Component) -> list[tuple[datetime, timedelta]]:
    """The instants at which that observance begins, and the offset from then on (RFC 5545 3.6.5)."""
    before = timezone(offset(value(observance, "TZOFFSETFROM")))
    start = datetime.strptime(value(observance, "DTSTART"), "%Y%m%dT%H%M%S").replace(tzinfo=before)
    found = [start]
    for rule in observance.lines("RRULE"):
        found += rrulestr(rule.value, dtstart=start).between(start, LAST)
    for dates in observance.lines("RDATE"):
        parsed = (datetime.strptime(text, "%Y%m%dT%H%M%S") for text in dates.value.split(","))  # noqa: DTZ007 - next line
        found += [at.replace(tzinfo=before) for at in parsed]
    return [(at.astimezone(UTC), offset(value(observance, "TZOFFSETTO"))) for at in found]


def value(component: Component, name: str) -> str:
    found = component.first(name)
    assert found is not None
    return found.value


def offset(text: str) -> timedelta:
    sign = -1 if text.startswith("-") else 1
    digits = text[1:].ljust(6, "0")
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6]))
