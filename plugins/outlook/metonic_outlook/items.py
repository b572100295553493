"""An event resource as it came (resource "event"): anything may be missing, null, or of another type."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from metonic_core.spi import Unavailable

Item = Mapping[str, Any]

_SET = "7c3f5b1e-0c0a-4d6b-9a3e-2f1d8c5e6b74"
MARKER = f"String {{{_SET}}} Name metonic"
IDENTITY = f"String {{{_SET}}} Name metonic-identity"
ZONE = f"String {{{_SET}}} Name metonic-zone"
ATTEMPT = f"String {{{_SET}}} Name metonic-attempt"
KEPT = f"String {{{_SET}}} Name metonic-kept"
"""Our single-value extended properties: the mark, what the event was created as, its zone in our terms, which
attempt at its create has made it, and what is to be given back to its occurrences.

They come only where a request expands them, and never in a delta. Other programs do not show them.
"""

PART = "part;"
"""Before our mark while a write has not reached all occurrences of the series."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
# Exchange has ids of a few hundred characters. An index takes some 2,700 octets.
_LONGEST_NAME = 1100
_MASTER, _OCCURRENCE, _EXCEPTION = "seriesMaster", "occurrence", "exception"


def text_of(item: Item, name: str) -> str:
    """A text; empty if it is not there."""
    found = item.get(name)
    return found if isinstance(found, str) else ""


def name_of(item: Item, name: str) -> str:
    """A text that names something; empty if it could neither be stored nor sent."""
    found = text_of(item, name)
    if len(found) > _LONGEST_NAME or not found.isprintable():
        return ""
    return found if found.isascii() or len(found.encode()) <= _LONGEST_NAME else ""


def words_of(item: Item, name: str) -> str:
    """A text for people, cleaned."""
    return clean(text_of(item, name))


def clean(text: str) -> str:
    """Text with LF line ends, and without what no data base or page has a place for."""
    if text.isprintable():
        return text
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def part_of(item: Item, name: str) -> Item:
    """An object within; empty if it is not there."""
    found = item.get(name)
    return found if isinstance(found, dict) else {}


def list_of(item: Item, name: str) -> Sequence[Any]:
    """A list within; empty if it is not there."""
    found = item.get(name)
    return found if isinstance(found, list) else []


def number_of(item: Item, name: str) -> int:
    """A whole number; 0, which stands for none in Graph's patterns, if it is not there."""
    found = item.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def entries_of(document: Item) -> Sequence[Item]:
    """The objects of a list; raises Unavailable for what is no list: an empty calendar has an empty one."""
    found = document.get("value")
    if not isinstance(found, list):
        raise Unavailable("Microsoft Graph answered with something else than a list.")
    return [one for one in found if isinstance(one, dict)]


def items_of(document: Item) -> Sequence[Item]:
    """Those that have an id to keep."""
    return [one for one in entries_of(document) if id_of(one)]


def id_of(item: Item) -> str:
    return name_of(item, "id")


def etag_of(item: Item) -> str:
    """``W/"`` and the change key; it comes with every read."""
    return name_of(item, "@odata.etag")


def is_series(item: Item) -> bool:
    """Whether it is the master of a series."""
    is_told = text_of(item, "type") == _MASTER or bool(part_of(item, "recurrence"))
    return is_told and not is_part(item)


def is_part(item: Item) -> bool:
    """Whether it is one occurrence of a series that is there, and no event of its own."""
    return text_of(item, "type") in {_OCCURRENCE, _EXCEPTION} and bool(text_of(item, "seriesMasterId"))


def is_exception(item: Item) -> bool:
    """Whether it is an occurrence that was edited: rows of the others come as well, and say nothing."""
    return text_of(item, "type") != _OCCURRENCE


def is_cancelled(item: Item) -> bool:
    """Whether the organizer called it off: what attendees have of it stays until they remove it."""
    return item.get("isCancelled") is True


def has_guests(item: Item) -> bool:
    return bool(list_of(item, "attendees"))


def can_write(item: Item) -> bool:
    """Whether it may be edited: an attendee's copy is overwritten from the organizer's."""
    return item.get("isOrganizer") is not False and not is_cancelled(item)


def property_of(item: Item, name: str) -> str:
    """The value of one of our extended properties; empty if it was not asked for or is not there."""
    return name_of({"value": text_beside(item, name)}, "value")


def text_beside(item: Item, name: str) -> str:
    """The same, however long it is."""
    for found in list_of(item, "singleValueExtendedProperties"):
        # A GUID within is spelled in either case.
        if isinstance(found, dict) and text_of(found, "id").casefold() == name.casefold():
            return text_of(found, "value")
    return ""


def marker_of(item: Item) -> str | None:
    """Our mark on a copy."""
    return property_of(item, MARKER).removeprefix(PART) or None


def is_partial(item: Item) -> bool:
    """Whether the write that left the mark was not done with the occurrences of the series."""
    return property_of(item, MARKER).startswith(PART)


def identity_of(item: Item) -> str | None:
    """What it was created as, by its transaction id, which nothing but a create can set."""
    text = text_of(item, "transactionId")
    try:
        return str(UUID(text)) if text else None
    except ValueError:
        return None


def modified_of(item: Item) -> datetime | None:
    """When it was last changed, by whomever: Exchange does so too, some seconds after a create."""
    try:
        at = datetime.fromisoformat(text_of(item, "lastModifiedDateTime"))
        # 0001-01-01 stands for no date.
        return at.astimezone(UTC) if at.tzinfo and at.year > 1 else None
    except (ValueError, OverflowError):
        return None
