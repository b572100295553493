"""Runs over ten thousand pairs: what they cost is to grow with what changed, not with what there is."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from subprocess import run
from time import process_time
from unittest.mock import patch

from bench.first_run import EVENTS
from bench.measuring import Amount, Figure
from bench.pairs import PairedDesk, desks

PAIRS, FEW = 10_000, 100
_ROUNDS, _IDLE_ROUNDS = 3, 15
_GROWTH = {0.01: 0.05, 0.1: 0.2}
_MEGABYTES = 150

Change = Callable[[int], Awaitable[None]]
"""Changes one in so many."""


async def figures() -> Sequence[Figure | Amount]:
    """The table's rows of the engine."""
    async with desks("many", "few") as (many, few):
        await many.settle(PAIRS)
        await few.settle(FEW)
        idle = await _idle(many, few)
        # All is counted before the first of it is done, as ever; but nothing is held, so that it is done.
        with patch("metonic_core.reconcile.guard._PERCENT", 100):
            growing = [await _growing(many, where, change) for where, change in await _changes(many)]
    return [idle, *growing[0], *growing[1], _memory("here", "copied"), _memory("there", "imported")]


async def _changes(desk: PairedDesk) -> Sequence[tuple[str, Change]]:
    ids, events = await desk.appointments(), sorted(desk.calendar.live)

    async def here(step: int) -> None:
        await desk.edit_here(ids[::step])

    async def there(step: int) -> None:
        desk.edit_there(events[::step])

    return ("here", here), ("in the calendar", there)


async def _idle(many: PairedDesk, few: PairedDesk) -> Figure:
    times = [(await _seconds(many), await _seconds(few)) for _ in range(_IDLE_ROUNDS)]
    what = f"a run that finds nothing, {PAIRS:,} pairs / {FEW} pairs"
    return Figure(what, median(t for t, _ in times), median(t for _, t in times), target=3)


async def _growing(desk: PairedDesk, where: str, change: Change) -> Sequence[Figure]:
    """Runs after a part has changed, against runs after all of it has."""
    times: dict[float, list[float]] = {share: [] for share in (*_GROWTH, 1)}
    for _ in range(_ROUNDS):
        for share, found in times.items():
            await change(round(1 / share))
            found.append(await _seconds(desk))
            # The echo of what was written is no part of the next change.
            await desk.run()
    what = f"a run over {PAIRS:,} pairs, {{:.0%}} edited {where} / all of them"
    whole = median(times[1])
    return [
        Figure(what.format(share), median(times[share]), whole, target) for share, target in _GROWTH.items()
    ]


async def _seconds(desk: PairedDesk) -> float:
    """Of the processor: others may be using it at the same time."""
    began = process_time()
    await desk.run()
    return process_time() - began


def _memory(side: str, done: str) -> Amount:
    """Measured in a process of its own: what this one has grown to says nothing."""
    command = [sys.executable, "-m", "bench.first_run", side]
    printed = run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - ourselves
    what = f"peak memory above idle, first run, {EVENTS:,} events {done}"
    return Amount(what, float(printed), "MB", _MEGABYTES)
