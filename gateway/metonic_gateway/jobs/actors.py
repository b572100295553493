"""The actors, and the messages for them. A message says which calendar to look at, never what is there."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

import dramatiq
from dramatiq.broker import Broker
from dramatiq.message import Message

from metonic_gateway.jobs import previewing, pushing, sweeping, syncing, undoing
from metonic_gateway.jobs.broker import Hosted, aside
from metonic_gateway.services import Services
from metonic_gateway.store.states import SCHEDULE

_QUEUE = "metonic"
_ANSWER_SECONDS = 5


class Outlet(Protocol):
    """What messages for the workers are given to: it may lose them, and never fails."""

    def enqueue(self, message: Message[Any]) -> object: ...


def declare_actors(broker: Broker, services: Services) -> None:
    """Say what the messages of this broker mean."""

    @dramatiq.actor(broker=broker, queue_name=_QUEUE)
    async def sync_calendar(connected_calendar_id: str, reason: str) -> None:
        await syncing.sync_calendar(services, UUID(connected_calendar_id), reason)

    @dramatiq.actor(broker=broker, queue_name=_QUEUE)
    async def preview_sync(run_id: str) -> None:
        await previewing.preview_sync(services, UUID(run_id))

    @dramatiq.actor(broker=broker, queue_name=_QUEUE)
    async def undo_run(run_id: str) -> None:
        await undoing.undo_run(services, UUID(run_id))

    @dramatiq.actor(broker=broker, queue_name=_QUEUE)
    async def renew_push(link_id: str) -> None:
        await pushing.renew_push(services, UUID(link_id))

    @dramatiq.actor(broker=broker, queue_name=_QUEUE)
    async def sweep() -> None:
        await sweeping.sweep(services)


def waiting_at(broker: Hosted) -> Callable[[], Awaitable[int | None]]:
    """What tells how many messages no worker has taken yet; None where the broker does not answer."""

    async def waiting() -> int | None:
        found: list[int] = []

        def ask() -> None:
            with suppress(Exception):  # two libraries' errors; that there is no answer says enough
                found.append(broker.waiting(_QUEUE))

        await aside(ask, _ANSWER_SECONDS)
        return found[0] if found else None

    return waiting


def nudge_through(outlet: Outlet) -> Callable[[Collection[UUID]], None]:
    """What asks the workers to look at connected calendars soon."""

    def nudge(calendars: Collection[UUID]) -> None:
        for calendar in calendars:
            _send(outlet, "sync_calendar", str(calendar), SCHEDULE)

    return nudge


def preview_through(outlet: Outlet) -> Callable[[UUID], None]:
    """What asks the workers to make a preview, by its run."""
    return lambda run: _send(outlet, "preview_sync", str(run))


def undo_through(outlet: Outlet) -> Callable[[UUID], None]:
    """What asks the workers to take a run back, by the run that does so."""
    return lambda run: _send(outlet, "undo_run", str(run))


def renew_through(outlet: Outlet) -> Callable[[UUID], None]:
    """What asks the workers to look after the push channels of a link."""
    return lambda link: _send(outlet, "renew_push", str(link))


def sweep_through(outlet: Outlet) -> Callable[[], None]:
    """What asks the workers to erase what is old."""
    return lambda: _send(outlet, "sweep")


def _send(outlet: Outlet, actor: str, *args: str) -> None:
    outlet.enqueue(Message(queue_name=_QUEUE, actor_name=actor, args=args, kwargs={}, options={}))
