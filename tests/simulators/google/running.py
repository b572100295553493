"""A stand-in in a thread of its own, as Google's client blocks, and what a test does with it from outside."""

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from metonic_simulators.google import Simulator, google

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALICE, BOB = "alice@example.com", "bob@example.com"


@contextmanager
def running() -> Iterator[Simulator]:
    """Its clock stands still until it is moved."""
    ready: Future[tuple[Simulator, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        stop = asyncio.Event()
        async with google(start=START, runs=False) as sim:
            ready.set_result((sim, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    sim, loop, stop = ready.result(10)
    try:
        yield sim
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


def admin(sim: Simulator, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401 - JSON
    """What is done under ``/-/``: gives the answer; raises AssertionError for a refusal."""
    status, found = request(sim, method, f"/-/{path}", json.dumps(body).encode() if body is not None else b"")
    assert status < 300, found
    return json.loads(found) if found else None


def advance(sim: Simulator, **delta: float) -> None:
    """Time passes: ``days``, ``hours``, ``seconds``."""
    units = {"days": 86_400, "hours": 3600, "seconds": 1}
    admin(sim, "POST", "clock", {"advance": sum(units[name] * value for name, value in delta.items())})


def request(sim: Simulator, method: str, target: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    status, _, found = whole(sim, method, target, body, **headers)
    return status, found


def whole(
    sim: Simulator, method: str, target: str, body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers by lower-case name, body. A name's underscores are hyphens."""
    connection = HTTPConnection(urlsplit(sim.url).netloc, timeout=10)
    try:
        connection.request(method, target, body, {key.replace("_", "-"): one for key, one in headers.items()})
        answer = connection.getresponse()
        return answer.status, {key.lower(): one for key, one in answer.getheaders()}, answer.read()
    finally:
        connection.close()
