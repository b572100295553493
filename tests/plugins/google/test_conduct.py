"""What the simulation takes for Google's conduct is what its stand-in does, as far as an engine can tell.

Each scene is played in the calendar in memory and over HTTP through the plugin; both tell the same text.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.core.conformance.lined import LinedAdapter, provider_of
from tests.core.conformance.standing import MemoryStand
from tests.plugins.google.scenario import Place, Scene
from tests.plugins.google.standing import FickleGoogleStand, GoogleStand

from metonic_core.testing.conduct import GOOGLE
from metonic_google.provider import PROVIDER

SCENES = {
    path.stem: path.read_text("utf-8") for path in sorted((Path(__file__).parent / "scenarios").glob("*.txt"))
}
Opening = Callable[[], AbstractAsyncContextManager[Place]]


class _OnePage(MemoryStand):
    conduct = replace(GOOGLE, page_size=1000)
    hides = False


@dataclass
class _InMemory:
    stand: _OnePage

    async def restore(self, event_id: str) -> None:
        self.stand.calendar.put(self.stand.calendar.versions(event_id)[-1])

    async def hide(self) -> None:
        """Everything so far is old enough to show."""
        self.stand.time += self.stand.conduct.visibility_lag
        self.stand.line.hides = True

    async def show(self) -> None:
        await self.stand.settle()
        self.stand.line.hides = False

    async def touch(self, event_id: str) -> None:
        self.stand.calendar.put(self.stand.calendar.live[event_id])


@dataclass
class _OverHttp:
    stand: GoogleStand

    async def restore(self, event_id: str) -> None:
        await self.stand.ask("PATCH", f"/events/{event_id}", {"status": "confirmed"})

    async def hide(self) -> None:
        self.stand.google.arm("hidden", path="*/events*", seconds=10.0)

    async def show(self) -> None:
        self.stand.google.advance(seconds=10)

    async def touch(self, event_id: str) -> None:
        self.stand.google.arm("touched-after", path=f"*{event_id}*")
        found = await self.stand.ask("GET", f"/events/{event_id}")
        await self.stand.ask("PATCH", f"/events/{event_id}", {"summary": found["summary"]})


@asynccontextmanager
async def _in_memory() -> AsyncIterator[Place]:
    stand = _OnePage(provider_of(LinedAdapter, _OnePage.conduct))
    await stand.open()
    try:
        yield _InMemory(stand)
    finally:
        await stand.close()


@asynccontextmanager
async def _over_http() -> AsyncIterator[Place]:
    async with _standing_in(GoogleStand(PROVIDER)) as place:
        yield place


@asynccontextmanager
async def _over_http_where_sources_differ() -> AsyncIterator[Place]:
    async with _standing_in(FickleGoogleStand(PROVIDER)) as place:
        yield place


@asynccontextmanager
async def _standing_in(stand: GoogleStand) -> AsyncIterator[Place]:
    await stand.open()
    try:
        yield _OverHttp(stand)
    finally:
        await stand.close()


@pytest.mark.parametrize("text", SCENES.values(), ids=SCENES)
@pytest.mark.parametrize("opening", [_in_memory, _over_http, _over_http_where_sources_differ])
async def test_a_scene_is_told_alike_everywhere(opening: Opening, text: str) -> None:
    async with opening() as place:
        assert await Scene(place).played(text) == text
