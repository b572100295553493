"""The version of a series: its master's, those of its exceptions, and the days that are cancelled.

Whether the master's changes with its occurrences is not said anywhere, so it is not asked.
"""

import hashlib
from collections.abc import Iterable

from metonic_core.spi import EtagMismatch
from metonic_outlook.items import Item, etag_of, id_of

_SERIES = "series-"
_HINT = "hint-"
_LENGTH = 32


def series_etag(items: Iterable[Item], cancelled: Iterable[str]) -> str:
    """The version of the series that has these parts, in whatever order they came."""
    return f"{_SERIES}{_digest([*map(_part, items), *cancelled])}"


def is_series_etag(etag: str) -> bool:
    return etag.startswith(_SERIES)


def hint(items: Iterable[Item]) -> str:
    """A version that no series ever has: it is new, and only reading it tells which one it is.

    These parts of it were named.
    """
    return f"{_HINT}{_digest(map(_part, items))}"


def _part(item: Item) -> str:
    return f"{id_of(item)}\n{etag_of(item)}"


def _digest(parts: Iterable[str]) -> str:
    text = "\n\n".join(sorted(parts)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:_LENGTH]


def condition(etag: str) -> dict[str, str]:
    """That the event still has that version; none where it has none that can be sent."""
    return {"If-Match": etag} if etag and etag.isprintable() and etag.isascii() else {}


def if_match(etag: str) -> dict[str, str]:
    """The same; raises EtagMismatch for what is no version."""
    found = condition(etag)
    if not found:
        raise EtagMismatch("The version of the event is not known.")
    return found
