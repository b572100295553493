"""What a read of the feed remembers between two requests, as the text that is stored between two runs.

It is Graph's own link from its path on, so that whatever is stored leads to no other server; and series that
were named on a page and are still to be told, so that they are read many at a time.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from metonic_core.spi import CursorExpired

_LONGEST = 16_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """``path`` is empty where a complete read begins; ``series``: by their ids, as they are hinted at."""

    path: str = ""
    series: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str | None) -> "Cursor":
        """Raises CursorExpired for a text that is no cursor of ours."""
        if not text:
            return cls()
        try:
            found = json.loads(text)
            named = found.get("series", {})
            made = cls(str(found["path"]), {str(i): str(told) for i, told in named.items()})
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise CursorExpired(_NO_CURSOR) from error
        if not _is_path(made.path):
            raise CursorExpired(_NO_CURSOR)
        return made

    @property
    def text(self) -> str:
        named = {"path": self.path, **({"series": {**self.series}} if self.series else {})}
        return json.dumps(named, separators=(",", ":"))


_NO_CURSOR = "That is no cursor of Outlook."


def _is_path(text: str) -> bool:
    is_path = text.startswith("/") and not text.startswith("//")
    is_plain = is_path and text.isascii() and text.isprintable() and " " not in text
    return is_plain and "delta" in text.casefold() and len(text) <= _LONGEST
