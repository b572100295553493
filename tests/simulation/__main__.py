"""Many histories from the command line: what they came across, and each that failed, shrunk and replayable.

    python -m tests.simulation --seeds 2000 --first 0
    python -m tests.simulation --replay 17
    python -m tests.simulation --replay 17:0,3,8
    python -m tests.simulation --on postgres --seeds 200

On a server all transactions take place at the same moment: the same seed tells another history each time.

Ends with status 1 if a history failed.
"""

import argparse
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tests.postgres import IS_ASKED_FOR
from tests.simulation.decisions import Script
from tests.simulation.history import History, lived
from tests.simulation.shrinking import shrunk

_WORKERS = 2
_AT_ONCE = 25
_TOLD = 5


@dataclass(frozen=True, slots=True)
class Batch:
    """What some seeds came to; ``seconds`` is the processor time of each."""

    failed: Sequence[History]
    counts: Counter[str]
    seconds: Sequence[float]


def lived_through(seeds: Sequence[int]) -> Batch:
    failed: list[History] = []
    counts: Counter[str] = Counter()
    seconds = []
    for seed in seeds:
        before = time.process_time()
        history = lived(Script(seed))
        seconds.append(time.process_time() - before)
        counts += history.counts
        if history.violations:
            failed.append(history)
    return Batch(failed, counts, seconds)


def _batches(first: int, number: int) -> Iterator[Batch]:
    seeds = range(first, first + number)
    parts = [seeds[i : i + _AT_ONCE] for i in range(0, number, _AT_ONCE)]
    with ProcessPoolExecutor(_WORKERS) as workers:
        yield from workers.map(lived_through, parts)


def simulate(first: int, number: int) -> int:
    """Live the histories of so many seeds, and tell what came of them; returns how many failed."""
    failed: list[History] = []
    counts: Counter[str] = Counter()
    seconds: list[float] = []
    for batch in _batches(first, number):
        failed += batch.failed
        counts += batch.counts
        seconds += batch.seconds
        names = f": {' '.join(str(history.script) for history in failed)}" if failed else ""
        sys.stderr.write(f"\r{len(seconds)} histories, {len(failed)} failed{names}")
    sys.stderr.write("\n")
    _tell(f"histories {first} to {first + number - 1}: {len(failed)} failed")
    median, mean = statistics.median(seconds), statistics.fmean(seconds)
    _tell(f"median {median * 1000:.0f} ms, mean {mean * 1000:.0f} ms")
    for what, count in sorted(counts.items()):
        _tell(f"{count:>9}  {what}")
    for history in failed[:_TOLD]:
        _tell(f"\n{history if IS_ASKED_FOR else shrunk(history, lived)}")
    if len(failed) > _TOLD:
        _tell("\nfailed as well:", *(history.script for history in failed[_TOLD:]))
    return len(failed)


def _tell(*what: object) -> None:
    sys.stdout.write(" ".join(map(str, what)) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000, metavar="N", help="how many histories")
    parser.add_argument("--first", type=int, default=0, metavar="F", help="the first seed")
    parser.add_argument(
        "--replay", type=Script.parse, metavar="SEED[:KEPT]", help="tell this history instead"
    )
    parser.add_argument(
        "--on", choices=["sqlite", "postgres"], default="sqlite", help="where they are stored"
    )
    asked = parser.parse_args()
    if asked.on == "postgres" and not IS_ASKED_FOR:
        os.environ["METONIC_TEST_DATABASE"] = "postgres"
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]])  # noqa: S606 - ourselves
    if asked.replay:
        history = lived(asked.replay)
        _tell(history)
        sys.exit(bool(history.violations))
    sys.exit(simulate(asked.first, asked.seeds) > 0)


if __name__ == "__main__":
    main()
