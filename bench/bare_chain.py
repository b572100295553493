"""The floor under background work: a notification, a message, a request, a commit, with nothing around them.

    python -m bench.bare_chain receive|work|idle

``receive`` answers webhooks and sends a message of each by Dramatiq; ``work`` takes them, asks the provider
once and stores a row; ``idle`` does what an idle run cannot do without, so many times. What they need to know
is in BENCH_CHAIN, as JSON.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from threading import Event
from time import process_time
from typing import Any

import aiohttp
import asyncpg
import dramatiq
import uvicorn
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from metonic_simulators.servers import HOST

_STORE = "INSERT INTO bare_chain (name) VALUES ($1)"
_LOOK = "SELECT id, cursor FROM calendar_links WHERE id = $1"
_NOTE = "UPDATE calendar_links SET cursor_at = now() WHERE id = $1"
_THREADS, _IDLE_MILLISECONDS = 16, 100


def _told() -> Mapping[str, Any]:
    """``port``, ``redis``, ``database``, ``address`` and ``token`` of the provider, ``link``, ``times``."""
    told: Mapping[str, Any] = json.loads(os.environ["BENCH_CHAIN"])
    return told


class Chain:
    """What a worker holds on to."""

    session: aiohttp.ClientSession
    pool: "asyncpg.Pool[asyncpg.Record]"

    async def open(self) -> None:
        told = _told()
        headers = {"Authorization": f"Bearer {told['token']}", "User-Agent": "bench (gzip)"}
        self.session = aiohttp.ClientSession(headers=headers)
        self.pool = await asyncpg.create_pool(told["database"], min_size=1, max_size=10)

    async def ask(self) -> None:
        async with self.session.get(_told()["address"]) as answer:
            answer.raise_for_status()
            json.loads(await answer.read())

    async def close(self) -> None:
        await self.session.close()
        await self.pool.close()


chain = Chain()
broker = RedisBroker(  # type: ignore[no-untyped-call]  # dramatiq says nothing of its types
    url=_told()["redis"], namespace="bare", middleware=[AsyncIO()]
)


@dramatiq.actor(broker=broker, queue_name="bare")
async def look(name: str) -> None:
    await chain.ask()
    await chain.pool.execute(_STORE, name)


async def _receive(request: Request) -> Response:
    await request.body()
    await asyncio.to_thread(look.send, request.path_params["name"])
    return Response(status_code=204)


def receive() -> None:
    app = Starlette(routes=[Route("/{name}", _receive, methods=["POST"])])
    uvicorn.run(app, host=HOST, port=_told()["port"], log_level="warning")


def work() -> None:
    """Until SIGTERM."""
    ended = Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    worker = dramatiq.Worker(broker, worker_threads=_THREADS, worker_timeout=_IDLE_MILLISECONDS)
    worker.start()
    thread = get_event_loop_thread()
    if thread is None:
        raise RuntimeError("there is no event loop")
    thread.run_coroutine(chain.open())
    ended.wait()
    thread.run_coroutine(chain.close())
    worker.stop()


async def idle() -> None:
    """One request and two statements each time, one after the other."""
    await chain.open()
    told, began = _told(), process_time()
    for _ in range(told["times"]):
        await chain.ask()
        await chain.pool.fetchrow(_LOOK, told["link"])
        await chain.pool.execute(_NOTE, told["link"])
    sys.stdout.write(str(process_time() - began))
    await chain.close()


_PARTS: Mapping[str, Callable[[], None]] = {
    "receive": receive,
    "work": work,
    "idle": lambda: asyncio.run(idle()),
}

if __name__ == "__main__":
    _PARTS[sys.argv[1]]()
