"""One event that a server cannot put into an answer, or fails at: the others are read all the same."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from aiohttp import web
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.scripted import Answering, Asked, Scripted, event, multistatus
from tests.plugins.apple.test_reading_many import CALENDAR, TEXT, read

from metonic_apple.adapter import AppleAdapter
from metonic_apple.dav import multistatus as parsed
from metonic_apple.errors import preconditions
from metonic_core.spi import Answer, NotACalendarServer, Seen, Unavailable, Unreadable

IDS = [f"/cal/{i}.ics" for i in range(50)]
POISON = IDS[31]
FAILING = web.Response(status=500)
UP = multistatus()
FORBIDDEN = {
    "a control": b"\x01",
    "U+FFFE": b"\xef\xbf\xbe",
    "U+FFFF": b"\xef\xbf\xbf",
    "a reference to U+FFFE": b"&#xFFFE;",
    "a decimal reference to U+FFFF": b"&#065535;",
    "a reference to nothing": b"&#0;",
    "a reference to a surrogate": b"&#xD800;",
    "a reference beyond Unicode": b"&#x110000;",
    "a reference beyond everything": b"&#" + b"9" * 5000 + b";",
}


def answer(body: bytes) -> Answer:
    return Answer(207, {}, body, "https://example.com/cal/")


def listing(title: bytes, opening: bytes = b"") -> Answer:
    body = event("/cal/a.ics", "1", TEXT).encode().replace(b"Lesson", title)
    return answer(
        opening
        + b'<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
        + body
        + b"</multistatus>"
    )


def summary(of: Answer) -> str:
    (member,) = parsed(of).members
    text = member.text("{urn:ietf:params:xml:ns:caldav}calendar-data")
    return text.partition("SUMMARY:")[2].partition("\n")[0]


@pytest.mark.parametrize("character", FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_xml_forbids_is_left_out(character: bytes) -> None:
    assert summary(listing(b"a" + character + b"b")) == "ab"


@pytest.mark.parametrize(
    "octets", [b"\xff", b"\xed\xa0\x80", b"\xc3"], ids=["no UTF-8", "surrogate", "cut off"]
)
def test_what_is_no_utf_8_is_replaced(octets: bytes) -> None:
    assert summary(listing(b"a" + octets + b"b")).replace("\ufffd", "") == "ab"


def test_what_xml_allows_stays() -> None:
    written = "\u00e9&#233;&#xe9;&#x1F600;&#38;&#x3c;\U0001fffe".encode()

    assert summary(listing(written)) == "\u00e9\u00e9\u00e9\U0001f600&<\U0001fffe"


def test_an_answer_is_read_in_the_encoding_that_it_declares() -> None:
    latin = listing(b"caf\xe9", b'<?xml version="1.0" encoding="ISO-8859-1"?>')
    unknown = listing("caf\u00e9".encode(), b'<?xml version="1.0" encoding="x-none"?>')
    no_text = listing("caf\u00e9".encode(), b'<?xml version="1.0" encoding="base64"?>')
    marked = listing("caf\u00e9".encode(), b"\xef\xbb\xbf")
    wide = answer(listing("caf\u00e9".encode()).body.decode().encode("utf-16"))

    assert {summary(one) for one in (latin, unknown, no_text, marked, wide)} == {"caf\u00e9"}


def test_a_document_type_is_still_refused() -> None:
    with pytest.raises(NotACalendarServer):
        parsed(listing(b"x", b'<!DOCTYPE m [<!ENTITY a "b">]>'))


def test_a_refusal_that_repeats_the_text_is_understood() -> None:
    body = b'<error xmlns="DAV:"><need-privileges>\xef\xbf\xbf&#0;</need-privileges></error>'

    assert preconditions(answer(body)) == {"need-privileges"}


def answering(bad: web.Response | bytes, *poison: str) -> Answering:
    """A server whose every answer that has one of these in it is bad."""

    def report(asked: Asked) -> web.Response:
        ids = [i for i in IDS if f"<href>{i}</href>" in asked.body]
        if not set(poison) & set(ids):
            return multistatus(*(event(i, "1", TEXT) for i in ids))
        return (
            web.Response(status=207, body=bad) if isinstance(bad, bytes) else web.Response(status=bad.status)
        )

    return report


BAD: dict[str, web.Response | bytes] = {"failure": FAILING, "no XML": b"<multistatus><&></multistatus>"}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
async def test_one_event_that_spoils_each_answer_is_found_in_a_few_questions(
    server: Scripted, client: HttpClient, bad: web.Response | bytes
) -> None:
    server.on("REPORT", CALENDAR, answering(bad, POISON))
    server.on("GET", POISON, FAILING)

    found = await read(client, server, *IDS)

    assert [f.id for f in found if isinstance(f, Unreadable)] == [POISON]
    assert sum(isinstance(f, Seen) for f in found) == 49
    assert len(server.asked) <= 15


async def test_what_spoils_an_answer_may_be_readable_alone(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, answering(b"<", POISON))
    server.on("GET", POISON, web.Response(text=TEXT, headers={"ETag": '"1"'}))

    assert all(isinstance(f, Seen) for f in await read(client, server, *IDS))


async def test_several_events_that_spoil_answers_stop_no_other(server: Scripted, client: HttpClient) -> None:
    poison = [IDS[1], IDS[30], IDS[49]]
    server.on("REPORT", CALENDAR, answering(FAILING, *poison))
    for one in IDS:
        server.on("GET", one, FAILING if one in poison else web.Response(text=TEXT))

    found = await read(client, server, *IDS)

    assert [f.id for f in found if isinstance(f, Unreadable)] == poison
    assert sum(isinstance(f, Seen) for f in found) == 47
    assert len(server.asked) <= 60


async def test_the_only_event_asked_for_is_withheld_if_the_calendar_answers(
    server: Scripted, client: HttpClient
) -> None:
    server.on("REPORT", CALENDAR, FAILING)
    server.on("GET", POISON, FAILING)
    server.on("PROPFIND", CALENDAR, UP)

    (found,) = await read(client, server, POISON)

    assert isinstance(found, Unreadable)
    assert (found.reason[-1], found.is_passing) == (".", True)


async def test_a_server_that_fails_at_everything_is_soon_left_alone(
    server: Scripted, client: HttpClient
) -> None:
    server.on("REPORT", CALENDAR, FAILING)
    for one in IDS:
        server.on("GET", one, FAILING)
    server.on("PROPFIND", CALENDAR, UP)

    with pytest.raises(Unavailable):
        await read(client, server, *IDS)

    assert len(server.asked) <= 15


async def test_a_portal_in_between_is_no_reason_to_ask_for_each(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, web.Response(text="<p>Welcome", content_type="text/html"))

    with pytest.raises(Unavailable):
        await read(client, server, *IDS)

    assert len(server.asked) == 1


@dataclass
class Cutting:
    """A client that gets no answer in time to whatever has one of these in it."""

    client: HttpClient
    poison: frozenset[str]

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        if any(one in url or f"<href>{one}</href>" in (body or b"").decode() for one in self.poison):
            self.client.asked.append((method, "cut off"))
            raise Unavailable("The server did not answer in time.")
        return await self.client.request(method, url, headers, body)


async def test_an_event_that_no_answer_comes_to_is_withheld_and_the_others_are_read(
    server: Scripted, client: HttpClient
) -> None:
    server.on("REPORT", CALENDAR, answering(FAILING))
    server.on("PROPFIND", CALENDAR, UP)
    cutting = Cutting(client, frozenset({POISON}))

    found = await AppleAdapter(cutting, account(server.url)).hydrate(CALENDAR, IDS)

    assert [(f.id, f.is_passing) for f in found if isinstance(f, Unreadable)] == [(POISON, True)]
    assert sum(isinstance(f, Seen) for f in found) == 49
    assert len(client.asked) <= 15


async def test_a_server_that_no_answer_comes_from_stops_the_run(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, answering(FAILING))
    cutting = Cutting(client, frozenset({*IDS, CALENDAR}))

    with pytest.raises(Unavailable):
        await AppleAdapter(cutting, account(server.url)).hydrate(CALENDAR, IDS)

    assert len(client.asked) <= 16
