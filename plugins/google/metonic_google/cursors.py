"""What a read of the feed remembers between two requests, as the text that is stored between two runs.

It is the sync token, and in the middle of a read the page token. Of a complete read over several pages it is
also what its series weigh so far: their parts may be on any page, and only all of them together tell their
version. Of a page that was read it is what is still to be asked of single series.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from metonic_core.spi import CursorExpired


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known of a series in the middle of a read.

    ``loose``: exceptions without their master, as ids and etags; the etag is empty of a cancelled one.
    """

    weight: int = 0
    has_master: bool = False
    loose: tuple[tuple[str, str], ...] = ()

    @property
    def is_orphaned(self) -> bool:
        """Whether an exception stands in the calendar and its master was not met."""
        return any(etag for _, etag in self.loose)


@dataclass(frozen=True, slots=True)
class Cursor:
    """``sync`` is empty in a complete read, ``page`` at its beginning and between reads.

    ``orphans`` and ``joined`` (UIDs by series) are to be asked before the list is; the rest is for then.
    """

    sync: str = ""
    page: str = ""
    series: Mapping[str, Tally] = field(default_factory=dict)
    orphans: Mapping[str, Tally] = field(default_factory=dict)
    joined: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str | None) -> "Cursor":
        """Raises CursorExpired for a text that is no cursor of ours."""
        if not text:
            return cls()
        try:
            found = json.loads(text)
            return cls(
                str(found.get("sync", "")),
                str(found.get("page", "")),
                _tallies(found.get("series", {})),
                _tallies(found.get("orphans", {})),
                {str(i): str(uid) for i, uid in found.get("joined", {}).items()},
            )
        except (ValueError, TypeError, AttributeError) as error:
            raise CursorExpired("That is no cursor of Google Calendar.") from error

    @property
    def is_asking(self) -> bool:
        return bool(self.orphans or self.joined)

    @property
    def text(self) -> str:
        named = {
            "sync": self.sync,
            "page": self.page,
            "series": _texts(self.series),
            "orphans": _texts(self.orphans),
            "joined": {**self.joined},
        }
        return json.dumps({name: part for name, part in named.items() if part}, separators=(",", ":"))

    @property
    def query(self) -> dict[str, str]:
        named = {"syncToken": self.sync, "pageToken": self.page}
        return {name: token for name, token in named.items() if token}

    def without(self, orphans: Collection[str], joined: Collection[str]) -> "Cursor":
        """After these were asked."""
        return replace(
            self,
            orphans={i: tally for i, tally in self.orphans.items() if i not in orphans},
            joined={i: uid for i, uid in self.joined.items() if i not in joined},
        )


def _tallies(found: Mapping[str, tuple[str, bool, list[tuple[str, str]]]]) -> dict[str, Tally]:
    return {
        i: Tally(int(total, 16), bool(has_master), tuple((str(e), str(etag)) for e, etag in loose))
        for i, (total, has_master, loose) in found.items()
    }


def _texts(tallies: Mapping[str, Tally]) -> dict[str, object]:
    return {i: [f"{tally.weight:x}", tally.has_master, tally.loose] for i, tally in tallies.items()}
