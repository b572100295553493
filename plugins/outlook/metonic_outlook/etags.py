"""The version of a series: its master's, those of its exceptions, and the days that are cancelled.

Whether the master's changes with its occurrences is not said anywhere, so it is not asked.
"""

import hashlib
from collections.abc import Iterable

from metonic_outlook.items import Item, etag_of, id_of

_SERIES = "series-"
_LENGTH = 32


def series_etag(items: Iterable[Item], cancelled: Iterable[str]) -> str:
    """The version of the series that has these parts, in whatever order they came."""
    parts = sorted([*(f"{id_of(item)}\n{etag_of(item)}" for item in items), *cancelled])
    text = "\n\n".join(parts).encode("utf-8", "surrogatepass")
    return f"{_SERIES}{hashlib.sha256(text).hexdigest()[:_LENGTH]}"
