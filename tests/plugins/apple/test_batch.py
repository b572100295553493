"""What each write of a batch comes to, whatever the server answers."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from aiohttp import web
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.scripted import Answering, Asked, Scripted, error, event, found, multistatus

from metonic_apple.adapter import AppleAdapter
from metonic_apple.writing import created
from metonic_core.spi import (
    AccessDenied,
    CalendarGone,
    Content,
    Create,
    Delete,
    EtagMismatch,
    Failed,
    IdentityTaken,
    Outcome,
    ProviderError,
    RateLimited,
    Removed,
    SignInNeeded,
    Stored,
    Timed,
    Unacceptable,
    Unavailable,
    Unknown,
    Update,
    Write,
)

CALENDAR = "/cal/"
TEN = datetime.fromisoformat("2026-12-01T10:00")
LESSON = Content(title="Lesson", when=Timed(TEN, TEN.replace(hour=11), "Europe/Berlin"))
CREATE = Create(UUID(int=7), "marker", LESSON)
PATH = f"/cal/{UUID(int=7)}.ics"
TEXT = created(UUID(int=7), "marker", LESSON)


async def write(client: HttpClient, server: Scripted, *writes: Write) -> list[Outcome]:
    return list(await AppleAdapter(client, account(server.url)).write_events(CALENDAR, writes))


def holding(*events: str) -> web.Response:
    return multistatus(*events)


def put_answers(server: Scripted, answer: web.Response | Answering, stored: str = TEXT) -> None:
    """A server that answers that to the PUT of the create, and holds the text afterwards."""
    server.on("PUT", PATH, answer)
    server.on("REPORT", CALENDAR, holding(), holding(event(PATH, "1", stored)))


async def test_a_create_asks_that_nothing_be_there(server: Scripted, client: HttpClient) -> None:
    put_answers(server, web.Response(status=201, headers={"ETag": '"not to be believed"'}))

    (outcome,) = await write(client, server, CREATE)

    (put,) = server.to("PUT")
    assert put.headers["If-None-Match"] == "*"
    assert put.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "METHOD" not in put.body
    assert isinstance(outcome, Stored)
    assert (outcome.event.etag, outcome.event.content, outcome.is_adopted) == ('"1"', LESSON, False)


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=412),
        error(409, "C:no-uid-conflict"),
        error(412, "C:no-uid-conflict"),
        web.Response(status=409),
    ],
    ids=["412", "409 named", "412 named", "409"],
)
async def test_a_create_that_landed_before_is_adopted(
    server: Scripted, client: HttpClient, answer: web.Response
) -> None:
    put_answers(server, answer)

    (outcome,) = await write(client, server, CREATE)

    assert isinstance(outcome, Stored)
    assert outcome.is_adopted


@pytest.mark.parametrize(
    "stored",
    [TEXT.replace("X-METONIC-COPY:marker\r\n", ""), TEXT.replace(f"UID:{UUID(int=7)}", "UID:other")],
    ids=["no marker", "other UID"],
)
async def test_a_create_never_adopts_what_is_not_ours(
    server: Scripted, client: HttpClient, stored: str
) -> None:
    put_answers(server, web.Response(status=412), stored)

    (outcome,) = await write(client, server, CREATE)

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, IdentityTaken)


async def test_a_write_that_found_the_server_at_another_one_is_sent_once_more(
    server: Scripted, client: HttpClient
) -> None:
    put_answers(server, web.Response(status=423))
    server.on("PUT", PATH, web.Response(status=423), web.Response(status=201))

    (outcome,) = await write(client, server, CREATE)

    assert isinstance(outcome, Stored)
    assert len(server.to("PUT")) == 2


@pytest.mark.parametrize("code", [403, 409, 412])
async def test_a_uid_that_lives_in_another_calendar_is_taken(
    server: Scripted, client: HttpClient, code: int
) -> None:
    server.on("PUT", PATH, error(code, "C:no-uid-conflict"))
    server.on("REPORT", CALENDAR, holding())

    (outcome,) = await write(client, server, CREATE)

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, IdentityTaken)


REFUSALS: dict[str, tuple[web.Response, type[ProviderError]]] = {
    "content": (error(403, "C:valid-calendar-data"), Unacceptable),
    "size": (error(412, "C:max-resource-size"), Unacceptable),
    "rights": (error(403, "need-privileges"), AccessDenied),
    "400": (web.Response(status=400), Unacceptable),
    "507": (web.Response(status=507), Unacceptable),
    "quota": (error(507, "quota-not-exceeded"), Unacceptable),
    "413": (web.Response(status=413), Unacceptable),
    "403": (web.Response(status=403), AccessDenied),
    "404": (web.Response(status=404), CalendarGone),
    "429": (web.Response(status=429, headers={"Retry-After": "3"}), RateLimited),
    "503": (web.Response(status=503), RateLimited),
}


@pytest.mark.parametrize(("answer", "kind"), REFUSALS.values(), ids=REFUSALS)
async def test_a_refused_write_says_why(
    server: Scripted, client: HttpClient, answer: web.Response, kind: type[ProviderError]
) -> None:
    server.on("PROPFIND", "/", multistatus(found("/", "<resourcetype/>")))
    server.on("PUT", PATH, answer)

    (outcome,) = await write(client, server, CREATE)

    assert isinstance(outcome, Failed)
    assert type(outcome.error) is kind


@pytest.mark.parametrize("code", [500, 502, 504])
async def test_a_failing_server_may_have_written(server: Scripted, client: HttpClient, code: int) -> None:
    server.on("PUT", PATH, web.Response(status=code))

    (outcome,) = await write(client, server, CREATE)

    assert isinstance(outcome, Unknown)
    assert isinstance(outcome.error, Unavailable)


async def test_a_write_that_cannot_be_read_back_may_have_happened(
    server: Scripted, client: HttpClient
) -> None:
    server.on("PUT", PATH, web.Response(status=201))
    for answer in (holding(), web.Response(status=503)):
        server.on("REPORT", CALENDAR, answer)

        (outcome,) = await write(client, server, CREATE)

        assert isinstance(outcome, Unknown)


async def test_an_update_is_an_edit_of_the_text_that_is_there(server: Scripted, client: HttpClient) -> None:
    foreign = TEXT.replace("END:VEVENT", "X-THEIRS:kept\r\nEND:VEVENT")
    server.on("REPORT", CALENDAR, holding(event(PATH, "1", foreign)), holding(event(PATH, "2", foreign)))
    server.on("PUT", PATH, web.Response(status=204))
    wanted = replace(LESSON, title="Another", location="Gym")

    (outcome,) = await write(client, server, Update(PATH, '"1"', wanted, frozenset({"title"}), "marker2"))

    (put,) = server.to("PUT")
    assert put.headers["If-Match"] == '"1"'
    assert "X-THEIRS:kept\r\n" in put.body
    assert "SUMMARY:Another\r\n" in put.body
    assert "X-METONIC-COPY:marker2\r\n" in put.body
    assert "Gym" not in put.body
    assert isinstance(outcome, Stored)
    assert outcome.event.etag == '"2"'


async def test_an_update_that_lost_a_race_is_a_mismatch(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, holding(event(PATH, "1", TEXT)))
    server.on("PUT", PATH, web.Response(status=412))

    (outcome,) = await write(client, server, Update(PATH, '"1"', LESSON, frozenset({"title"})))

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, EtagMismatch)


async def test_an_update_of_what_cannot_be_read_is_not_tried(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, holding(event(PATH, "1", "no calendar")))

    (outcome,) = await write(client, server, Update(PATH, '"1"', LESSON, frozenset({"title"})))

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Unacceptable)
    assert server.to("PUT") == []


@pytest.mark.parametrize("code", [200, 204, 404, 410])
async def test_what_is_not_there_counts_as_deleted(server: Scripted, client: HttpClient, code: int) -> None:
    server.on("DELETE", PATH, web.Response(status=code))

    assert await write(client, server, Delete(PATH, '"1"')) == [Removed()]
    assert server.asked[0].headers["If-Match"] == '"1"'
    assert server.asked[0].headers["Schedule-Reply"] == "F"


async def test_trouble_of_the_account_stops_the_rest_and_keeps_what_was_done(
    server: Scripted, client: HttpClient
) -> None:
    creates = [Create(UUID(int=i), "m", LESSON) for i in range(40)]
    stored: list[str] = []

    def put(asked: Asked) -> web.Response:
        if len(stored) == 10:
            return web.Response(status=429, headers={"Retry-After": "30"})
        stored.append(asked.path)
        return web.Response(status=201)

    for one in creates:
        server.on("PUT", f"/cal/{one.identity}.ics", put)
    server.on("REPORT", CALENDAR, lambda _: holding(*(event(path, "1", TEXT) for path in stored)))

    outcomes = await write(client, server, *creates)

    failed = [o.error for o in outcomes if isinstance(o, Failed)]
    assert sum(isinstance(o, Stored) for o in outcomes) == 10
    assert len(failed) == 30
    assert all(isinstance(e, RateLimited) and e.retry_after == 30 for e in failed)
    assert len(server.to("PUT")) <= 15
    assert 1 < server.most <= 5


async def test_a_password_refused_on_a_write_is_checked(server: Scripted, client: HttpClient) -> None:
    server.on("PUT", PATH, web.Response(status=401))
    server.on("PROPFIND", "/", web.Response(status=401))

    (outcome,) = await write(client, server, CREATE)

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, SignInNeeded)


async def test_a_server_that_stops_answering_is_not_asked_again(client: HttpClient) -> None:
    creates = [Create(UUID(int=i), "m", LESSON) for i in range(20)]

    outcomes = await AppleAdapter(client, account("http://127.0.0.1:1/")).write_events(CALENDAR, creates)

    assert {type(o) for o in outcomes} == {Unknown, Failed}
    assert len([1 for method, _ in client.asked if method == "PUT"]) <= 5


async def test_an_event_that_cannot_be_said_leaves_the_others_alone(
    server: Scripted, client: HttpClient
) -> None:
    put_answers(server, web.Response(status=201))
    nowhere = Content(title="", when=Timed(TEN, TEN, "No/Where"))

    first, second = await write(client, server, Create(UUID(int=8), "m", nowhere), CREATE)

    assert isinstance(first, Failed)
    assert isinstance(first.error, Unacceptable)
    assert isinstance(second, Stored)


@pytest.mark.parametrize(("code", "error"), [(403, Unacceptable), (500, EtagMismatch)])
async def test_an_update_of_what_is_withheld_is_not_tried(
    server: Scripted, client: HttpClient, code: int, error: type[Exception]
) -> None:
    server.on("REPORT", CALENDAR, holding())
    server.on("GET", PATH, web.Response(status=code))
    server.on("PROPFIND", CALENDAR, multistatus())

    (outcome,) = await write(client, server, Update(PATH, '"1"', LESSON, frozenset({"title"})))

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, error)
