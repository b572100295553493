"""Where scenes take place: a calendar in memory with a conduct, and what stands in for the service."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from urllib.parse import quote

from tests.core.conformance.lined import LinedAdapter, provider_of
from tests.core.conformance.standing import MemoryStand
from tests.plugins.conduct.place import Place
from tests.plugins.google.standing import FickleGoogleStand, GoogleStand
from tests.plugins.outlook.standing import FickleGraphStand, GraphStand
from tests.plugins.standing import opened

from metonic_core.testing.conduct import GOOGLE, GRAPH, Conduct, Trouble
from metonic_google.provider import PROVIDER as GOOGLE_PROVIDER
from metonic_outlook.provider import PROVIDER as OUTLOOK_PROVIDER
from metonic_simulators.google import Simulator as GoogleSimulator
from metonic_simulators.graph import Simulator as GraphSimulator

Opening = Callable[[], AbstractAsyncContextManager[Place]]


class _MemoryStand(MemoryStand):
    hides = False


class _UnruffledGraphStand(FickleGraphStand):
    """Whose feed tells nothing twice: there is a scene for that."""

    async def open(self) -> None:
        await super().open()
        self.graph.turn_off("delta-replays")


class _LikeGoogle(_MemoryStand):
    conduct = replace(GOOGLE, page_size=1000)


class _LikeGraph(_MemoryStand):
    conduct = replace(GRAPH, page_size=1000)


@dataclass
class _InMemory:
    stand: MemoryStand

    async def restore(self, event_id: str) -> None:
        self.stand.calendar.put(self.stand.calendar.versions(event_id)[-1])

    async def hide(self) -> None:
        """Everything so far is old enough to show."""
        self.stand.time += self.stand.conduct.visibility_lag
        self.stand.line.hides = True

    async def lag(self) -> None:
        await self.hide()

    async def show(self) -> None:
        await self.stand.settle()
        self.stand.line.hides = False

    async def repeat(self) -> None:
        self.stand.calendar.dice = Random(1)  # noqa: S311 - there is one report to choose
        self.stand.line.forgotten, self.stand.line.forgetting = set(self.stand.line.given), Trouble.REPLAY

    async def touch(self, event_id: str) -> None:
        self.stand.calendar.put(self.stand.calendar.live[event_id])


@dataclass
class _OverHttp:
    """``title``: what the service calls the title of an event."""

    stand: GoogleStand | GraphStand
    simulator: GoogleSimulator | GraphSimulator
    title: str

    async def restore(self, event_id: str) -> None:
        await self.stand.ask("PATCH", f"/events/{event_id}", {"status": "confirmed"})

    async def hide(self) -> None:
        self.simulator.arm("hidden", path="*/events*", seconds=10.0)

    async def lag(self) -> None:
        self.simulator.turn_on("delta-lag", seconds=10.0)

    async def show(self) -> None:
        self.simulator.advance(seconds=10)

    async def repeat(self) -> None:
        self.simulator.turn_on("delta-replays", events=1)

    async def touch(self, event_id: str) -> None:
        self.simulator.arm("touched-after", path=f"*{event_id}*")
        path = f"/events/{quote(event_id, safe='')}"
        found = await self.stand.ask("GET", path)
        await self.stand.ask("PATCH", path, {self.title: found[self.title]})


@asynccontextmanager
async def _in_memory(kind: type[MemoryStand]) -> AsyncIterator[Place]:
    async with opened(kind(provider_of(LinedAdapter, kind.conduct))) as stand:
        yield _InMemory(stand)


@asynccontextmanager
async def _at_google(kind: type[GoogleStand]) -> AsyncIterator[Place]:
    async with opened(kind(GOOGLE_PROVIDER)) as stand:
        yield _OverHttp(stand, stand.google, "summary")


@asynccontextmanager
async def _at_graph(kind: type[GraphStand]) -> AsyncIterator[Place]:
    async with opened(kind(OUTLOOK_PROVIDER)) as stand:
        yield _OverHttp(stand, stand.graph, "subject")


@dataclass(frozen=True, slots=True)
class Service:
    """By its conduct, and each place where it is to be met."""

    conduct: Conduct
    places: Mapping[str, Opening]


SERVICES = {
    "google": Service(
        GOOGLE,
        {
            "in memory": partial(_in_memory, _LikeGoogle),
            "over HTTP": partial(_at_google, GoogleStand),
            "where sources differ": partial(_at_google, FickleGoogleStand),
        },
    ),
    "graph": Service(
        GRAPH,
        {
            "in memory": partial(_in_memory, _LikeGraph),
            "over HTTP": partial(_at_graph, GraphStand),
            "where sources differ": partial(_at_graph, _UnruffledGraphStand),
        },
    ),
}
