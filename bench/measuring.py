"""Measuring two things side by side, on a machine that others use at the same time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

ROUNDS = 7

Timed = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Figure:
    """Medians in seconds; ``floor`` is what the same costs at the very least, or a peer."""

    what: str
    ours: float
    floor: float
    target: float

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    def row(self) -> str:
        times = f"{self.ours * 1000:.0f} ms | {self.floor * 1000:.0f} ms"
        limit = f"<= {self.target:g} {_verdict(self.ratio, self.target)}"
        return f"| {self.what} | {times} | {self.ratio:.2g} | {limit} |"


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


def _verdict(found: float, target: float) -> str:
    return "(met)" if found <= target else "(missed)"


async def measured(what: str, ours: Timed, floor: Timed, target: float) -> Figure:
    """Both in turn, several times: what slows the machine down for a while slows both."""
    times = [(await seconds(ours), await seconds(floor)) for _ in range(ROUNDS)]
    return Figure(what, median(t for t, _ in times), median(t for _, t in times), target)


async def seconds(done: Timed) -> float:
    began = perf_counter()
    await done()
    return perf_counter() - began
