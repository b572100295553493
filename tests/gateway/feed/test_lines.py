"""What one process publishes nudges who listens in another, through Redis and through PostgreSQL."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.cable import Cable, cable
from tests.gateway.house import eventually
from tests.servers import postgres, postgres_through, redis_server

from metonic_gateway.feed import Feed, relay
from metonic_gateway.feed.postgres_line import postgres_line
from metonic_gateway.feed.redis_line import redis_line
from metonic_gateway.feed.relay import Line, relayed
from metonic_simulators.servers import HOST

Way = Callable[[], AbstractAsyncContextManager[Line]]


@dataclass
class Lines:
    """``line`` is what both feeds are on: processes of their own would not see more of each other."""

    one: Feed
    other: Feed
    line: Cable


@asynccontextmanager
async def to_redis(folder: Path) -> AsyncIterator[tuple[Cable, Way]]:
    with redis_server(folder) as server:
        async with cable(server.port) as between:
            yield between, lambda: redis_line(f"redis://{HOST}:{between.port}/0")


@asynccontextmanager
async def to_postgres(_folder: Path) -> AsyncIterator[tuple[Cable, Way]]:
    async with cable(postgres()) as between:
        yield between, lambda: postgres_line(postgres_through(between.port))


@pytest.fixture(params=[to_redis, to_postgres])
async def lines(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Lines]:
    async with (
        request.param(tmp_path) as (between, way),
        way() as one,
        way() as other,
        relayed(one, is_listening=True) as here,
        relayed(other, is_listening=True) as there,
    ):
        found = Lines(here, there, between)
        await are_connected(found)
        yield found


async def are_connected(lines: Lines) -> None:
    """Each hears the other; what is published before that is not heard."""
    for teller, hearer in ((lines.one, lines.other), (lines.other, lines.one)):
        with hearer.subscribe(["there"]) as nudges:
            async with asyncio.timeout(10):
                while not await is_nudged(nudges, 0.05):
                    teller.publish("there")


async def is_nudged(nudges: AsyncIterator[str], seconds: float = 0.2) -> bool:
    try:
        await asyncio.wait_for(anext(nudges), seconds)
    except TimeoutError:
        return False
    return True


async def next_of(nudges: AsyncIterator[str]) -> str:
    return await asyncio.wait_for(anext(nudges), 10)


async def test_what_one_process_publishes_nudges_who_listens_in_another(lines: Lines) -> None:
    with lines.other.subscribe(["status:1"]) as nudges:
        lines.one.publish("status:2")
        lines.one.publish("status:1")

        assert await next_of(nudges) == "status:1"
        assert not await is_nudged(nudges)


async def test_who_publishes_is_nudged_at_once_and_once(lines: Lines) -> None:
    with lines.one.subscribe(["status:1"]) as nudges:
        lines.one.publish("status:1")

        assert await is_nudged(nudges, 0.01)
        assert not await is_nudged(nudges)


async def test_many_topics_at_once_all_arrive(lines: Lines) -> None:
    topics = [f"run:{number:036}" for number in range(1000)]

    with lines.other.subscribe(topics) as nudges:
        for topic in topics:
            lines.one.publish(topic)

        assert {await next_of(nudges) for _ in topics} == set(topics)


async def test_a_line_that_is_mended_has_everybody_look_again(lines: Lines) -> None:
    with lines.one.subscribe(["status:1"]) as nudges:
        await lines.line.cut()
        assert not await is_nudged(nudges)

        await lines.line.mend()

        assert await next_of(nudges) == "status:1"


async def test_what_is_published_while_the_line_is_cut_holds_up_nobody_and_arrives_later(
    lines: Lines,
) -> None:
    await lines.line.cut()
    with lines.one.subscribe(["here"]) as here, lines.other.subscribe(["status:1"]) as there:
        for topic in ("here", *(f"run:{number}" for number in range(20_000)), "status:1"):
            lines.one.publish(topic)
        assert await next_of(here) == "here"

        await lines.line.mend()

        assert await next_of(there) == "status:1"


@dataclass
class Slow:
    """A line that notes when what was sent. It carries nothing."""

    sent: list[tuple[float, list[str]]] = field(default_factory=list)

    async def send(self, text: str) -> None:
        self.sent.append((asyncio.get_running_loop().time(), text.split("\n")[1:]))

    async def heard(self) -> AsyncGenerator[str | None, None]:
        await asyncio.Event().wait()
        yield None


async def test_the_first_is_told_at_once_and_what_follows_goes_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay, "_GATHER_SECONDS", 0.5)
    line = Slow()
    async with relayed(line, is_listening=False) as feed:
        began = asyncio.get_running_loop().time()
        for topic in ("status:1", "status:2", "status:3"):
            feed.publish(topic)
            await eventually(lambda: are_sent(line, 1))
        await eventually(lambda: are_sent(line, 2))

    (first, one), (second, others) = line.sent
    assert (one, others) == (["status:1"], ["status:2", "status:3"])
    assert first - began < 0.4
    assert second - first >= 0.5


async def are_sent(line: Slow, number: int) -> bool:
    return len(line.sent) >= number
