"""Records that know in what order they last changed: what a change feed is read from."""

from collections.abc import Iterator
from typing import Generic, TypeVar

Record = TypeVar("Record")


class Records(Generic[Record]):
    """``revision`` counts the changes. A record is replaced whole, never altered in place."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[int, Record]] = {}
        self._order: list[str] = []

    @property
    def revision(self) -> int:
        return len(self._order)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Record]:
        """In the order in which they came first."""
        return (record for _, record in self._rows.values())

    def get(self, key: str) -> Record | None:
        found = self._rows.get(key)
        return found[1] if found else None

    def put(self, key: str, record: Record) -> None:
        self._order.append(key)
        self._rows[key] = (self.revision, record)

    def replace(self, key: str, record: Record) -> None:
        """Without a change that a feed would tell."""
        self._rows[key] = (self._rows[key][0], record)

    def drop(self, key: str) -> None:
        """As if it had never been."""
        self._rows.pop(key, None)

    def since(self, revision: int, until: int | None = None) -> list[Record]:
        """What changed last after a revision, up to another: each once, in the order of its last change."""
        found = []
        for number, key in enumerate(self._order[revision:until], revision + 1):
            row = self._rows.get(key)
            if row is not None and row[0] == number:
                found.append(row[1])
        return found
