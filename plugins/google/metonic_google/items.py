"""An event resource as it came (reference "Events"): anything may be missing, or of another type."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Item = Mapping[str, Any]

FIELDS = (
    "id,etag,status,updated,summary,location,description,start,end,recurrence,recurringEventId,"
    "originalStartTime,iCalUID,visibility,transparency,eventType,attendees(responseStatus),attendeesOmitted,"
    "organizer,guestsCanModify,locked,extendedProperties(private)"
)
MARKER = "metonic"
_CANCELLED = "cancelled"


def text_of(item: Item, name: str) -> str:
    """A text; empty if it is not there."""
    found = item.get(name)
    return found if isinstance(found, str) else ""


def part_of(item: Item, name: str) -> Item:
    """An object within; empty if it is not there."""
    found = item.get(name)
    return found if isinstance(found, dict) else {}


def lines_of(item: Item) -> list[str]:
    """The lines of its recurrence."""
    found = item.get("recurrence")
    return [line for line in found if isinstance(line, str)] if isinstance(found, list) else []


def items_of(document: Item) -> list[Item]:
    """The items of a list: an empty one may come without any, and one without an id is nothing."""
    found = document.get("items")
    return [one for one in found if isinstance(one, dict) and id_of(one)] if isinstance(found, list) else []


def id_of(item: Item) -> str:
    return text_of(item, "id")


def etag_of(item: Item) -> str:
    return text_of(item, "etag")


def master_of(item: Item) -> str:
    """The id of the series of which it is an exception; empty if it is none."""
    return text_of(item, "recurringEventId")


def is_cancelled(item: Item) -> bool:
    """Of an exception: the occurrence is; of everything else: it is deleted."""
    return text_of(item, "status") == _CANCELLED


def is_series(item: Item) -> bool:
    """Whether it is the master of a series."""
    return not master_of(item) and bool(lines_of(item))


def marker_of(item: Item) -> str | None:
    """Our mark on a copy."""
    return text_of(part_of(part_of(item, "extendedProperties"), "private"), MARKER) or None


def updated_of(item: Item) -> datetime | None:
    """When its main content was last changed: not told by every tombstone, not moved by reminders."""
    try:
        at = datetime.fromisoformat(text_of(item, "updated"))
    except ValueError:
        return None
    return at if at.tzinfo else None


def revision_of(item: Item) -> int | None:
    """``updated`` in milliseconds."""
    at = updated_of(item)
    return None if at is None else round(at.timestamp() * 1000)
