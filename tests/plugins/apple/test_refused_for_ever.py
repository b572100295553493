"""Writes that a server would refuse again and again: they end, and say why."""

from collections.abc import Callable
from uuid import UUID

import pytest
from aiohttp import web
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.scripted import Scripted, event, found, multistatus
from tests.plugins.apple.test_batch import CALENDAR, CREATE, LESSON, PATH, TEXT, write

from metonic_apple.adapter import AppleAdapter
from metonic_core.spi import (
    AccessDenied,
    Create,
    Delete,
    EtagMismatch,
    Failed,
    IdentityTaken,
    NotFound,
    Outcome,
    ProviderError,
    Removed,
    Stored,
    Unacceptable,
    Unknown,
    Update,
    Write,
)

WEAK = 'W/"1"'


def update(etag: str = '"1"') -> Update:
    return Update(PATH, etag, LESSON, frozenset({"title"}))


def delete(etag: str) -> Delete:
    return Delete(PATH, etag)


def holding(etag: str) -> web.Response:
    data = f"<getetag>{etag}</getetag><C:calendar-data>{TEXT}</C:calendar-data>"
    return multistatus(found(PATH, data))


def known_by(etag: str) -> web.Response:
    return multistatus(found(PATH, f"<getetag>{etag}</getetag>"))


def error_of(outcome: Outcome) -> ProviderError:
    assert isinstance(outcome, Failed), outcome
    return outcome.error


async def test_an_update_is_conditional_on_the_strong_etag_that_came_with_the_text(
    server: Scripted, client: HttpClient
) -> None:
    server.on("REPORT", CALENDAR, holding('"1"'))
    server.on("PUT", PATH, web.Response(status=204))

    (outcome,) = await write(client, server, update(WEAK))

    assert isinstance(outcome, Stored)
    assert [put.headers["If-Match"] for put in server.to("PUT")] == ['"1"']
    assert server.to("PROPFIND") == []


@pytest.mark.parametrize("wanted", [update(WEAK), Delete(PATH, WEAK)], ids=["update", "delete"])
async def test_a_weak_etag_is_asked_about_and_never_sent(
    server: Scripted, client: HttpClient, wanted: Update | Delete
) -> None:
    server.on("REPORT", CALENDAR, holding(WEAK))
    server.on("PROPFIND", PATH, known_by('"1"'))
    for method in ("PUT", "DELETE"):
        server.on(method, PATH, web.Response(status=204))

    (outcome,) = await write(client, server, wanted)

    assert isinstance(outcome, Stored | Removed)
    assert [a.headers["If-Match"] for a in server.asked if a.method in {"PUT", "DELETE"}] == ['"1"']


@pytest.mark.parametrize("etag", [WEAK, ""], ids=["weak", "none"])
@pytest.mark.parametrize("wanted", [update, delete], ids=["update", "delete"])
async def test_where_all_etags_are_weak_nothing_is_changed(
    server: Scripted, client: HttpClient, etag: str, wanted: Callable[[str], Write]
) -> None:
    server.on("REPORT", CALENDAR, holding(etag))
    server.on("PROPFIND", PATH, known_by(etag))

    (outcome,) = await write(client, server, wanted(etag))

    error = error_of(outcome)
    assert isinstance(error, Unacceptable)
    assert "no strong etag" in error.message
    assert server.to("PUT") == server.to("DELETE") == []


async def test_a_version_that_was_replaced_is_not_deleted_for_want_of_a_strong_etag(
    server: Scripted, client: HttpClient
) -> None:
    server.on("PROPFIND", PATH, known_by('"2"'))

    (outcome,) = await write(client, server, Delete(PATH, WEAK))

    assert isinstance(error_of(outcome), EtagMismatch)
    assert server.to("DELETE") == []


async def test_what_is_not_there_counts_as_deleted_however_weak_its_etag(
    server: Scripted, client: HttpClient
) -> None:
    assert await write(client, server, Delete(PATH, WEAK)) == [Removed()]


NOW_THERE: dict[str, tuple[web.Response, type[ProviderError]]] = {
    "the same": (web.Response(text=TEXT, headers={"ETag": '"1"'}), Unacceptable),
    "the same, compressed": (web.Response(text=TEXT, headers={"ETag": '"1-gzip"'}), Unacceptable),
    "the same, unnamed": (web.Response(text=TEXT), Unacceptable),
    "another": (web.Response(text=TEXT, headers={"ETag": '"2"'}), EtagMismatch),
    "nothing": (web.Response(status=404), NotFound),
    "something withheld": (web.Response(status=403), NotFound),
}


@pytest.mark.parametrize(("answer", "kind"), NOW_THERE.values(), ids=NOW_THERE)
async def test_an_update_that_is_told_of_a_missing_event_looks_for_it(
    server: Scripted, client: HttpClient, answer: web.Response, kind: type[ProviderError]
) -> None:
    server.on("REPORT", CALENDAR, holding('"1"'))
    server.on("PUT", PATH, web.Response(status=404))
    server.on("GET", PATH, answer)

    (outcome,) = await write(client, server, update())

    assert type(error_of(outcome)) is kind


@pytest.mark.parametrize("code", [409, 412])
async def test_an_identity_that_nobody_has_is_not_taken(
    server: Scripted, client: HttpClient, code: int
) -> None:
    server.on("PUT", PATH, web.Response(status=code))
    server.on("REPORT", CALENDAR, multistatus())

    (outcome,) = await write(client, server, CREATE)

    error = error_of(outcome)
    assert isinstance(error, Unacceptable)
    assert error.message.endswith(".")


async def test_an_identity_is_taken_by_what_is_no_event(server: Scripted, client: HttpClient) -> None:
    server.on("PUT", PATH, web.Response(status=412))
    server.on("REPORT", CALENDAR, multistatus(event(PATH, "1", "no calendar")))

    (outcome,) = await write(client, server, CREATE)

    assert isinstance(error_of(outcome), IdentityTaken)


async def test_an_identity_at_which_the_server_fails_is_not_given_up(
    server: Scripted, client: HttpClient
) -> None:
    server.on("PUT", PATH, web.Response(status=412))
    server.on("REPORT", CALENDAR, web.Response(status=500))
    server.on("PROPFIND", CALENDAR, multistatus())
    server.on("GET", PATH, web.Response(status=500))

    (outcome,) = await AppleAdapter(client, account(server.url)).write_events(CALENDAR, [CREATE])

    assert isinstance(outcome, Unknown)


WRITABLE = "<current-user-privilege-set><privilege><write-content/></privilege></current-user-privilege-set>"
READABLE = "<current-user-privilege-set><privilege><read/></privilege></current-user-privilege-set>"


@pytest.mark.parametrize("code", [403, 404])
async def test_a_refusal_that_cannot_be_meant_is_for_the_event(
    server: Scripted, client: HttpClient, code: int
) -> None:
    server.on("PUT", PATH, web.Response(status=code))
    server.on("PROPFIND", CALENDAR, multistatus(found(CALENDAR, WRITABLE)))

    (outcome,) = await write(client, server, CREATE)

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Unacceptable)


async def test_whether_the_calendar_may_be_written_is_not_asked_for_each(
    server: Scripted, client: HttpClient
) -> None:
    creates = [Create(UUID(int=i), "m", LESSON) for i in range(9)]
    for one in creates:
        server.on("PUT", f"/cal/{one.identity}.ics", web.Response(status=403))
    server.on("PROPFIND", CALENDAR, multistatus(found(CALENDAR, READABLE)))
    server.on("REPORT", CALENDAR, multistatus())

    outcomes = await write(client, server, *creates)

    assert all(isinstance(o, Failed) and isinstance(o.error, AccessDenied) for o in outcomes)
    assert len(server.to("PROPFIND")) <= 5
