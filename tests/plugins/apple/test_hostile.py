"""What was found with hostile texts and answers (tests/fuzz), and what is made of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from tests.fuzz.bounds import bounded
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.scripted import Scripted, etag, found, multistatus, redirect
from tests.plugins.apple.test_reading import content, event, text
from tests.plugins.apple.test_reading_many import CALENDAR

from metonic_apple import dav
from metonic_apple.adapter import AppleAdapter
from metonic_apple.reading import reading
from metonic_apple.writing import updated
from metonic_apple.zones import iana_name
from metonic_core.spi import Answer, NotACalendarServer, RateLimited, Seen, Timed, Touched, Unreadable, Window

BUENOS_AIRES = "America/Argentina/Buenos_Aires"
TEN = "DTSTART:20261201T100000Z"
ELEVEN = "DTEND:20261201T110000Z"
WINDOW = Window(datetime.fromisoformat("2026-11-01T00:00Z"), datetime.fromisoformat("2027-11-01T00:00Z"))
FAR = {
    "until the year 9999": ("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:99991231"),
    "a millennium at a time": (TEN, "DURATION:P400000D", "RRULE:FREQ=YEARLY"),
    "before the year 100": ("DTSTART;VALUE=DATE:00010101",),
    "an extra date in the year 9999": (TEN, "RDATE:99991201T100000Z"),
}


@pytest.mark.parametrize("lines", FAR.values(), ids=FAR)
def test_what_leaves_no_room_to_reckon_in_is_set_aside(lines: tuple[str, ...]) -> None:
    assert reading("/c/1.ics", "e", text(*lines)) == Unreadable(
        "/c/1.ics", "e", "The event has a date that is out of range."
    )


def test_what_lasts_a_lifetime_or_began_before_anybodys_is_read() -> None:
    assert content("DTSTART;VALUE=DATE:19260101", "DTEND;VALUE=DATE:20261231").occurs_in(WINDOW)
    assert content("DTSTART;VALUE=DATE:16040229", "RRULE:FREQ=YEARLY").occurs_in(WINDOW) is False
    assert content("DTSTART;VALUE=DATE:16040301", "RRULE:FREQ=YEARLY").occurs_in(WINDOW)


OWN_ZONE = """BEGIN:VTIMEZONE
TZID:{}
BEGIN:STANDARD
DTSTART:20001029T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0123
END:STANDARD
END:VTIMEZONE
"""
CROWDED = {
    "excluded dates": (
        text(TEN, "RRULE:FREQ=DAILY", "EXDATE:" + ",".join(["20261202T100000Z"] * 200_000)),
        "The series has more exceptions than any calendar allows.",
    ),
    "zones that are described": (
        text(TEN).replace("BEGIN:VEVENT", OWN_ZONE.format("z") * 51 + "BEGIN:VEVENT"),
        "The event describes more time zones than any calendar allows.",
    ),
    "zones of its own": (
        text(TEN, *(f"RDATE;TZID=z{i}:20261202T100000" for i in range(6))).replace(
            "BEGIN:VEVENT", "".join(OWN_ZONE.format(f"z{i}") for i in range(6)) + "BEGIN:VEVENT"
        ),
        "The event describes more time zones than any calendar allows.",
    ),
}


@pytest.mark.parametrize(("crowded", "reason"), CROWDED.values(), ids=CROWDED)
def test_what_takes_long_for_its_number_is_set_aside(crowded: str, reason: str) -> None:
    assert reading("/c/1.ics", "e", crowded) == Unreadable("/c/1.ics", "e", reason)


def test_thousands_of_exceptions_are_edited_in_a_moment() -> None:
    days = [f"{2027 + i // 300}{1 + i % 300 // 25:02}{1 + i % 25:02}T100000" for i in range(2900)]
    lines = (
        "DTSTART;TZID=Europe/Berlin:20261201T100000",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY",
        "SUMMARY:Lesson",
    )
    changed = tuple(
        (f"RECURRENCE-ID;TZID=Europe/Berlin:{at}", f"DTSTART:{at}Z", "DURATION:PT1H") for at in days
    )

    with bounded(3):
        before, after = retitled(*lines, exceptions=changed)

    assert after == before.replace("SUMMARY:Lesson", "SUMMARY:Other")


def test_a_status_that_is_said_of_thousands_is_read_in_a_moment() -> None:
    hrefs = "".join(f"<href>/c/{n}.ics</href>" for n in range(40_000))
    response = f"<response>{hrefs}<status>HTTP/1.1 404 Gone</status></response>"
    body = f'<multistatus xmlns="DAV:">{response}</multistatus>'

    with bounded(3):
        read = dav.multistatus(Answer(207, {}, body.encode(), "https://localhost/c/"))

    assert len(read.members) == 40_000
    assert {member.status for member in read.members} == {404}


def test_a_zone_of_thousands_of_parts_is_named_in_a_moment() -> None:
    with bounded(1):
        assert iana_name("/".join(["Europe/Berlin,"] * 20_000)) is None
        assert iana_name("/" + "x/" * 20_000 + BUENOS_AIRES) == BUENOS_AIRES


def test_a_private_occurrence_of_a_public_series_tells_its_time_alone_and_keeps_its_words() -> None:
    lines = (TEN, ELEVEN, "RRULE:FREQ=DAILY", "SUMMARY:Lesson")
    private = (
        "RECURRENCE-ID:20261202T100000Z",
        "DTSTART:20261202T120000Z",
        "DURATION:PT1H",
        "SUMMARY:Therapy",
        "LOCATION:Clinic",
        "CLASS:PRIVATE",
    )

    (override,) = content(*lines, exceptions=(private,)).overrides
    before, after = retitled(*lines, exceptions=(private,))

    assert (override.title, override.location) == (None, None)
    assert override.when
    assert after == before.replace("SUMMARY:Lesson", "SUMMARY:Other")


def test_a_private_occurrence_keeps_its_words_when_its_series_becomes_private_as_well() -> None:
    lines = (TEN, ELEVEN, "RRULE:FREQ=DAILY", "SUMMARY:Lesson")
    second = ("RECURRENCE-ID:20261202T100000Z", "DTSTART:20261202T100000Z", "DURATION:PT1H")
    private = (*second, "SUMMARY:Therapy", "CLASS:PRIVATE")
    before = text(*lines, exceptions=(private,))
    wanted = replace(content(*lines, exceptions=(private,)), is_private=True)

    after = updated(before, wanted, frozenset({"visibility"}), None)

    assert "SUMMARY:Therapy" in after
    assert after.count("CLASS:PRIVATE") == 2


def retitled(*lines: str, exceptions: tuple[tuple[str, ...], ...] = ()) -> tuple[str, str]:
    before = text(*lines, exceptions=exceptions)
    wanted = replace(content(*lines, exceptions=exceptions), title="Other")
    return before, updated(before, wanted, frozenset({"title"}), None)


def test_an_empty_line_that_is_continued_does_not_continue_the_one_before() -> None:
    before, after = retitled(TEN, ELEVEN, "DESCRIPTION:Notes\r\n\r\n X-OTHER:kept", "SUMMARY:Lesson")

    assert after == before.replace("SUMMARY:Lesson", "SUMMARY:Other")
    assert event(TEN, "DESCRIPTION:Notes\r\n\r\n X-OTHER:kept").content.notes == "Notes"


def test_an_empty_list_of_excluded_dates_is_left_alone() -> None:
    before, after = retitled(TEN, ELEVEN, "RRULE:FREQ=DAILY", "EXDATE;TZID=Europe/Berlin:", "SUMMARY:Lesson")

    assert after == before.replace("SUMMARY:Lesson", "SUMMARY:Other")


def test_an_occurrence_that_is_excluded_and_there_all_the_same_stays_both() -> None:
    second = (
        "RECURRENCE-ID:20261202T100000Z",
        "DTSTART:20261202T120000Z",
        "DURATION:PT1H",
        "SUMMARY:Once",
        "X-OTHER:kept",
    )
    lines = (TEN, ELEVEN, "RRULE:FREQ=DAILY", "EXDATE:20261202T100000Z", "SUMMARY:Lesson")

    before, after = retitled(*lines, exceptions=(second,))

    assert after == before.replace("SUMMARY:Lesson", "SUMMARY:Other")


def test_a_rule_until_a_day_ends_when_it_did_after_the_series_went_to_another_zone() -> None:
    lines = (TEN, ELEVEN, "RRULE:FREQ=YEARLY;UNTIL=20401231", "SUMMARY:Lesson")
    old = content(*lines)
    start = datetime(2026, 12, 1, 19)  # noqa: DTZ001 - wall time
    moved = replace(old, when=Timed(start, start + timedelta(hours=1), "Asia/Tokyo"))

    after = reading("/c/1.ics", "e", updated(text(*lines), moved, frozenset({"time"}), None))

    assert isinstance(after, Seen)
    assert after.event.content == moved


def test_a_revision_beyond_counting_is_counted_anew() -> None:
    before = text(TEN, "SEQUENCE:" + "9" * 5000, "LOCATION:Here")

    after = updated(before, replace(content(TEN), location="There"), frozenset({"location"}), None)

    assert "SEQUENCE:1\r\n" in after


# The last two lead the password to another place, without encryption.
NO_ADDRESSES = (
    "http://[::1/x",
    "http://host:99999/x",
    "http://host:no/x",
    "mailto:x",
    "x:http://127.0.0.1/x",
    "urn:http://127.0.0.1/x",
)


async def test_an_address_that_is_none_hides_no_other_event(server: Scripted, client: HttpClient) -> None:
    bad = [found(href, etag("1")) for href in NO_ADDRESSES]
    server.on("REPORT", CALENDAR, multistatus(*bad, found("/cal/a.ics", etag("2")), token="t1"))

    page = await AppleAdapter(client, account(server.url)).get_changes(CALENDAR, "t0", WINDOW)

    assert page.changes == [Touched("/cal/a.ics", '"2"')]


async def test_a_server_cannot_have_anybody_wait_for_years(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, web.Response(status=503, headers={"Retry-After": "9" * 400}))

    with pytest.raises(RateLimited) as caught:
        await AppleAdapter(client, account(server.url)).get_changes(CALENDAR, "t0", WINDOW)

    assert caught.value.retry_after == 7 * 24 * 3600


async def test_a_status_that_is_none_hides_no_other_event(server: Scripted, client: HttpClient) -> None:
    bad = f"<response><href>/cal/b.ics</href><status>HTTP/1.1 {'9' * 5000} OK</status></response>"
    server.on("REPORT", CALENDAR, multistatus(bad, found("/cal/a.ics", etag("2")), token="t1"))

    page = await AppleAdapter(client, account(server.url)).get_changes(CALENDAR, "t0", WINDOW)

    assert page.changes == [Touched("/cal/a.ics", '"2"')]


async def test_a_redirect_to_an_address_that_is_none_is_no_calendar_server(
    server: Scripted, client: HttpClient
) -> None:
    server.on("PROPFIND", "/", redirect(301, "http://[::1/x"))
    server.on("PROPFIND", "/.well-known/caldav", web.Response(status=404))

    with pytest.raises(NotACalendarServer):
        await AppleAdapter(client, account(server.url)).authenticate()


def test_an_address_that_is_none_is_not_signed_in_to(client: HttpClient) -> None:
    with pytest.raises(NotACalendarServer):
        AppleAdapter(client, account("https://host:99999/"))
