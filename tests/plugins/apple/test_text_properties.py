"""What is written is what is read, and nothing else changes: for contents that nobody thought of."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from icalendar import Calendar
from tests.plugins.apple.contents import canonical, contents, edits

from metonic_apple.contentlines import parse, serialise
from metonic_apple.reading import reading
from metonic_apple.writing import created, updated
from metonic_core.model.content import Content
from metonic_core.model.when import Slot
from metonic_core.spi import Seen, Timed

IDENTITY = UUID("6f5d3c52-5f0e-4b0c-9b64-6d0a5f1f6c1e")
FOREIGN = (
    "CREATED:20260101T000000Z",
    'X-APPLE-TRAVEL-DURATION;VALUE=DURATION;X-ADDRESS="a\\\\nb^n;:,":PT30M',
    "X-BROKEN LINE without a colon",
    "X-LONG:" + "ä" * 30 + "\r\n  folded its own way\r\n\tand again",
    "BEGIN:VALARM\r\nACTION:NONE\r\nTRIGGER;VALUE=DATE-TIME:19760401T005545Z\r\nEND:VALARM",
)


@given(contents())
@settings(deadline=None)
def test_a_created_text_reads_as_what_was_asked(content: Content) -> None:
    assert read(created(IDENTITY, "m", content)) == content


@given(contents())
@settings(deadline=None)
def test_another_reader_finds_the_same_in_a_created_text(content: Content) -> None:
    calendar = Calendar.from_ical(created(IDENTITY, "m", content))
    event = next(e for e in calendar.walk("VEVENT") if "RECURRENCE-ID" not in e)

    assert str(event.get("SUMMARY", "")) == content.title
    assert str(event.get("DESCRIPTION", "")) == content.notes
    assert event.decoded("DTSTART") == moment_of(content, content.when.start)
    assert event.decoded("DTEND") == moment_of(content, content.when.end)


@given(contents())
@settings(deadline=None)
def test_lines_are_at_most_75_octets_of_whole_characters(content: Content) -> None:
    text = created(IDENTITY, "m", content)

    assert all(len(part) <= 75 and part.decode() for part in text.encode().split(b"\r\n")[:-1])


@given(edits())
@settings(deadline=None, max_examples=300)
def test_an_edit_changes_the_groups_it_names_and_no_other(
    edit: tuple[Content, Content, frozenset[str]],
) -> None:
    old, new, groups = edit

    text = updated(decorated(old), new, groups, None)

    assert read(text) == canonical(old.take(groups, new))
    assert updated(text, new, groups, None) == text


@given(edits())
@settings(deadline=None)
def test_lines_that_are_not_ours_outlive_every_edit(edit: tuple[Content, Content, frozenset[str]]) -> None:
    old, new, groups = edit

    text = updated(decorated(old), new, groups, None)

    assert all(f"\r\n{foreign}\r\n" in text for foreign in FOREIGN)


@given(contents())
@settings(deadline=None)
def test_an_edit_to_what_is_there_already_changes_no_byte(content: Content) -> None:
    text = decorated(content)

    assert updated(text, content, content.groups(), None) == text
    assert serialise(parse(text)) == text


def read(text: str) -> Content:
    found = reading("/c/x.ics", "e", text)
    assert isinstance(found, Seen), found
    return found.event.content


def decorated(content: Content) -> str:
    """A created text with lines in its master that other clients have put there."""
    head, end, tail = created(IDENTITY, "m", content).partition("\r\nEND:VEVENT\r\n")
    return "\r\n".join((head, *FOREIGN)) + end + tail


def moment_of(content: Content, at: Slot) -> Slot:
    zone = content.when.zone if isinstance(content.when, Timed) else None
    return at.replace(tzinfo=ZoneInfo(zone)) if zone and isinstance(at, datetime) else at
