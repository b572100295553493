"""Every provider write was announced: its intent was committed before, so that a crash cannot forget it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from metonic_core.model.mapping import Mapping, WriteKind
from metonic_core.spi.writes import Create, Delete, Update, Write

_Announced = tuple[WriteKind, str, str | None]
"""A write by what it is about: the identity of a create, else the event and the etag that it expects."""


@dataclass(slots=True)
class Announcements:
    """Whatever was committed as an intent; ``missing`` are writes that were not, in words."""

    missing: list[str] = field(default_factory=list)
    _committed: set[_Announced] = field(default_factory=set)

    def note(self, rows: Sequence[Mapping]) -> None:
        """These rows are committed."""
        for row in rows:
            intent = row.intent
            if intent is None:
                continue
            if intent.kind is WriteKind.CREATE:
                self._committed.add((intent.kind, str(row.marker(intent.operation).identity), None))
            else:
                self._committed.add((intent.kind, row.event_id or "", intent.etag or ""))

    def check(self, write: Write) -> None:
        """The provider is about to be asked for this."""
        if _told(write) not in self._committed:
            self.missing.append(f"I7: {type(write).__name__} without an intent: {_told(write)[1]}")


def _told(write: Write) -> _Announced:
    match write:
        case Create(identity=identity):
            return WriteKind.CREATE, str(identity), None
        case Update(id=event_id, etag=etag):
            return WriteKind.UPDATE, event_id, etag
        case Delete(id=event_id, etag=etag):
            return WriteKind.DELETE, event_id, etag
