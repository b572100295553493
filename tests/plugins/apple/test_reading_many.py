"""Reading many events: every one that was asked for gets an answer."""

import re

import pytest
from aiohttp import web
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.scripted import Asked, Scripted, etag, event, found, multistatus, status

from metonic_apple.adapter import AppleAdapter
from metonic_core.spi import Foreign, Gone, Reading, Seen, Unavailable, Unreadable

CALENDAR = "/cal/"
TEXT = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
SUMMARY:Lesson
DTSTART:20261201T100000Z
DTEND:20261201T110000Z
END:VEVENT
END:VCALENDAR
"""


async def read(client: HttpClient, server: Scripted, *ids: str) -> list[Reading]:
    return list(await AppleAdapter(client, account(server.url)).hydrate(CALENDAR, ids))


async def test_answers_are_matched_by_decoded_path_and_keep_the_order_asked(
    server: Scripted, client: HttpClient
) -> None:
    server.on(
        "REPORT",
        CALENDAR,
        multistatus(event(f"{server.url}cal/b%40c.ics", "2", TEXT), event("/cal/a.ics", "1", TEXT)),
    )

    found = await read(client, server, "/cal/a.ics", "/cal/b@c.ics")

    assert [(f.event.id, f.event.etag) for f in found if isinstance(f, Seen)] == [
        ("/cal/a.ics", '"1"'),
        ("/cal/b@c.ics", '"2"'),
    ]
    assert "<href>/cal/b@c.ics</href>" in server.asked[0].body


async def test_what_a_list_leaves_out_is_asked_for_once(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, multistatus(status("/cal/a.ics", 404)))
    server.on("GET", "/cal/a.ics", web.Response(text=TEXT.replace("\n", "\r\n"), headers={"ETag": '"1"'}))
    server.on("GET", "/cal/c.ics", web.Response(status=403))
    server.on("PROPFIND", CALENDAR, multistatus(found("/cal/a.ics", etag("1"))))

    there = await read(client, server, "/cal/a.ics", "/cal/b.ics", "/cal/c.ics")

    assert isinstance(there[0], Seen)
    assert there[0].event.etag == '"1"'
    assert there[1] == Gone("/cal/b.ics", is_firm=False)
    assert isinstance(there[2], Unreadable)
    assert len(server.to("GET")) == 3
    assert {get.headers["Accept-Encoding"] for get in server.to("GET")} == {"identity"}


async def test_what_is_listed_and_not_there_is_no_deletion(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, multistatus(status("/cal/a@b.ics", 404), event("/cal/c.ics", "1", TEXT)))
    server.on("PROPFIND", CALENDAR, multistatus(found("/cal/", etag("0")), found("a%40b.ics", etag("7"))))

    phantom, gone, there = await read(client, server, "/cal/a@b.ics", "/cal/b.ics", "/cal/c.ics")

    assert isinstance(phantom, Unreadable)
    assert (phantom.id, phantom.etag) == ("/cal/a@b.ics", '"7"')
    assert phantom.reason.endswith(".")
    assert gone == Gone("/cal/b.ics", is_firm=False)
    assert isinstance(there, Seen)
    (listed,) = server.to("PROPFIND")
    assert listed.headers["Depth"] == "1"


@pytest.mark.parametrize(
    "cut", [multistatus(status(CALENDAR, 507)), web.Response(status=507)], ids=["within", "as a whole"]
)
async def test_nobody_is_believed_gone_by_a_list_that_is_cut_and_the_others_are_read(
    server: Scripted, client: HttpClient, cut: web.Response
) -> None:
    server.on("REPORT", CALENDAR, multistatus(event("/cal/b.ics", "1", TEXT)))
    server.on("PROPFIND", CALENDAR, cut)

    missing, there = await read(client, server, "/cal/a.ics", "/cal/b.ics")

    assert isinstance(missing, Unreadable)
    assert (missing.id, missing.etag, missing.is_passing) == ("/cal/a.ics", "", True)
    assert isinstance(there, Seen)


async def test_where_a_list_is_cut_the_pages_of_changes_tell_what_is_there(
    server: Scripted, client: HttpClient
) -> None:
    pages = {
        "": multistatus(found("/cal/a.ics", etag("7")), status(CALENDAR, 507), token="t1"),
        "t1": multistatus(found("/cal/b.ics", etag("8")), token="t2"),
    }

    def answer(asked: Asked) -> web.Response:
        token = re.search("<sync-token>(.*?)</sync-token>", asked.body)
        return pages[token[1]] if token else multistatus(event("/cal/b.ics", "8", TEXT))

    server.on("REPORT", CALENDAR, answer)
    server.on("PROPFIND", CALENDAR, multistatus(status(CALENDAR, 507)))

    phantom, there, gone = await read(client, server, "/cal/a.ics", "/cal/b.ics", "/cal/c.ics")

    assert isinstance(phantom, Unreadable)
    assert (phantom.etag, phantom.is_passing) == ('"7"', False)
    assert isinstance(there, Seen)
    assert gone == Gone("/cal/c.ics", is_firm=False)


async def test_trouble_while_asking_again_is_no_missing_event(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, multistatus())
    server.on("GET", "/cal/a.ics", web.Response(status=500))

    with pytest.raises(Unavailable):
        await read(client, server, "/cal/a.ics")


async def test_one_bad_event_stops_nothing(server: Scripted, client: HttpClient) -> None:
    task = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:2\nEND:VTODO\nEND:VCALENDAR\n"
    server.on(
        "REPORT",
        CALENDAR,
        multistatus(
            event("/cal/a.ics", "1", TEXT.replace("Lesson", "a&#x0b;b\x0c")),
            event("/cal/b.ics", "2", "this is no calendar"),
            event("/cal/c.ics", "3", task),
        ),
    )

    first, second, third = await read(client, server, "/cal/a.ics", "/cal/b.ics", "/cal/c.ics")

    assert isinstance(first, Seen)
    assert first.event.content.title == "ab"
    assert isinstance(second, Unreadable)
    assert (second.id, second.etag) == ("/cal/b.ics", '"2"')
    assert third == Foreign("/cal/c.ics", '"3"')


async def test_many_are_asked_for_in_batches_of_fifty_a_few_at_a_time(
    server: Scripted, client: HttpClient
) -> None:
    ids = [f"/cal/{i}.ics" for i in range(320)]

    def answer(asked: Asked) -> web.Response:
        return multistatus(*(event(i, "1", TEXT) for i in ids if f"<href>{i}</href>" in asked.body))

    server.on("REPORT", CALENDAR, answer)

    found = await read(client, server, *ids)

    assert [f.event.id for f in found if isinstance(f, Seen)] == ids
    assert [asked.body.count("<href>") for asked in server.asked] == [50] * 6 + [20]
    assert 1 < server.most <= 4
