"""What only operators see, on a port of its own: metrics, and the health of whatever process it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from socket import socket
from time import monotonic

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from metonic_gateway.http.health import healthz, readyz
from metonic_gateway.services import Services
from metonic_gateway.serving import PortTaken, bound, served
from metonic_gateway.settings import SettingsError
from metonic_gateway.store.figures import Figures, figures
from metonic_gateway.telemetry import get_logger

_KEPT_SECONDS = 15
_MOST_SECONDS = 5

Waiting = Callable[[], Awaitable[int | None]]

_log = get_logger(__name__)


@asynccontextmanager
async def measured(services: Services, waiting: Waiting) -> AsyncIterator[None]:
    """``/metrics``, ``/healthz`` and ``/readyz`` while the block runs, if METONIC_METRICS_PORT is set.

    Never on the port of the API. ``waiting`` tells how many messages wait for workers; None where the broker
    does not answer. Raises SettingsError where that port is taken.
    """
    settings = services.settings
    if settings.metrics_port is None:
        yield
        return
    routes = [
        Route("/metrics", _Scraped(services, waiting).answer),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
    ]
    with _bound(settings.metrics_host, settings.metrics_port) as listening:
        async with served(Starlette(routes=routes), listening, asyncio.Event()):
            yield


def _bound(host: str, port: int) -> socket:
    try:
        return bound(host, port)
    except PortTaken as error:
        raise SettingsError(f"{error.message} Set METONIC_METRICS_PORT to another one.") from error


class _Scraped:
    """Answers with the metrics; however many ask, database and broker are asked every few seconds at most."""

    def __init__(self, services: Services, waiting: Waiting) -> None:
        self._services = services
        self._waiting = waiting
        self._known: tuple[Figures | None, int | None] = None, None
        self._until = 0.0
        self._asking = asyncio.Lock()

    async def answer(self, _request: Request) -> Response:
        async with self._asking:
            if monotonic() >= self._until:
                self._known = await self._figures(), await self._waiting()
                self._until = monotonic() + _KEPT_SECONDS
        content = self._services.metrics.text(*self._known)
        return Response(content, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _figures(self) -> Figures | None:
        """None while the database does not answer: what is counted here is told all the same."""
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                return await figures(self._services.clock())
        except Exception:  # noqa: BLE001 - whoever watches is to see above all that something is wrong
            _log.exception("figures_unknown")
            return None
