"""How much may be asked of a mailbox: https://learn.microsoft.com/en-us/graph/throttling-limits."""

from collections.abc import Iterator
from contextlib import contextmanager

from metonic_simulators.graph import errors
from metonic_simulators.graph.world import World


@contextmanager
def taken(world: World, mailbox: str) -> Iterator[None]:
    """Counts a call as long as the block runs; raises Refused for one too many, which counts too."""
    now, quirks = world.now(), world.quirks
    used = world.windows.used(mailbox, now)
    world.windows.take(mailbox, 1, now)
    world.running[mailbox] += 1
    try:
        if quirks.is_on("window") and used >= quirks.number("window", "requests"):
            raise too_many(world, "Application is over its RequestCount limit.")
        if quirks.is_on("concurrency") and world.running[mailbox] > quirks.number("concurrency", "requests"):
            raise too_many(world, "Application is over its MailboxConcurrency limit.")
        yield
    finally:
        world.running[mailbox] -= 1


def too_many(world: World, message: str) -> errors.Refused:
    quirks = world.quirks
    status = 503 if quirks.is_on("concurrency-503") else 429
    value = str(quirks.options("retry-after")["value"]) if quirks.is_on("retry-after") else ""
    return errors.throttled(status, message, value)
