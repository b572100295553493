"""Making a failing history short: as few decisions as still break the same invariant (delta debugging)."""

from collections.abc import Callable, Sequence

from tests.simulation.decisions import LENGTH, Script
from tests.simulation.history import History

Live = Callable[[Script], History]


def shrunk(failed: History, live: Live, *, most: int = 400) -> History:
    """The shortest history found by cutting decisions, after at most that many tries.

    What is kept keeps its own chance, but meets others; so each cut is tried, and not reckoned.
    """
    best, left = failed, most
    width = max(1, len(_kept(best.script)) // 2)
    while width and left > 0:
        cut = None
        for part in _parts(_kept(best.script), width):
            left -= 1
            cut = live(best.script.keeping(set(_kept(best.script)) - set(part)))
            if _is_alike(cut, failed):
                best = cut
                break
            cut = None
        if cut is None:
            width //= 2
    return best


def _kept(script: Script) -> Sequence[int]:
    return range(LENGTH) if script.kept is None else script.kept


def _parts(kept: Sequence[int], width: int) -> list[Sequence[int]]:
    return [kept[i : i + width] for i in range(0, len(kept), width)]


def _is_alike(one: History, other: History) -> bool:
    """Whether both break an invariant of the same name."""
    return bool(names(one) & names(other))


def names(history: History) -> set[str]:
    """The invariants that a history breaks: what stands before the colon."""
    return {violation.partition(":")[0] for violation in history.violations}
