"""Many hostile texts and answers from the command line: what became of them, and each that broke something.

    python -m tests.fuzz --inputs 1000000 --first 0 --of google
    python -m tests.fuzz --replay body:10:0:0.3625.1

Ends with status 1 if anything broke; interrupted, it tells what came of it so far.
"""

import argparse
import asyncio
import difflib
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from itertools import cycle

from tests.fuzz.course import MATERIALS, MIXTURES, Course, judged, run
from tests.fuzz.mutations import named
from tests.fuzz.reasons import OF_GOOGLE, OF_OUTLOOK, REASONS

_AT_ONCE = 500
_WIDTH = 150


def _parts(first: int, number: int, plugins: Sequence[str], processes: int) -> Iterator[Course]:
    sizes = [min(_AT_ONCE, number - done) for done in range(0, number, _AT_ONCE)]
    with ProcessPoolExecutor(processes) as workers:
        try:
            yield from workers.map(run, range(first, first + len(sizes)), sizes, cycle(plugins))
        finally:
            workers.shutdown(cancel_futures=True)


def fuzz(first: int, number: int, plugins: Sequence[str], processes: int) -> int:
    """Judge so many inputs and tell what came of them; returns how many broke something."""
    course, begun = Course(), time.monotonic()
    with suppress(KeyboardInterrupt):
        for part in _parts(first, number, plugins, processes):
            course.add(part)
            sys.stderr.write(f"\r{course.outcomes.total()} inputs, {len(course.broken)} broke something")
    seconds = time.monotonic() - begun
    sys.stderr.write("\n")
    total = course.outcomes.total()
    _tell(f"{total} inputs in {seconds:.0f} s, {total / seconds:.0f} a second")
    _tell(f"{len(course.broken)} broke something")
    slowest, name = course.slowest
    _tell(f"the slowest took {slowest * 1000:.0f} ms of the processor: --replay {name}")
    for what, count in course.outcomes.most_common():
        _tell(f"{count:>9}  {'refused: ' if what in REASONS | OF_GOOGLE | OF_OUTLOOK else ''}{what}")
    for name, error in course.broken.items():
        _tell(f"\n{error}\n--replay {name}")
    return len(course.broken)


def replay(name: str) -> int:
    """Show what was done to the seed, and judge it again."""
    one = named(name, MATERIALS)
    seed, text = one.material.seeds[one.seed].split("\n"), one.text
    for found in difflib.unified_diff(seed, text.split("\n"), "seed", name, lineterm="", n=1):
        _tell(ascii(found)[1:_WIDTH])
    with asyncio.Runner() as runner:
        _tell(judged(one, text, runner))
    return 0


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Hostile texts and answers.")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="how many (1000000)")
    parser.add_argument(
        "--first", type=int, default=0, help="the first seed; each is good for 500 inputs (0)"
    )
    parser.add_argument("--of", choices=MIXTURES, action="append", help="the plugin that is tried (all)")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time (2)")
    parser.add_argument("--replay", help="one input, by its name")
    asked = parser.parse_args()
    if asked.replay:
        sys.exit(replay(asked.replay))
    sys.exit(1 if fuzz(asked.first, asked.inputs, asked.of or list(MIXTURES), asked.processes) else 0)


if __name__ == "__main__":
    main()
