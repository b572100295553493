"""Measuring two things side by side, on a machine that others use at the same time."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter

ROUNDS = 7
_TENTHS_BELOW = 0.01

Timed = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Figure:
    """Medians in seconds; ``floor`` is what the same costs at the very least. A peer has no target."""

    what: str
    ours: float
    floor: float
    target: float | None = None

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    def row(self) -> str:
        times = f"{_milliseconds(self.ours)} | {_milliseconds(self.floor)}"
        limit = "peer" if self.target is None else f"<= {self.target:g} {_verdict(self.ratio, self.target)}"
        return f"| {self.what} | {times} | {_short(self.ratio)} | {limit} |"


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure that needs no floor, such as memory, which nobody else on the machine takes away."""

    what: str
    ours: float
    unit: str
    target: float

    def row(self) -> str:
        limit = f"<= {self.target:g} {self.unit} {_verdict(self.ours, self.target)}"
        return f"| {self.what} | {self.ours:.0f} {self.unit} | | | {limit} |"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.{0 if seconds >= _TENTHS_BELOW else 1}f} ms"


def _short(ratio: float) -> str:
    return f"{ratio:.2g}" if ratio < 100 else f"{ratio:.0f}"  # noqa: PLR2004 - two digits, or all of them


def _verdict(found: float, target: float) -> str:
    return "(met)" if found <= target else "(missed)"


async def measured(what: str, ours: Timed, floor: Timed, target: float) -> Figure:
    """Both in turn, several times."""
    took, least = await in_turn(ROUNDS, partial(seconds, ours), partial(seconds, floor))
    return Figure(what, took, least, target)


async def in_turn(rounds: int, *doings: Callable[[], Awaitable[float]]) -> Sequence[float]:
    """The median of each: what slows the machine down for a while slows all of them."""
    times = [[await doing() for doing in doings] for _ in range(rounds)]
    return [median(column) for column in zip(*times, strict=True)]


async def seconds(done: Timed) -> float:
    began = perf_counter()
    await done()
    return perf_counter() - began
