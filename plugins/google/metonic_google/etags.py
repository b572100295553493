"""The version of a series: Google gives one to its master and one to each exception; here it has one.

Whether the master's changes with those of its exceptions is not said anywhere, so it is not asked: the sum
over all of them changes whenever one does, in whatever order they were met.
"""

import hashlib
from collections.abc import Iterable

from metonic_core.spi import EtagMismatch
from metonic_google.items import Item, etag_of, id_of

_SERIES = "series-"
_HINT = "hint-"
_MODULUS = 2**128


def weight(items: Iterable[Item]) -> int:
    """What these parts of a series add to its version."""
    return sum(_one(item) for item in items) % _MODULUS


def _one(item: Item) -> int:
    text = f"{id_of(item)}\n{etag_of(item)}"
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16], "big")


def series_etag(total: int) -> str:
    """The version of a series of which the parts together weigh that."""
    return f"{_SERIES}{total % _MODULUS:032x}"


def is_series(etag: str) -> bool:
    return etag.startswith(_SERIES)


def hint(total: int) -> str:
    """A version that no series ever has: it is new, and only reading it tells which one it is.

    The parts that changed together weigh that.
    """
    return f"{_HINT}{total % _MODULUS:032x}"


def if_match(etag: str) -> dict[str, str]:
    """The condition that the event still has that version; raises EtagMismatch for what is none."""
    if not etag or not etag.isprintable():
        raise EtagMismatch("The version of the event is not known.")
    return {"If-Match": etag}
