"""Writes that were answered, and were not done: nothing counts as done but what says so."""

from collections.abc import Callable
from uuid import UUID

import pytest
from aiohttp import web
from tests.plugins.apple.at_icloud import At
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.scripted import Scripted, error, found, html, multistatus, redirect, status
from tests.plugins.apple.test_batch import CALENDAR, CREATE, LESSON, PATH, put_answers, write

from metonic_apple.adapter import AppleAdapter
from metonic_apple.errors import Intercepted, Locked
from metonic_core.spi import (
    Create,
    Delete,
    Failed,
    Outcome,
    ProviderError,
    Removed,
    Stored,
    StoredEvent,
    Unavailable,
    Unknown,
    Unreadable,
    Update,
    Write,
)

DELETE = Delete(PATH, '"1"')
HEADED = {"Content-Type": "text/html; charset=UTF-8"}


def delete(event: StoredEvent) -> Write:
    return Delete(event.id, event.etag)


def update(event: StoredEvent) -> Write:
    return Update(event.id, event.etag, LESSON, frozenset({"title"}), "another")


WRITES = pytest.mark.parametrize("wanted", [delete, update], ids=["delete", "update"])


@WRITES
async def test_a_portal_in_the_way_has_done_nothing(at: At, wanted: Callable[[StoredEvent], Write]) -> None:
    event = await at.create()
    for method in ("DELETE", "PUT"):
        at.stand_in.arm("captive-portal", method=method)

    outcome = await at.write(wanted(event))

    assert isinstance(outcome, Unknown)
    assert isinstance(outcome.error, Intercepted)
    assert await at.ask("GET", event.id) == 200


@WRITES
@pytest.mark.parametrize("trouble", ["locked", "fails-within"])
async def test_a_lock_that_passes_is_waited_for(
    at: At, wanted: Callable[[StoredEvent], Write], trouble: str
) -> None:
    event = await at.create()
    at.stand_in.arm(trouble)

    assert isinstance(await at.write(wanted(event)), Stored | Removed)


@WRITES
@pytest.mark.parametrize("trouble", ["locked", "fails-within"])
async def test_a_lock_that_stays_is_for_the_next_run(
    at: At, wanted: Callable[[StoredEvent], Write], trouble: str
) -> None:
    event = await at.create()
    at.stand_in.turn_on(trouble)

    outcome = await at.write(wanted(event))

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Locked)
    assert await at.ask("GET", event.id) == 200


async def test_a_deletion_that_is_told_within_a_multistatus_is_done(at: At) -> None:
    event = await at.create()

    assert await at.write(delete(event)) == Removed()

    assert at.asked("DELETE") == [event.id]
    assert await at.ask("GET", event.id) == 404


DELETED: dict[str, web.Response] = {
    "200 by 207": multistatus(status(PATH, 200)),
    "204 by 207": multistatus(status(PATH.replace(".", "%2E"), 204)),
    "404 by 207": multistatus(status(PATH, 404)),
    "an empty page": web.Response(status=200, headers=HEADED),
    "a word": web.Response(status=200, text="deleted", content_type="text/plain"),
    "a page about a 404": html(404),
}
UNSAID: dict[str, web.Response] = {
    "202": web.Response(status=202),
    "an empty 207": multistatus(),
    "207 about another": multistatus(status("/cal/other.ics", 204)),
    "207 of properties": multistatus(found(PATH, "<getetag/>")),
    "207 without XML": web.Response(status=207, text="<"),
    "a page": html(),
    "a page by 207": html(207),
    "a page without a type": web.Response(status=200, body=b" <!DOCTYPE html><title>Sign in"),
}
REFUSED: dict[str, tuple[web.Response, str]] = {
    "423 by 207": (multistatus(status(PATH, 423)), "Locked"),
    "423 beside 424": (multistatus(status(CALENDAR, 424), status(PATH, 423)), "Locked"),
    "412 by 207": (multistatus(status(PATH, 412)), "EtagMismatch"),
    "403 by 207": (multistatus(status(PATH, 403)), "AccessDenied"),
    "507 by 207": (multistatus(status(PATH, 507)), "Unacceptable"),
    "423 by name": (error(423, "lock-token-submitted"), "Locked"),
}


@pytest.mark.parametrize("answer", DELETED.values(), ids=DELETED)
async def test_what_says_that_the_event_is_gone_has_deleted_it(
    server: Scripted, client: HttpClient, answer: web.Response
) -> None:
    server.on("DELETE", PATH, answer)

    assert await write(client, server, DELETE) == [Removed()]


@pytest.mark.parametrize("answer", UNSAID.values(), ids=UNSAID)
async def test_what_does_not_say_it_is_looked_at_again(
    server: Scripted, client: HttpClient, answer: web.Response
) -> None:
    server.on("DELETE", PATH, answer)
    put_answers(server, answer)

    outcomes = [*await write(client, server, DELETE), *await write(client, server, CREATE)]

    assert [type(one) for one in outcomes] == [Unknown, Unknown]


@pytest.mark.parametrize(("answer", "kind"), REFUSED.values(), ids=REFUSED)
async def test_a_failure_within_an_answer_is_one(
    server: Scripted, client: HttpClient, answer: web.Response, kind: str
) -> None:
    server.on("DELETE", PATH, answer)

    (outcome,) = await write(client, server, DELETE)

    assert isinstance(outcome, Failed)
    assert type(outcome.error).__name__ == kind


@pytest.mark.parametrize("answer", [html(), html(404), html(410)], ids=["page", "404", "410"])
async def test_a_sign_in_that_is_passed_on_to_has_deleted_nothing(
    server: Scripted, client: HttpClient, answer: web.Response
) -> None:
    server.on("DELETE", PATH, redirect(302, "/login?next=cal"))
    server.on("DELETE", "/login?next=cal", answer)

    (outcome,) = await write(client, server, DELETE)

    assert isinstance(outcome, Unknown)


async def test_what_was_deleted_where_the_calendar_is_by_now_is_gone(
    server: Scripted, client: HttpClient
) -> None:
    server.on("DELETE", PATH, redirect(308, f"/moved{PATH}"))

    assert await write(client, server, DELETE) == [Removed()]


async def test_a_page_in_the_way_of_one_write_stops_the_others(server: Scripted, client: HttpClient) -> None:
    creates: list[Write] = [Create(UUID(int=i), "m", LESSON) for i in range(40)]
    for one in creates:
        assert isinstance(one, Create)
        server.on("PUT", f"/cal/{one.identity}.ics", html())

    outcomes: list[Outcome] = await write(client, server, *creates)

    assert {type(o) for o in outcomes} == {Unknown, Failed}
    assert len(server.to("PUT")) <= 5


async def test_a_page_that_comes_with_a_201_is_how_apache_says_it(
    server: Scripted, client: HttpClient
) -> None:
    put_answers(server, html(201))

    (outcome,) = await write(client, server, CREATE)

    assert isinstance(outcome, Stored)


@pytest.mark.parametrize(("here", "kind"), [(html(), Unavailable), (multistatus(), None)], ids=["all", "one"])
async def test_a_page_in_place_of_an_event_is_no_event(
    server: Scripted, client: HttpClient, here: web.Response, kind: type[ProviderError] | None
) -> None:
    server.on("REPORT", CALENDAR, multistatus())
    server.on("GET", PATH, html())
    server.on("PROPFIND", CALENDAR, here)
    reading = AppleAdapter(client, account(server.url)).hydrate(CALENDAR, [PATH])

    if kind is None:
        (read,) = await reading
        assert isinstance(read, Unreadable)
        assert read.etag == ""
    else:
        with pytest.raises(kind):
            await reading
