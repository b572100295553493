"""The example of a platform's backend in docs/ does what it says, against a served gateway."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CREATE, DELETE, READ, UPDATE, lesson, timed
from tests.gateway.house import eventually

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.series import Override, Recurrence
from metonic_core.model.when import AllDay
from metonic_gateway.services import CHANGES

EXAMPLE = Path(__file__).parents[2] / "docs" / "example_backend.py"
LATER = timed("2026-12-02T10:00:00", "2026-12-02T11:00:00")
OWNER = {"userId": "trainer-1", "role": "trainer"}


@asynccontextmanager
async def backend(api: Api, file: Path, url: str | None = None) -> AsyncIterator[Any]:
    """The example's backend with its own session, as it is when it was just started."""
    spec = importlib.util.spec_from_file_location("example_backend", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    headers = {"Authorization": f"Bearer {api.as_backend().token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield module.Backend(session, url or f"{api.url}/graphql", file)


async def sent(platform: Any, api: Api) -> str:  # noqa: ANN401 - a class of a file that is no module
    """The id of an appointment that the platform has made."""
    platform.save("a-1", **lesson(owner=OWNER))
    await platform.step()
    found = await api.call('{ appointment(platformId: "a-1") { id } }')
    return str(found["id"])


async def test_it_sends_what_it_changes_and_takes_in_what_others_change(api: Api, tmp_path: Path) -> None:
    async with backend(api, tmp_path / "platform.json") as platform:
        made = await sent(platform, api)
        await api.call(UPDATE, id=made, appointment={"when": LATER})

        platform.save("a-1", title="Squash")
        await platform.step()

        read = await api.call(READ, id=made)
        assert (read["title"], read["when"]["start"]) == ("Squash", "2026-12-02T10:00:00")
        assert (platform.rows["a-1"]["title"], platform.rows["a-1"]["when"]) == ("Squash", LATER)
        await api.call(DELETE, id=made)
        await platform.step()
        assert platform.rows["a-1"]["isCancelled"] is True


async def test_it_goes_on_where_it_was_when_it_starts_again(api: Api, tmp_path: Path) -> None:
    file = tmp_path / "platform.json"
    async with backend(api, file) as platform:
        made = await sent(platform, api)
        await api.call(UPDATE, id=made, appointment={"notes": "Shoes"})
        await platform.step()
        position, rows = platform.position, platform.rows
        platform.save("a-1", title="Squash")
    await api.call(UPDATE, id=made, appointment={"when": LATER})

    async with backend(api, file) as platform:
        assert platform.position == position != "0"
        await platform.step()

        assert platform.rows["a-1"] == rows["a-1"] | {
            "title": "Squash",
            "when": LATER,
            "platformVersion": 2,
            "seenVersion": platform.rows["a-1"]["seenVersion"],
        }
        assert (await api.call(READ, id=made))["title"] == "Squash"
        assert int(platform.position) > int(position)


async def test_a_page_that_is_applied_twice_does_no_harm(api: Api, tmp_path: Path) -> None:
    async with backend(api, tmp_path / "platform.json") as platform:
        made = await sent(platform, api)
        await api.call(UPDATE, id=made, appointment={"notes": "Shoes"})
        await api.call(CREATE, appointment=lesson(title="Of a user"))
        await platform.step()
        rows = dict(platform.rows)

        platform.position = "0"
        await platform.step()

        assert platform.rows == rows
        assert len(rows) == 2


async def test_what_a_calendar_or_a_user_made_gets_an_id_of_the_platform(api: Api, tmp_path: Path) -> None:
    calendar = await api.house.connect()
    day, moved_to = (
        AllDay(date(2026, 12, 1), date(2026, 12, 2)),
        AllDay(date(2026, 12, 9), date(2026, 12, 10)),
    )
    moved = Override(date(2026, 12, 8), when=moved_to)
    series = Content("Camp", day, Recurrence(("FREQ=WEEKLY;COUNT=4",), ()), overrides=(moved,))
    api.house.world.put("home", StoredEvent("e-1", "1", series))
    await api.house.sync(calendar)
    made = await api.call(CREATE, appointment=lesson(title="Of a user"))

    async with backend(api, tmp_path / "platform.json") as platform:
        await platform.step()
        assert sorted(row["title"] for row in platform.rows.values()) == ["Camp", "Of a user"]
        platform.save(f"metonic-{made['id']}", title="Of the platform")
        (camp,) = (name for name, row in platform.rows.items() if row["title"] == "Camp")
        platform.save(camp, title="Training camp")
        await platform.step()

    assert (await api.call(READ, id=made["id"]))["title"] == "Of the platform"
    read = await api.call("{ appointments { nodes { platformId title type } } }")
    assert {"platformId": camp, "title": "Training camp", "type": "external"} in read["nodes"]


async def test_a_row_that_is_refused_is_told_and_holds_nothing_up(
    api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with backend(api, tmp_path / "platform.json") as platform:
        platform.save("bad", **lesson(owner=OWNER, title=""))
        await sent(platform, api)

        assert platform.unsent == []
    assert "bad The title is empty." in capsys.readouterr().err


async def test_it_hears_of_changes_as_they_come(api: Api, tmp_path: Path) -> None:
    async with backend(api, tmp_path / "platform.json") as platform:
        made = await sent(platform, api)

        async with following(platform, seconds=600):
            await until(lambda: CHANGES in api.house.services.feed._by_topic)  # noqa: SLF001 - it tells nobody who listens
            await api.call(UPDATE, id=made, appointment={"title": "Squash"})
            await until(lambda: platform.rows["a-1"]["title"] == "Squash")


async def test_without_a_web_socket_it_looks_from_time_to_time(api: Api, tmp_path: Path) -> None:
    async with posts_only(api) as url, backend(api, tmp_path / "platform.json", url) as platform:
        made = await sent(platform, api)

        async with following(platform, seconds=0.01):
            await api.call(UPDATE, id=made, appointment={"title": "Squash"})
            await until(lambda: platform.rows["a-1"]["title"] == "Squash")


async def until(condition: Callable[[], bool]) -> None:
    async def holds() -> bool:
        return condition()

    await eventually(holds)


@asynccontextmanager
async def following(platform: Any, *, seconds: float) -> AsyncIterator[None]:  # noqa: ANN401 - likewise
    task = asyncio.create_task(platform.follow(seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def posts_only(api: Api) -> AsyncIterator[str]:
    """A proxy before the API that lets no WebSocket through."""

    async def forwarded(request: web.Request) -> web.Response:
        headers = {"Authorization": request.headers["Authorization"], "Content-Type": "application/json"}
        async with api.session.post(
            f"{api.url}/graphql", data=await request.read(), headers=headers
        ) as answer:
            return web.Response(body=await answer.read(), content_type="application/json")

    app = web.Application()
    app.router.add_post("/graphql", forwarded)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/graphql"
    finally:
        await runner.cleanup()
