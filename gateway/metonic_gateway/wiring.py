"""The one place where parts meet: builds what the service is made of, starts it, and stops it in order."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.channels import base_address
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.accounts.stand_ins import StandIns
from metonic_gateway.feed import Feed
from metonic_gateway.jobs.actors import (
    declare_actors,
    nudge_through,
    preview_through,
    renew_through,
    sweep_through,
    undo_through,
)
from metonic_gateway.jobs.broker import EmbeddedBroker, working
from metonic_gateway.jobs.scheduler import Messages, Scheduler
from metonic_gateway.services import Services
from metonic_gateway.settings import Settings
from metonic_gateway.store import channels, leases
from metonic_gateway.store.database import opened
from metonic_gateway.telemetry import get_logger
from metonic_gateway.usage import stored
from metonic_gateway.vault import Vault

_log = get_logger(__name__)


def now() -> datetime:
    """The service's clock."""
    return datetime.now(UTC)


@asynccontextmanager
async def running(
    settings: Settings, *, registry: Registry | None = None, clock: Callable[[], datetime] = now
) -> AsyncIterator[Services]:
    """The whole service on this loop, with worker and scheduler, over a database that is up to date.

    It is the only one on its database: what its former life held is free again.
    """
    broker = EmbeddedBroker(asyncio.get_running_loop())
    async with (
        opened(settings.database_url.get_secret_value()),
        Egress(
            allow_private_addresses=settings.allow_private_addresses, stand_ins=_stand_ins(settings)
        ) as egress,
    ):
        services = Services(
            settings=settings,
            registry=registry or _loaded(),
            vault=Vault(settings.root_keys),
            egress=egress,
            feed=Feed(),
            clock=clock,
            nudge=nudge_through(broker),
            preview=preview_through(broker),
            undo=undo_through(broker),
        )
        declare_actors(broker, services)
        await leases.break_all()
        await channels.doubt_others(base_address(services), clock())
        messages = Messages(
            services.nudge,
            renew_through(broker),
            sweep_through(broker),
            services.preview,
            services.undo,
        )
        scheduler = Scheduler(messages, clock)
        async with stored(services.usage, clock), working(broker), _scheduling(scheduler):
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
async def _scheduling(scheduler: Scheduler) -> AsyncIterator[None]:
    task = asyncio.create_task(scheduler.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
