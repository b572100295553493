"""Texts that are not simply UTF-8, over HTTP: what is read of them, and what is written back."""

from dataclasses import replace

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.scripted import Scripted, multistatus
from tests.plugins.apple.scripted import event as listed

from metonic_apple.adapter import AppleAdapter
from metonic_apple.charsets import Decoded, decoded, of_object
from metonic_core.spi import Failed, Reading, Seen, Stored, StoredEvent, Unacceptable, Unreadable, Update

CALENDAR, EVENT = "/cal/", "/cal/a.ics"
WORDS = "Bewegung für Größere \u2013 \u65e5\u672c\u8a9e \U0001f600"
# With another blank where the number of octets would be odd.
CALLED_UTF16 = [(f' encoding="utf-16"{blank}', "") for blank in ("", " ")]
CALLED_UTF16 += [(blank, "; charset=utf-16") for blank in ("", " ")]
LINES = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "BEGIN:VEVENT",
    "UID:1",
    "DTSTAMP:20261101T000000Z",
    "DTSTART:20261201T100000Z",
    "DTEND:20261201T110000Z",
    "SUMMARY:Lesson",
    "LOCATION:{}",
    "X-OTHER:{}",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
)


def body(words: str, charset: str = "utf-8") -> bytes:
    return "\r\n".join(LINES).replace("{}", words).encode(charset)


def folded(at: int, fold: bytes = b"\r\n ") -> bytes:
    """The object with its place and the other words folded after so many octets."""
    octets = WORDS.encode()
    return body("{}").replace(b"{}", octets[:at] + fold + octets[at:])


def hand_out(server: Scripted, content: bytes, content_type: str = "text/calendar") -> None:
    """The event, by itself alone."""
    server.on("REPORT", CALENDAR, multistatus())
    headers = {"ETag": '"1"', "Content-Type": content_type}
    server.on("GET", EVENT, web.Response(body=content, headers=headers))
    server.on("PUT", EVENT, web.Response(status=204))


async def read(client: HttpClient, server: Scripted) -> Reading:
    (one,) = await AppleAdapter(client, account(server.url)).hydrate(CALENDAR, [EVENT])
    return one


async def event(client: HttpClient, server: Scripted) -> StoredEvent:
    one = await read(client, server)
    assert isinstance(one, Seen), one
    return one.event


async def retitled(client: HttpClient, server: Scripted) -> str:
    """What is put back after an edit of the title."""
    content = replace((await event(client, server)).content, title="Other")
    write = Update(EVENT, '"1"', content, frozenset({"title"}))
    (outcome,) = await AppleAdapter(client, account(server.url)).write_events(CALENDAR, [write])
    assert isinstance(outcome, Stored), outcome
    (put,) = server.to("PUT")
    assert put.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return put.body


@pytest.mark.parametrize("fold", [b"\r\n ", b"\n\t"], ids=["CRLF and a space", "LF and a tab"])
@pytest.mark.parametrize("at", range(1, len(WORDS.encode())))
def test_a_fold_may_be_in_the_middle_of_a_character(at: int, fold: bytes) -> None:
    found = of_object(folded(at, fold), "text/calendar; charset=utf-8")

    assert found is not None
    assert found.is_sure
    assert found.text.replace("\r\n ", "").replace("\n\t", "") == body(WORDS).decode()


@pytest.mark.parametrize("at", [11, 25, 30, 40])
async def test_an_event_folded_in_the_middle_of_a_character_is_read_and_kept(
    server: Scripted, client: HttpClient, at: int
) -> None:
    hand_out(server, folded(at))

    assert (await event(client, server)).content.location == WORDS
    written = await retitled(client, server)

    assert written.replace("\r\n ", "") == body(WORDS).decode().replace("Lesson", "Other")


async def test_what_a_list_cannot_say_is_asked_for_alone(server: Scripted, client: HttpClient) -> None:
    damaged = folded(11).decode("utf-8", "replace").replace("\r\n", "\n")
    other = body("Gym").decode().replace("\r\n", "\n")
    hand_out(server, folded(11))
    server.on("REPORT", CALENDAR, multistatus(listed(EVENT, "1", damaged), listed("/cal/b.ics", "2", other)))

    adapter = AppleAdapter(client, account(server.url))
    one, two = await adapter.hydrate(CALENDAR, [EVENT, "/cal/b.ics"])

    assert isinstance(one, Seen)
    assert isinstance(two, Seen)
    assert (one.event.content.location, two.event.content.location) == (WORDS, "Gym")
    assert len(server.to("GET")) == 1


async def test_octets_that_are_no_text_in_a_list_hide_no_other_event(
    server: Scripted, client: HttpClient
) -> None:
    xml = multistatus(listed(EVENT, "1", "{}"), listed("/cal/b.ics", "2", body("Gym").decode())).body
    assert isinstance(xml, bytes)
    latin = body("Größe", "latin-1").replace(b"\r\n", b"\n")
    hand_out(server, body("Größe", "latin-1"), "text/calendar; charset=ISO-8859-1")
    headers = {"Content-Type": "application/xml; charset=utf-8"}
    answer = web.Response(status=207, body=xml.replace(b"{}", latin), headers=headers)
    server.on("REPORT", CALENDAR, answer)

    adapter = AppleAdapter(client, account(server.url))
    one, two = await adapter.hydrate(CALENDAR, [EVENT, "/cal/b.ics"])

    assert isinstance(one, Seen)
    assert isinstance(two, Seen)
    assert (one.event.content.location, two.event.content.location) == ("Größe", "Gym")


@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("ISO-8859-1", "Größe"),
        ("windows-1252", "Größe \u2013 20 \u20ac"),
        ("windows-1251", "\u0423\u0440\u043e\u043a"),
        ("Shift_JIS", "\u65e5\u672c\u8a9e"),
        ("ISO-2022-JP", "\u65e5\u672c\u8a9e"),
        ("utf-16", "Größe"),
    ],
)
async def test_a_text_in_a_character_set_that_is_declared_is_read_and_written_as_utf8(
    server: Scripted, client: HttpClient, charset: str, words: str
) -> None:
    hand_out(server, body(words, charset), f'text/calendar; component=vevent; charset="{charset}"')

    assert (await event(client, server)).content.location == words
    assert await retitled(client, server) == body(words).decode().replace("Lesson", "Other")


@pytest.mark.parametrize(
    "declared", ["", "; charset=utf-8", "; charset=nonsense", "; charset=unicode_escape"]
)
async def test_a_text_in_an_old_character_set_that_is_not_declared_is_read_and_not_edited(
    server: Scripted, client: HttpClient, declared: str
) -> None:
    hand_out(server, body("Größe \u2013 20 \u20ac", "windows-1252"), f"text/calendar{declared}")

    seen = await event(client, server)
    write = Update(EVENT, '"1"', replace(seen.content, title="Other"), frozenset({"title"}))
    (outcome,) = await AppleAdapter(client, account(server.url)).write_events(CALENDAR, [write])

    assert seen.content.location == "Größe \u2013 20 \u20ac"
    assert not seen.can_write
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Unacceptable)
    assert server.to("PUT") == []


async def test_lines_of_two_character_sets_are_read_each_in_its_own(
    server: Scripted, client: HttpClient
) -> None:
    mixed = body("{}").replace(b"LOCATION:{}", "LOCATION:Größe \u2013".encode())
    hand_out(server, mixed.replace(b"SUMMARY:Lesson", "SUMMARY:Übung".encode("latin-1")))

    content = (await event(client, server)).content

    assert (content.title, content.location) == ("Übung", "Größe \u2013")


async def test_lines_of_utf8_are_not_taken_for_the_set_that_is_declared_for_the_others(
    server: Scripted, client: HttpClient
) -> None:
    mixed = body("{}").replace(b"LOCATION:{}", "LOCATION:Größe \u2013".encode())
    mixed = mixed.replace(b"SUMMARY:Lesson", "SUMMARY:\u0423\u0440\u043e\u043a".encode("cp1251"))
    hand_out(server, mixed, "text/calendar; charset=windows-1251")

    seen = await event(client, server)

    assert (seen.content.title, seen.content.location) == ("\u0423\u0440\u043e\u043a", "Größe \u2013")
    assert not seen.can_write


async def test_one_stray_octet_in_a_list_damages_no_other_event(server: Scripted, client: HttpClient) -> None:
    fine, stray = body("Größe"), body("B{}ro").replace(b"{}", b"\xfc")
    xml = multistatus(listed(EVENT, "1", "{1}"), listed("/cal/b.ics", "2", "{2}")).body
    assert isinstance(xml, bytes)
    octets = xml.replace(b"{1}", fine.replace(b"\r", b"")).replace(b"{2}", stray.replace(b"\r", b""))
    headers = {"Content-Type": "text/xml; charset=iso-8859-1"}
    server.on("REPORT", CALENDAR, web.Response(status=207, body=octets, headers=headers))
    plain = {"ETag": '"2"', "Content-Type": "text/calendar; charset=iso-8859-1"}
    server.on("GET", "/cal/b.ics", web.Response(body=stray, headers=plain))
    server.on("PUT", EVENT, web.Response(status=204))

    adapter = AppleAdapter(client, account(server.url))
    one, two = await adapter.hydrate(CALENDAR, [EVENT, "/cal/b.ics"])
    assert isinstance(one, Seen)
    assert isinstance(two, Seen)
    write = Update(EVENT, '"1"', replace(one.event.content, title="Other"), frozenset({"title"}))
    await adapter.write_events(CALENDAR, [write])

    assert (one.event.content.location, two.event.content.location) == ("Größe", "Büro")
    assert {asked.path for asked in server.to("GET")} == {"/cal/b.ics"}
    (put,) = server.to("PUT")
    assert put.body == fine.decode().replace("Lesson", "Other")


async def test_an_event_in_characters_that_nobody_knows_is_set_aside(
    server: Scripted, client: HttpClient
) -> None:
    hand_out(server, body("\u30c1\u30a7\u30b9", "shift_jis").replace(b"X-OTHER:", b"X-OTHER:\x81\x8d"))

    one = await read(client, server)

    assert one == Unreadable(
        EVENT, '"1"', "The calendar server does not say in which character set the event is."
    )


async def test_a_character_that_was_replaced_before_is_what_the_event_says(
    server: Scripted, client: HttpClient
) -> None:
    text = body("Gr\ufffd\ufffde").decode()
    hand_out(server, text.encode())
    server.on("REPORT", CALENDAR, multistatus(listed(EVENT, "1", text)))

    seen = await event(client, server)

    assert (seen.content.location, seen.can_write) == ("Gr\ufffd\ufffde", True)


async def test_a_list_in_the_character_set_that_its_header_declares(
    server: Scripted, client: HttpClient
) -> None:
    answer = multistatus(listed(EVENT, "1", body("Größe").decode()))
    assert isinstance(answer.body, bytes)
    latin = answer.body.decode().encode("latin-1")
    headers = {"Content-Type": "application/xml; charset=iso-8859-1"}
    server.on("REPORT", CALENDAR, web.Response(status=207, body=latin, headers=headers))

    assert (await event(client, server)).content.location == "Größe"
    assert server.to("GET") == []


@pytest.mark.parametrize(("prolog", "parameter"), CALLED_UTF16)
@pytest.mark.parametrize("words", ["Gym", "Größe"])
async def test_a_list_that_is_called_utf16_and_is_not_is_read(
    server: Scripted, client: HttpClient, words: str, prolog: str, parameter: str
) -> None:
    answer = multistatus(listed(EVENT, "1", body(words).decode()))
    assert isinstance(answer.body, bytes)
    octets = answer.body.replace(b"?>", f"{prolog}?>".encode(), 1)
    headers = {"Content-Type": f"application/xml{parameter}"}
    server.on("REPORT", CALENDAR, web.Response(status=207, body=octets, headers=headers))

    assert (await event(client, server)).content.location == words
    assert server.to("GET") == []


@pytest.mark.parametrize("charset", ["utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32be"])
def test_an_object_is_utf16_where_its_octets_are(charset: str) -> None:
    kind = f"text/calendar; charset={charset}"
    for octets in (body("Gym"), body("Gym") + b"\n", body("Gym") + b"\n\n\n"):
        assert of_object(octets, kind) == Decoded(octets.decode())
    wide = of_object(body("Größe", charset), kind)
    assert wide is not None
    assert wide.text.replace("\0", "").removeprefix("\ufeff") == body("Größe").decode()


def test_what_is_utf8_is_so_whatever_is_declared() -> None:
    assert decoded("Größe".encode(), "iso-8859-1") == "Größe"
    assert decoded(b"plain", "nonsense", "") == "plain"
    assert decoded(b"\xff\xfe\x00", "utf-8") is None


@given(
    st.lists(st.binary(max_size=4) | st.sampled_from([b"\r\n ", b"\xc3", b"\xa4", b"\xff\xfe", b"\x00"])),
    st.sampled_from(
        ["", "utf-8", "utf-16", "utf-32", "iso-2022-jp", "gb18030", "idna", "zlib_codec", "\x00"]
    ),
)
def test_whatever_the_octets_are_they_are_a_text_or_none(pieces: list[bytes], charset: str) -> None:
    found = of_object(b"".join(pieces), f"text/calendar; charset={charset}")

    assert found is None or found.text.encode() is not None
