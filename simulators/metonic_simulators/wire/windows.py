"""Quotas over a sliding window."""

from collections import defaultdict, deque
from datetime import datetime, timedelta


class Windows:
    """What each key took in the last ``seconds``."""

    def __init__(self, seconds: float = 60) -> None:
        self._span = timedelta(seconds=seconds)
        self._taken: defaultdict[str, deque[tuple[datetime, int]]] = defaultdict(deque)
        self._sums: defaultdict[str, int] = defaultdict(int)

    def used(self, key: str, now: datetime) -> int:
        taken = self._taken[key]
        while taken and taken[0][0] <= now - self._span:
            self._sums[key] -= taken.popleft()[1]
        return self._sums[key]

    def take(self, key: str, units: int, now: datetime) -> None:
        self._taken[key].append((now, units))
        self._sums[key] += units
