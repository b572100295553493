"""Page tokens and sync tokens: opaque texts that the server remembers the meaning of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from metonic_simulators.google import errors
from metonic_simulators.store.seeds import Seeds
from metonic_simulators.wire.faults import Switches

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a list after a page: of what ``query``, and what sync token comes at its end."""

    owner: str
    query: Query
    items: Sequence[object]
    start: int
    revision: int


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a reader has read: ``owner`` is the resource and the user."""

    owner: str
    query: Query
    revision: int
    generation: int
    issued: datetime


@dataclass
class Tokens:
    seeds: Seeds
    rests: dict[str, Rest] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)

    def page(self, rest: Rest) -> str:
        token = "Ci" + self.seeds.text("page", 38)
        self.rests[token] = rest
        return token

    def rest(self, token: str, owner: str, query: Query) -> Rest:
        """Raises Refused: a page token belongs to the query that it came from."""
        found = self.rests.get(token)
        if found is None or found.owner != owner or found.query != query:
            raise errors.invalid("Invalid page token value.", "parameter:pageToken")
        return found

    def sync(self, mark: Mark) -> str:
        token = "CP" + self.seeds.text("sync", 28) + "GAU="
        self.marks[token] = mark
        return token

    def mark(self, token: str, owner: str, query: Query) -> Mark:
        """Raises Refused: a sync token belongs to the list and the query that it came from."""
        found = self.marks.get(token)
        if found is None or found.owner != owner or found.query != query:
            raise errors.bad_sync_token()
        return found

    def check(self, token: str, generation: int, now: datetime, quirks: Switches) -> None:
        """Raises Refused for a token that the server has forgotten."""
        mark = self.marks[token]
        life = timedelta(days=quirks.number("sync-token-life", "days"))
        is_old = quirks.is_on("sync-token-life") and now - mark.issued > life
        if is_old or mark.generation != generation or token in self.expired:
            raise errors.full_sync_required()

    def expire(self) -> int:
        """Every sync token there is now; gives how many."""
        self.expired.update(self.marks)
        return len(self.expired)
