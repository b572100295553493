"""Texts as the well-known clients write them: what they mean, and which lines an edit of one group touches.

A new case is a new file: ``golden/<client>.<edit>.diff`` holds the lines that the edit takes out of
``golden/<client>.ics`` and those that it puts in.
"""

import difflib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from metonic_apple.reading import reading
from metonic_apple.writing import updated
from metonic_core.model.content import occurrence_group
from metonic_core.spi import (
    AllDay,
    Content,
    Group,
    Override,
    Recurrence,
    Seen,
    Status,
    StoredEvent,
    Timed,
)

GOLDEN = Path(__file__).with_name("golden")
CASES = sorted(path.stem for path in GOLDEN.glob("*.diff"))
at = datetime.fromisoformat

MEANING = {
    "apple": Content(
        title="Yoga",
        when=Timed(at("2026-12-01T10:00"), at("2026-12-01T11:00"), "Europe/Berlin"),
        recurrence=Recurrence(("FREQ=WEEKLY;COUNT=6",)),
        location="Studio\nHauptstraße 1, 10827 Berlin, Deutschland",
        notes="Bring a mat, please.\n\nhttps://example.com/?a=1;b=2",
        overrides=(
            Override(
                at("2026-12-08T10:00"),
                when=Timed(at("2026-12-08T11:30"), at("2026-12-08T12:30"), "Europe/Berlin"),
            ),
            Override(at("2026-12-15T10:00"), is_cancelled=True),
        ),
    ),
    "google": Content(
        title="Stand-up",
        when=Timed(at("2026-11-30T09:00"), at("2026-11-30T09:30"), "America/New_York"),
        recurrence=Recurrence(("FREQ=DAILY;UNTIL=20261218T045959Z;BYDAY=MO,TU,WE,TH,FR",)),
        overrides=(
            Override(at("2026-12-01T09:00"), is_cancelled=True),
            Override(at("2026-12-02T09:00"), title="Stand-up and demo", location="Room 2"),
            Override(at("2026-12-03T09:00"), is_cancelled=True),
            Override(at("2026-12-04T09:00"), is_cancelled=True),
        ),
    ),
    "thunderbird": Content(
        title="Dentist",
        when=Timed(at("2026-12-09T14:00"), at("2026-12-09T14:45"), "Europe/London"),
        location="12 High Street",
        notes="Second floor",
        status=Status.TENTATIVE,
        is_private=True,
    ),
    "davx5": Content(
        title="Ferien 🏔️",
        when=AllDay(date(2026, 12, 21), date(2026, 12, 24)),
        recurrence=Recurrence(("FREQ=YEARLY;UNTIL=20301221",)),
        is_busy=False,
        overrides=(Override(date(2027, 12, 21), is_cancelled=True),),
    ),
    "outlook": Content(
        title="Besprechung",
        when=Timed(at("2026-12-10T15:00"), at("2026-12-10T16:00"), "Europe/Berlin"),
        notes="Agenda\n",
    ),
}


def _moved(content: Content) -> Content:
    return replace(content, when=content.when.moved_to(content.when.start.replace(day=2)))


def _longer(content: Content) -> Content:
    when, day = content.when, timedelta(days=1)
    if isinstance(when, Timed):
        return replace(content, when=replace(when, end=when.end + day))
    return replace(content, when=replace(when, end=when.end + day))


def _without_overrides(content: Content) -> Content:
    return replace(content, overrides=())


def _with_cancelled(content: Content) -> Content:
    second = content.overrides[1].slot
    kept = tuple(o for o in content.overrides if o.slot != second)
    return replace(content, overrides=(*kept, Override(second, is_cancelled=True)))


def _with_changed(content: Content) -> Content:
    return replace(content, overrides=(Override(content.overrides[-1].slot, title="Only now"),))


EDITS: dict[str, Callable[[Content], Content]] = {
    "title": lambda content: replace(content, title="Another, with a comma"),
    "location": lambda content: replace(content, location="Elsewhere"),
    "notes": lambda content: replace(content, notes="One\nTwo"),
    "status": lambda content: replace(content, status=Status.CANCELLED),
    "visibility": lambda content: replace(
        content, is_private=not content.is_private, is_busy=not content.is_busy
    ),
    "moved": _moved,
    "longer": _longer,
    "once": lambda content: replace(content, recurrence=None),
    "elsewhen": lambda content: replace(
        content, when=Timed(at("2026-12-01T10:00"), at("2026-12-01T11:00"), "Asia/Tokyo")
    ),
    "regular": _without_overrides,
    "cancelled": _with_cancelled,
    "changed": _with_changed,
}
MORE_GROUPS = {"moved": "time", "longer": "time", "once": "time", "elsewhen": "time"}


@pytest.mark.parametrize("client", sorted(MEANING))
def test_a_text_of_that_client_means(client: str) -> None:
    assert event(text_of(client)).content == MEANING[client]


@pytest.mark.parametrize("case", CASES)
def test_an_edit_touches_the_lines_it_must(case: str) -> None:
    client, edit = case.split(".")
    text = text_of(client)
    wanted = EDITS[edit](MEANING[client])

    edited = updated(text, wanted, groups_of(client, edit), None)

    assert diff(text, edited) == (GOLDEN / f"{case}.diff").read_text("utf-8")


@pytest.mark.parametrize("case", CASES)
def test_an_edit_reads_as_what_was_asked(case: str) -> None:
    client, edit = case.split(".")
    wanted = EDITS[edit](MEANING[client])
    groups = groups_of(client, edit)

    read = event(updated(text_of(client), wanted, groups, None)).content

    assert read == MEANING[client].take(groups, wanted)


@pytest.mark.parametrize("client", sorted(MEANING))
def test_a_marker_is_put_and_replaced_in_one_line(client: str) -> None:
    text = text_of(client)

    once = updated(text, MEANING[client], frozenset(), "v1;first")
    twice = updated(once, MEANING[client], frozenset(), "v1;second")

    assert event(twice).marker == "v1;second"
    assert [found for found in diff(text, twice).splitlines() if "DTSTAMP" not in found] == [
        "+X-METONIC-COPY:v1;second"
    ]


def text_of(client: str) -> str:
    return (GOLDEN / f"{client}.ics").read_text("utf-8").replace("\n", "\r\n")


def groups_of(client: str, edit: str) -> frozenset[Group]:
    if edit in {"regular", "cancelled", "changed"}:
        return frozenset(occurrence_group(o.slot) for o in MEANING[client].overrides)
    return frozenset({MORE_GROUPS.get(edit, edit)})


def event(text: str) -> StoredEvent:
    found = reading("/c/x.ics", "e", text)
    assert isinstance(found, Seen), found
    return found.event


def diff(before: str, after: str) -> str:
    """The lines taken out and put in, in order; every line must end in CRLF."""
    assert "\n" not in before.replace("\r\n", "") + after.replace("\r\n", "")
    compared = difflib.ndiff(before.split("\r\n"), after.split("\r\n"))
    return "".join(f"{found[0]}{found[2:]}\n" for found in compared if found[0] in "+-")
