"""Serves HTTP until somebody says stop: SIGINT, SIGTERM, or whoever sets the event."""

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette

_STOPS = (signal.SIGINT, signal.SIGTERM)
_GRACE_SECONDS = 3
_BACKLOG = 128
MOST_BYTES = 4 * 1024 * 1024
"""The largest request, and the largest message over a WebSocket: 500 appointments of 8 kB each, which is one
with long notes, a dozen participants and a series. Much larger ones are sent a few at a time."""


class PortTaken(Exception):
    """``message`` says which address cannot be listened on."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"{host}:{port}: {reason}")
        self.message = f"Cannot listen on {host}, port {port}: {reason}."


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there; raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise PortTaken(host, port, error.strerror or "the address cannot be used") from error
    return listening


def leave_loaded_alone() -> None:
    """What is there by now stays to the end: no collection of garbage need look at it again."""
    gc.collect()
    gc.freeze()


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """An event that the first SIGINT or SIGTERM sets; a second one ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def first() -> None:
        stop.set()
        for number in _STOPS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)

    for number in _STOPS:
        loop.add_signal_handler(number, first)
    try:
        yield stop
    finally:
        for number in _STOPS:
            loop.remove_signal_handler(number)


@asynccontextmanager
async def served(app: Starlette, listening: socket.socket, stop: asyncio.Event) -> AsyncIterator[None]:
    """The app answers while the block runs, and until ``stop`` is set; then it finishes what it is at."""
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            ws_max_size=MOST_BYTES,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    stopping = asyncio.create_task(_pass_on(stop, server))
    try:
        yield
    finally:
        stop.set()
        await stopping
        await serving


async def _pass_on(stop: asyncio.Event, server: uvicorn.Server) -> None:
    await stop.wait()
    server.should_exit = True


class _Server(uvicorn.Server):
    """Leaves signals alone: uvicorn raises them again when it has stopped, which ends the process early."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
