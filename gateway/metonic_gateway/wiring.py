"""The one place where parts meet: builds what the service is made of, starts it, and stops it in order."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.budgets import SharedPaces
from metonic_gateway.accounts.channels import base_address
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.accounts.pacing import Paces
from metonic_gateway.accounts.stand_ins import StandIns
from metonic_gateway.feed import Feed
from metonic_gateway.feed.postgres_line import postgres_line
from metonic_gateway.feed.redis_line import redis_line
from metonic_gateway.feed.relay import Line, relayed
from metonic_gateway.http.metrics import measured
from metonic_gateway.jobs.actors import (
    Outlet,
    declare_actors,
    nudge_through,
    preview_through,
    renew_through,
    sweep_through,
    undo_through,
    waiting_at,
)
from metonic_gateway.jobs.broker import EmbeddedBroker, aside, working
from metonic_gateway.jobs.scheduler import Messages, Scheduler
from metonic_gateway.jobs.sending import sending
from metonic_gateway.jobs.shared_broker import SharedBroker, shared_broker
from metonic_gateway.jobs.traced import traced
from metonic_gateway.metrics import Metrics
from metonic_gateway.secret_files import variable_of
from metonic_gateway.services import Services
from metonic_gateway.settings import Settings, SettingsError
from metonic_gateway.store import channels, leases
from metonic_gateway.store.database import opened
from metonic_gateway.store.usable import check_migrated
from metonic_gateway.telemetry import get_logger
from metonic_gateway.traces import Traces
from metonic_gateway.usage import stored
from metonic_gateway.vault import Vault

_LAST_SECONDS = 3

_log = get_logger(__name__)


def now() -> datetime:
    """The service's clock."""
    return datetime.now(UTC)


@asynccontextmanager
async def running(
    settings: Settings, *, registry: Registry | None = None, clock: Callable[[], datetime] = now
) -> AsyncIterator[Services]:
    """What answers requests, over a database that is up to date.

    Without a broker it is the whole service, with worker and scheduler, and the only one on its database:
    what its former life held is free again. With one, workers and schedulers are processes of their own.
    """
    if settings.broker is not None:
        async with _sharing(settings, settings.broker, "serve", is_listening=True) as shared:
            await channels.doubt_others(base_address(shared.services), clock())
            yield shared.services
        return
    broker = EmbeddedBroker(asyncio.get_running_loop())
    async with _tracing(settings, "serve") as traces, _opened(settings):
        outlet = traced(broker, broker, traces)
        async with (
            _services(settings, _Ways(outlet, Feed(), traces), registry, clock) as services,
            measured(services, waiting_at(broker)),
        ):
            declare_actors(broker, services)
            await leases.break_all()
            await channels.doubt_others(base_address(services), clock())
            async with working(broker, settings.calendars_at_once), _scheduling(services, outlet):
                yield services


@asynccontextmanager
async def at_work(settings: Settings) -> AsyncIterator[None]:
    """A worker beside others. Raises SettingsError, DatabaseUnusable."""
    async with _sharing(settings, _broker_of(settings, "worker"), "worker") as shared:
        declare_actors(shared.broker, shared.services)
        async with working(shared.broker, settings.calendars_at_once):
            yield


@asynccontextmanager
async def scheduling(settings: Settings) -> AsyncIterator[None]:
    """A scheduler; there may be others. Raises SettingsError, DatabaseUnusable."""
    async with (
        _sharing(settings, _broker_of(settings, "scheduler"), "scheduler") as shared,
        _scheduling(shared.services, shared.outlet),
    ):
        yield


def _broker_of(settings: Settings, what: str) -> str:
    if settings.broker is None:
        raise SettingsError(
            f"METONIC_BROKER_URL is not set, so `metonic serve` does the work of a {what} itself: run that "
            "alone, or set METONIC_BROKER_URL (or METONIC_BROKER_URL_FILE) for all processes."
        )
    return settings.broker


@dataclass(frozen=True, slots=True)
class _Ways:
    """By which others are told: workers, whoever waits for news, operators."""

    outlet: Outlet
    feed: Feed
    traces: Traces


@dataclass(frozen=True, slots=True)
class _Shared:
    """What a process has that shares the work with others."""

    services: Services
    broker: SharedBroker
    outlet: Outlet


@asynccontextmanager
async def _sharing(
    settings: Settings, url: str, command: str, *, is_listening: bool = False
) -> AsyncIterator[_Shared]:
    """``is_listening``: whether anybody subscribes here. Raises SettingsError, DatabaseUnusable."""
    async with (
        _tracing(settings, command) as traces,
        _opened(settings),
        _line(settings) as line,
        relayed(line, is_listening=is_listening) as feed,
        shared_broker(url) as broker,
        sending(broker) as sender,
    ):
        outlet = traced(broker, sender, traces)
        async with (
            _services(settings, _Ways(outlet, feed, traces)) as services,
            measured(services, waiting_at(broker)),
        ):
            await check_migrated()
            yield _Shared(services, broker, outlet)


@asynccontextmanager
async def _tracing(settings: Settings, command: str) -> AsyncIterator[Traces]:
    """The traces of this process, if any are asked for. Raises SettingsError where they cannot be had."""
    if settings.otlp_endpoint is None:
        yield Traces()
        return
    traces = _recorded(settings.otlp_endpoint, command)
    try:
        yield traces
    finally:
        await aside(traces.close, _LAST_SECONDS)


def _recorded(endpoint: str, command: str) -> Traces:
    variable = variable_of("otlp_endpoint")
    try:
        from metonic_gateway.otlp import OtlpTraces  # noqa: PLC0415 - need not be installed
    except ImportError as error:
        raise SettingsError(
            f"{variable} is set, and OpenTelemetry is not installed: "
            f"pip install 'metonic-gateway[traces]', or unset {variable}."
        ) from error
    try:
        return OtlpTraces(endpoint, command)
    except ValueError as error:
        raise SettingsError(
            f"OpenTelemetry cannot use what one of the variables OTEL_... says: {error}. Set it otherwise, "
            f"or unset {variable}."
        ) from error


def _line(settings: Settings) -> AbstractAsyncContextManager[Line]:
    """How processes tell each other what subscriptions wait for."""
    if settings.redis is not None:
        return redis_line(settings.redis)
    return postgres_line(settings.database_url.get_secret_value())


def _opened(settings: Settings) -> AbstractAsyncContextManager[None]:
    return opened(settings.database_url.get_secret_value(), settings.database_connections)


@asynccontextmanager
async def _services(
    settings: Settings,
    ways: _Ways,
    registry: Registry | None = None,
    clock: Callable[[], datetime] = now,
) -> AsyncIterator[Services]:
    registry = registry or _loaded()
    metrics = Metrics(registry.providers.values())
    async with Egress(
        allow_private_addresses=settings.allow_private_addresses,
        stand_ins=_stand_ins(settings),
        metrics=metrics,
        traces=ways.traces,
    ) as egress:
        services = Services(
            settings=settings,
            registry=registry,
            vault=Vault(settings.root_keys),
            egress=egress,
            feed=ways.feed,
            clock=clock,
            nudge=nudge_through(ways.outlet),
            preview=preview_through(ways.outlet),
            undo=undo_through(ways.outlet),
            paces=Paces() if settings.broker is None else SharedPaces(),
            metrics=metrics,
            traces=ways.traces,
        )
        async with stored(services.usage, clock):
            yield services


def _stand_ins(settings: Settings) -> StandIns:
    for origin in settings.origins_instead:
        _log.warning("stand_in_for_a_provider", host=origin.partition("://")[2])
    return StandIns(settings.origins_instead)


def _loaded() -> Registry:
    registry = Registry.load()
    for report in registry.reports:
        if report.problem is not None:
            _log.error("plugin_left_out", plugin=report.name, distribution=report.distribution)
    return registry


@asynccontextmanager
async def _scheduling(services: Services, outlet: Outlet) -> AsyncIterator[None]:
    messages = Messages(
        services.nudge, renew_through(outlet), sweep_through(outlet), services.preview, services.undo
    )
    task = asyncio.create_task(Scheduler(messages, services.clock).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
