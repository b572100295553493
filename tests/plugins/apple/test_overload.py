"""Answers that would cost more than they can mean: of tags, names and pages without end."""

from itertools import count

import pytest
from aiohttp import web
from tests.fuzz.bounds import bounded
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.scripted import Asked, Scripted, etag, found, multistatus, status
from tests.plugins.apple.test_hostile import WINDOW
from tests.plugins.apple.test_reading import text
from tests.plugins.apple.test_reading_many import CALENDAR

from metonic_apple import dav
from metonic_apple.adapter import AppleAdapter
from metonic_apple.reading import reading
from metonic_core.spi import Answer, Seen, Touched, Unreadable

TEN = "DTSTART:20261201T100000Z"
OF_TAGS = {
    "elements": "<a/>" * 4_000_000,
    "attributes": '<a b=""/>' * 2_000_000,
    "attributes of few": ("<a " + " ".join(f"a{n}=''" for n in range(1000)) + "/>") * 2000,
}


@pytest.mark.parametrize("inner", OF_TAGS.values(), ids=OF_TAGS)
def test_a_document_of_millions_of_tags_is_not_taken_apart(inner: str) -> None:
    body = f'<multistatus xmlns="DAV:">{inner}</multistatus>'.encode()

    with bounded(2):
        assert dav.within(Answer(207, {}, body, "https://localhost/c/")) is None


def test_a_calendar_of_tens_of_thousands_of_events_is_listed() -> None:
    listed = "".join(found(f"{CALENDAR}{n}.ics", etag(str(n))) for n in range(30_000))
    body = f'<multistatus xmlns="DAV:">{listed}</multistatus>'.encode()

    read = dav.within(Answer(207, {}, body, "https://localhost/c/"))

    assert read
    assert len(read.members) == 30_000


def test_a_uid_that_no_index_has_room_for_names_nothing() -> None:
    for uid, known in (("x" * 300, "x" * 300), ("\u4e16" * 1000, None)):
        found = reading("/c/1.ics", "e", text(TEN).replace("UID:1", f"UID:{uid}"))
        assert isinstance(found, Seen)
        assert found.event.uid == known


async def test_a_name_that_no_index_has_room_for_hides_no_other(server: Scripted, client: HttpClient) -> None:
    long = found(f"{CALENDAR}{'x' * 3000}.ics", etag("1"))
    server.on("REPORT", CALENDAR, multistatus(long, found(f"{CALENDAR}b.ics", etag("2")), token="t1"))

    page = await adapter(server, client).get_changes(CALENDAR, None, WINDOW)

    assert page.changes == [Touched(f"{CALENDAR}b.ics", '"2"')]


async def test_a_list_of_changes_without_end_is_no_listing(server: Scripted, client: HttpClient) -> None:
    tokens = count()
    server.on("REPORT", CALENDAR, lambda asked: endless(asked, next(tokens)))
    server.on("PROPFIND", CALENDAR, multistatus(status(CALENDAR, 507)))

    (read,) = await adapter(server, client).hydrate(CALENDAR, [f"{CALENDAR}a.ics"])

    assert isinstance(read, Unreadable)
    assert read.is_passing


def endless(asked: Asked, token: int) -> web.Response:
    """Of what is asked for nothing is there, and of all there is there is always more."""
    if "calendar-multiget" in asked.body:
        return multistatus(status(f"{CALENDAR}a.ics", 404))
    return multistatus(found(f"{CALENDAR}b.ics", etag("1")), status(CALENDAR, 507), token=f"t{token}")


def adapter(server: Scripted, client: HttpClient) -> AppleAdapter:
    return AppleAdapter(client, account(server.url))
