"""Which events are kept from others, and which lines an edit of that touches."""

from dataclasses import replace
from datetime import datetime

import pytest
from tests.plugins.apple.test_reading import BERLIN, content, text

from metonic_apple.errors import Incomprehensible
from metonic_apple.reading import reading
from metonic_apple.writing import updated
from metonic_core.model.content import occurrence_group
from metonic_core.spi import Override, Seen

# RFC 5545 3.8.1.3: words that are not known are treated as PRIVATE.
PRIVACY = {
    "": False,
    "CLASS:": False,
    "CLASS:PUBLIC": False,
    "CLASS: public ": False,
    'CLASS:"PUBLIC"': False,
    "X-CALENDARSERVER-ACCESS:PUBLIC": False,
    "CLASS:PRIVATE": True,
    "CLASS:private ": True,
    'CLASS:"PRIVATE"': True,
    "CLASS;X-A=b:CONFIDENTIAL": True,
    "CLASS:X-PERSONAL": True,
    "CLASS:SECRET": True,
    "CLASS:PRIVATE;X": True,
    "CLASS:PUBLIC\r\nCLASS:PRIVATE": True,
    "X-CALENDARSERVER-ACCESS:PRIVATE": True,
    "CLASS:PUBLIC\r\nX-CALENDARSERVER-ACCESS:restricted": True,
    "X-CALENDARSERVER-ACCESS:CONFIDENTIAL": True,
}


@pytest.mark.parametrize(("words", "expected"), PRIVACY.items(), ids=PRIVACY)
def test_what_is_not_said_to_be_public_is_private(words: str, *, expected: bool) -> None:
    assert content(BERLIN, words).is_private is expected


@pytest.mark.parametrize("word", ["PRIVATE", "RESTRICTED", "CONFIDENTIAL"])
def test_an_object_that_is_private_as_a_whole_is_so_until_it_is_made_public(word: str) -> None:
    access = f"X-CALENDARSERVER-ACCESS:{word}\r\n"
    before = text(BERLIN, "SUMMARY:Lesson").replace("BEGIN:VEVENT", f"{access}BEGIN:VEVENT", 1)
    read = reading("/c/1.ics", '"e"', before)
    assert isinstance(read, Seen)

    other = updated(before, replace(read.event.content, title="Other"), {"title"}, None)
    shown = updated(before, replace(read.event.content, is_private=False), {"visibility"}, None)

    assert read.event.content.is_private
    assert [line for line in other.split("\r\n") if line not in before] == [
        "SUMMARY:Other",
        "DTEND;TZID=Europe/Berlin:20261201T100000",
    ]
    assert access in other
    assert access not in shown
    assert "CLASS" not in shown


def test_a_word_of_its_own_for_an_occurrence_stays_where_the_series_is_edited() -> None:
    lines = (BERLIN, "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:Lesson")
    second = BERLIN.replace("01T", "02T")
    exception = (second.replace("DTSTART", "RECURRENCE-ID"), second, "SUMMARY:Therapy", "CLASS:X-PERSONAL")
    series = content(*lines, exceptions=(exception,))

    edited = updated(
        text(*lines, exceptions=(exception,)), replace(series, is_busy=False), {"visibility"}, None
    )

    assert "Therapy" not in str(series)
    assert edited.count("CLASS:X-PERSONAL") == 1
    assert edited.count("CLASS") == 1


SERIES = ("DTSTART:20261201T100000Z", "DTEND:20261201T110000Z", "RRULE:FREQ=DAILY", "SUMMARY:Lesson")
THERAPY = (
    "RECURRENCE-ID:20261202T100000Z",
    "DTSTART:20261202T120000Z",
    "DTEND:20261202T130000Z",
    "SUMMARY:Therapy",
    "CLASS:PRIVATE",
)
SECOND = datetime.fromisoformat("2026-12-02T10:00")


def edited_to(wanted: Override) -> str:
    """The series with a private occurrence, after the platform wanted that one so."""
    new = replace(content(*SERIES, exceptions=(THERAPY,)), overrides=(wanted,))
    return updated(text(*SERIES, exceptions=(THERAPY,)), new, {occurrence_group(SECOND)}, None)


@pytest.mark.parametrize("wanted", [Override(SECOND, title="Trip"), Override(SECOND, location="Museum")])
def test_an_edit_of_what_a_private_occurrence_is_about_is_refused_and_not_dropped(wanted: Override) -> None:
    with pytest.raises(Incomprehensible, match="only its time can be changed"):
        edited_to(wanted)


def test_a_series_becomes_private_whatever_else_is_wanted_of_a_private_occurrence() -> None:
    wanted = replace(
        content(*SERIES, exceptions=(THERAPY,)), is_private=True, overrides=(Override(SECOND, title="Trip"),)
    )

    after = updated(text(*SERIES, exceptions=(THERAPY,)), wanted, wanted.groups(), None)

    assert after.count("CLASS:PRIVATE") == 2
    assert "SUMMARY:Therapy" in after


def test_the_words_of_its_series_are_no_edit_of_a_private_occurrence() -> None:
    assert "SUMMARY:Therapy" in edited_to(Override(SECOND, title="Lesson"))


def test_a_private_occurrence_that_is_put_back_to_its_usual_time_keeps_its_words() -> None:
    after = edited_to(Override(SECOND))

    read = reading("/c/1.ics", '"e"', after)
    assert isinstance(read, Seen)
    assert read.event.content == content(*SERIES)
    assert "SUMMARY:Therapy" in after


def test_a_private_occurrence_that_is_cancelled_goes() -> None:
    after = edited_to(Override(SECOND, is_cancelled=True))

    assert "Therapy" not in after
    assert "EXDATE:20261202T100000Z" in after
