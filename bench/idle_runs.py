"""Runs that find nothing: time of the processor by process, and what a worker grows to."""

import asyncio
from collections.abc import Mapping, Sequence

from bench.bare_process import needed, running
from bench.fleet import STAND_IN, Fleet
from bench.measuring import Amount, Figure
from bench.processor import memory

_WARM, _RUNS, _BARE_RUNS = 1_000, 10_000, 3_000
_RATIO, _GROWTH = 4, 5
_DUE = "UPDATE calendar_sync_configs SET next_sync_at = now() WHERE next_sync_at > now()"


async def figures(ours: Fleet) -> Sequence[Figure | Amount]:
    """Of one worker, as it takes what the scheduler asks for."""
    await ours.keep_one_worker()
    begun = await ours.runs()
    await _come_to(ours, begun + _WARM)
    before, at_first, warm = await ours.spent(), memory(ours.pid("worker")), await ours.runs()
    await _come_to(ours, begun + _RUNS)
    after, in_the_end, runs = await ours.spent(), memory(ours.pid("worker")), await ours.runs() - warm
    each = {name: (after[name] - before[name]) / runs for name in after}
    floor = await _bare(ours)
    total, least = (sum(of.values()) - of[STAND_IN] for of in (each, floor))
    what = "processor time of a run that finds nothing at Google, {} / of one request and two statements{}"
    return [
        Figure(what.format("all processes but the stand-in", ""), total, least, _RATIO),
        *(
            Figure(what.format(name, f", {beside}"), each[name], floor[beside])
            for name, beside in (("worker", "client"), *((one, one) for one in ("PostgreSQL", STAND_IN)))
        ),
        *(Figure(what.format(name, ""), each[name], least) for name in ("scheduler", "Redis", "serve")),
        Amount(
            f"memory of a worker after {_RUNS:,} runs beside that after {_WARM:,}",
            100 * (in_the_end / at_first - 1),
            "% more",
            _GROWTH,
        ),
    ]


async def _come_to(ours: Fleet, runs: int) -> None:
    """Have calendars due all the time until so many runs have begun."""
    while await ours.runs() < runs:
        await ours.database.execute(_DUE)
        await asyncio.sleep(0.5)


async def _bare(ours: Fleet) -> Mapping[str, float]:
    """Seconds of the processor each time: of the client, of the server, of who is asked."""
    told = {**await needed(ours), "times": _BARE_RUNS}
    before = await ours.spent()
    async with running("idle", told) as process:
        printed, _ = await process.communicate()
    after = await ours.spent()
    of = {name: (after[name] - before[name]) / _BARE_RUNS for name in ("PostgreSQL", STAND_IN)}
    return {"client": float(printed) / _BARE_RUNS, **of}
