"""Events that leave their end open: whatever is written of them says it (iCloud takes no others)."""

from dataclasses import replace

import pytest
from tests.plugins.apple.test_reading import BERLIN, event, text

from metonic_apple.writing import updated

ENDS = {
    "a time": ((BERLIN,), "DTEND;TZID=Europe/Berlin:20261201T100000"),
    "a time that floats": (("DTSTART:20261201T100000",), "DTEND:20261201T100000"),
    "a day": (("DTSTART;VALUE=DATE:20261231",), "DTEND;VALUE=DATE:20270101"),
}


@pytest.mark.parametrize(("lines", "end"), ENDS.values(), ids=ENDS)
def test_an_edit_says_when_it_ends(lines: tuple[str, ...], end: str) -> None:
    known = event(*lines)

    after = updated(text(*lines), replace(known.content, title="New"), {"title"}, None)

    assert f"{end}\r\n" in after
    assert "VTIMEZONE" not in after


def test_so_do_the_occurrences_that_differ() -> None:
    series = (BERLIN, "DURATION:PT1H", "RRULE:FREQ=WEEKLY")
    other = (
        "RECURRENCE-ID;TZID=Europe/Berlin:20261208T100000",
        BERLIN.replace("1201", "1208"),
        "SUMMARY:Other",
    )
    known = event(*series, exceptions=(other,))

    after = updated(
        text(*series, exceptions=(other,)), replace(known.content, location="Gym"), {"location"}, None
    )

    assert after.count("DTEND") == 1
    assert "DTEND;TZID=Europe/Berlin:20261208T100000\r\n" in after
