"""Rows of every service that one signs in to: requests of runs, first reads, and a push from far away."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from time import process_time
from typing import Any
from uuid import UUID

import aiohttp

from bench.bare_rows import stored_bare
from bench.desk import content
from bench.far import far
from bench.measuring import Amount, Figure, in_turn, seconds
from bench.place import Place
from bench.signed_desk import SignedDesk, present, signed_desk
from metonic_core.model.content import Content
from metonic_core.spi import Provider

NEW, PUSHED = 1_000, 200
_READS, _PUSHES = 3, 3
_RATIO, _FAR_RATIO = 3, 0.4

Body = Mapping[str, Any]
Push = Callable[[str, Sequence[Body]], Awaitable[object]]
"""Makes events of these bodies, by a stand-in that is reached at that origin."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A service: ``written`` is what the plugin sends for a new event, ``events`` the path where one is made.

    ``off``: switches that would be in the way; ``settings``: what an operator says of it.
    """

    title: str
    there: Place
    provider: Provider
    events: str
    written: Callable[[Content, UUID], Body]
    off: Sequence[str] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    async def begin_anew(self) -> None:
        await self.there.begin_anew()
        for switch in self.off:
            await self.there.told("DELETE", f"quirks/{switch}")

    def desk(self, origin: str = "") -> AbstractAsyncContextManager[SignedDesk]:
        return signed_desk(self.there, self.provider, present, origin, **self.settings)

    async def check(self, expected: int) -> None:
        """Raises RuntimeError if there are not so many events."""
        check(await self.there.count(), expected)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[aiohttp.ClientSession]:
        """Signed in, with what Google wants to see before it compresses."""
        headers = {"Authorization": f"Bearer {await self.there.token()}", "User-Agent": "bench (gzip)"}
        async with aiohttp.ClientSession(headers=headers) as session:
            yield session

    @property
    def copies(self) -> Sequence[Body]:
        """What the service writes for the appointments that are pushed."""
        year = present().year + 1
        return [self.written(content(n, year), UUID(int=n)) for n in range(PUSHED)]


async def new_and_idle(one: Measured, most: int) -> Sequence[Amount]:
    """HTTP requests of two runs."""
    async with one.desk() as desk:
        await desk.run()
        await desk.add_here(NEW)
        new = await desk.requests_of(desk.run)
        await one.check(NEW)
        await desk.run()
        idle = await desk.requests_of(desk.run)
    what = f"{one.title}: HTTP requests of a run"
    return [
        Amount(f"{what} over {NEW:,} new appointments", new, "requests", most),
        Amount(f"{what} that finds nothing, {NEW:,} copies", idle, "requests", 1),
    ]


async def first_reads(
    one: Measured,
    what: str,
    number: int,
    bare: Callable[[aiohttp.ClientSession], Awaitable[None]],
) -> Sequence[Figure]:
    """Of that many events, series among them; ``bare`` reads the same pages."""
    rows: list[float] = []

    async def stored() -> float:
        async with one.desk() as desk:
            took = await _processor(desk.run)
            check(len(await desk.appointments()), number)
            rows.append(await stored_bare(desk.services.settings.database_url.get_secret_value()))
            return took

    async def read() -> float:
        async with one.desk() as desk:
            return await _processor(lambda: _all_of(desk.read(), number))

    async def floor() -> float:
        async with one.session() as session:
            return await _processor(lambda: bare(session))

    found = await in_turn(_READS, read, stored, floor)
    row = f"{one.title}: first read of {what}{{}} / the same pages by aiohttp, decoded; processor"
    return [
        Figure(row.format(", understood"), found[0], found[2], _RATIO),
        Figure(row.format(" into the database"), found[1], found[2], _RATIO),
        Figure(row.format(", its rows alone by bare `sqlite3`"), median(rows), found[2]),
    ]


async def pushing(one: Measured, **peers: Push) -> Sequence[Figure]:
    """Each time into an empty calendar, through a line with a round trip of 80 ms."""
    with far(one.there.url.rstrip("/")) as origin:

        async def ours() -> float:
            await one.begin_anew()
            async with one.desk(origin) as desk:
                await desk.run()
                await desk.add_here(PUSHED)
                took = await desk.run()
            await one.check(PUSHED)
            return took

        async def others(push: Push) -> float:
            await one.begin_anew()
            took = await seconds(lambda: push(origin, one.copies))
            await one.check(PUSHED)
            return took

        pushes: Sequence[Push] = [partial(_put_bare, one), *peers.values()]
        took, floor, *rest = await in_turn(_PUSHES, ours, *(partial(others, push) for push in pushes))
    what = f"{one.title}, 80 ms away: {PUSHED} appointments into an empty calendar{{}} / one `POST` each"
    return [
        Figure(what.format(""), took, floor, _FAR_RATIO),
        *(Figure(what.format(f" by {name}"), took, floor) for name, took in zip(peers, rest, strict=True)),
    ]


async def _put_bare(one: Measured, origin: str, bodies: Sequence[Body]) -> None:
    async with one.session() as session:
        for body in bodies:
            async with session.post(f"{origin}{one.events}", json=body) as answer:
                answer.raise_for_status()
                await answer.read()


async def _processor(done: Callable[[], Awaitable[object]]) -> float:
    """Seconds of the processor: others may be using it at the same time."""
    began = process_time()
    await done()
    return process_time() - began


async def _all_of(reading: Awaitable[int], number: int) -> None:
    check(await reading, number)


def check(found: int, expected: int) -> None:
    """Raises RuntimeError."""
    if found != expected:
        raise RuntimeError(f"{found} events came through and not {expected}")
