"""Skip tokens and delta tokens: opaque texts that the server remembers the meaning of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from metonic_simulators.graph.mailbox import Event
from metonic_simulators.store.seeds import Seeds

Group = tuple[Event, ...]
"""What stays together on a page: an event, or a series and its occurrences."""


@dataclass(frozen=True, slots=True)
class Window:
    """Of a calendar view; ``kind``: ``view`` or ``events``."""

    kind: str
    calendar: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a reader has read."""

    window: Window
    revision: int
    issued: datetime


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a round after a page, and the mark that comes at its end."""

    groups: Sequence[Group]
    mark: Mark


@dataclass
class Tokens:
    seeds: Seeds
    rests: dict[str, Rest] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)

    def skip(self, rest: Rest) -> str:
        token = "R0usmci39O" + self.seeds.text("skip", 60)
        self.rests[token] = rest
        return token

    def delta(self, mark: Mark) -> str:
        token = "R0usmcCM0" + self.seeds.text("delta", 60)
        self.marks[token] = mark
        return token

    def expire(self) -> int:
        """Every token there is now, of rounds under way too; gives how many."""
        self.expired.update(self.rests, self.marks)
        return len(self.expired)
