"""The plugin of the page, asked through the gateway's way out: every failure is an error of the interface."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import ModuleType
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from tests.docs.acme import written

from metonic_core.spi import (
    Account,
    CalendarAdapter,
    Content,
    Create,
    Delete,
    ProviderError,
    Timed,
    Unavailable,
    Update,
    Window,
)
from metonic_gateway.accounts.egress import Egress, Limits

TEN = datetime.fromisoformat("2028-03-07T10:00")
LESSON = Content("Lesson", Timed(TEN, TEN.replace(hour=11), "Europe/Berlin"))
WINDOW = Window(datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
EVENT = {
    "id": "a",
    "etag": "1",
    "title": "?",
    "place": "",
    "text": "",
    "private": False,
    "free": False,
    "start": "2028-03-07T10:00",
    "end": "2028-03-07T11:00",
    "zone": "Europe/Berlin",
    "status": "confirmed",
}
WRONG: list[tuple[str, object]] = [
    *(("etag", 7), ("id", None), ("title", None), ("start", 5), ("start", "soon"), ("zone", "Moon/Sea")),
    *(("zone", []), ("private", "no"), ("free", None), ("status", {}), ("start", "2028-03-07T10:00Z")),
]

Call = Callable[[], Awaitable[object]]
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The module, as the page has it."""
    folder = tmp_path_factory.mktemp("acme")
    written(folder)
    spec = importlib.util.spec_from_file_location("acme_of_the_page", folder / "acme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@asynccontextmanager
async def asking(acme: ModuleType, url: str) -> AsyncIterator[CalendarAdapter]:
    """The adapter as the gateway makes it; it does not wait long."""
    async with Egress(allow_private_addresses=True, limits=Limits(seconds=0.5)) as egress:
        account = Account("", "trainer", url.rstrip("/"), "trainer")
        yield acme.PROVIDER.adapter(egress.client(acme.PROVIDER, url, "Basic eDp5"), account)


@asynccontextmanager
async def answered(acme: ModuleType, answer: Answering) -> AsyncIterator[CalendarAdapter]:
    """Likewise, where a server gives that answer to everything."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(application) as server, asking(acme, str(server.make_url("/"))) as adapter:
        yield adapter


def calls(adapter: CalendarAdapter) -> list[Call]:
    """Each method that asks the service."""
    create, delete = Create(uuid4(), "marker", LESSON), Delete("a", "1")
    update = Update("a", "1", LESSON, LESSON.groups(), "marker")
    return [
        adapter.authenticate,
        adapter.list_calendars,
        lambda: adapter.get_events("main", WINDOW),
        lambda: adapter.get_changes("main", None, WINDOW),
        lambda: adapter.hydrate("main", ["a"]),
        lambda: adapter.create_event("main", create),
        lambda: adapter.update_event("main", update),
        lambda: adapter.delete_event("main", delete),
    ]


async def failures(adapter: CalendarAdapter) -> list[ProviderError | None]:
    """What each of them raised; None for what passed. Nothing else may be raised."""
    ended: list[ProviderError | None] = []
    for call in calls(adapter):
        try:
            await call()
        except ProviderError as error:
            ended.append(error)
        else:
            ended.append(None)
    return ended


def with_body(text: str, status: int = 200) -> Answering:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text, status=status)

    return answer


async def test_a_server_that_is_not_there_is_unavailable(acme: ModuleType) -> None:
    async with asking(acme, f"http://127.0.0.1:{unused_port()}/") as adapter:
        assert {type(error) for error in await failures(adapter)} == {Unavailable}


async def test_a_server_that_does_not_answer_is_unavailable(acme: ModuleType) -> None:
    over = asyncio.Event()

    async def silent(_: web.Request) -> web.StreamResponse:
        await over.wait()
        return web.Response()

    async with answered(acme, silent) as adapter:
        try:
            assert {type(error) for error in await failures(adapter)} == {Unavailable}
        finally:
            over.set()


@pytest.mark.parametrize("status", [301, 500, 502, 418])
async def test_a_failure_is_unavailable(acme: ModuleType, status: int) -> None:
    async with answered(acme, with_body("<html>", status)) as adapter:
        assert {type(error) for error in await failures(adapter)} == {Unavailable}


@pytest.mark.parametrize("body", ["<!DOCTYPE html><html></html>", "{", '{"id": "a"', "", "[" * 9000, "null"])
async def test_what_is_not_from_acme_is_unavailable(acme: ModuleType, body: str) -> None:
    async with answered(acme, with_body(body)) as adapter:
        assert {type(error) for error in await failures(adapter)} == {Unavailable}


@pytest.mark.parametrize(("name", "value"), WRONG)
async def test_a_field_of_another_type_is_an_error_of_the_interface(
    acme: ModuleType, name: str, value: object
) -> None:
    event = EVENT | {name: value}
    for body in (event, [event], [[event]], [EVENT, event]):
        async with answered(acme, with_body(web.json_response(body).text or "")) as adapter:
            *_, delete = await failures(adapter)
            assert isinstance(delete, Unavailable)


async def test_an_event_that_cannot_be_understood_hides_no_other(acme: ModuleType) -> None:
    listed = [EVENT, EVENT | {"id": "b", "start": "soon"}]

    async with answered(acme, with_body(web.json_response(listed).text or "")) as adapter:
        page = await adapter.get_events("main", None)

    assert [type(one).__name__ for one in page.changes] == ["Seen", "Unreadable"]
