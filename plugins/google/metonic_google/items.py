"""An event resource as it came (reference "Events"): anything may be missing, or of another type."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Item = Mapping[str, Any]

FIELDS = (
    "id,etag,status,updated,summary,location,description,start,end,recurrence,recurringEventId,"
    "originalStartTime,iCalUID,visibility,transparency,eventType,attendees(responseStatus),attendeesOmitted,"
    "organizer,guestsCanModify,locked,extendedProperties(private)"
)
MARKER = "metonic"
PART = "part;"
"""Before our mark while a write has not reached all occurrences of the series."""

_CANCELLED = "cancelled"
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_EPOCH, _THOUSANDTH = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
_VERSION = re.compile("[0-9]{10,20}")
# Google's ids have 1,024 characters, and those of occurrences a date more. An index takes some 2,700 octets.
_LONGEST_NAME = 1100


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


def lines_of(item: Item) -> list[str]:
    """The lines of its recurrence."""
    found = item.get("recurrence")
    return [line for line in found if isinstance(line, str)] if isinstance(found, list) else []


def items_of(document: Item) -> list[Item]:
    """The items of a list: an empty one may come without any, and one without an id to keep is nothing."""
    found = document.get("items")
    return [one for one in found if isinstance(one, dict) and id_of(one)] if isinstance(found, list) else []


def id_of(item: Item) -> str:
    return name_of(item, "id")


def etag_of(item: Item) -> str:
    return name_of(item, "etag")


def master_of(item: Item) -> str:
    """The id of the series of which it is an exception; empty if it is none."""
    return name_of(item, "recurringEventId")


def is_cancelled(item: Item) -> bool:
    """Of an exception: the occurrence is; of everything else: it is deleted."""
    return text_of(item, "status") == _CANCELLED


def is_series(item: Item) -> bool:
    """Whether it is the master of a series."""
    return not master_of(item) and bool(lines_of(item))


def is_anothers(item: Item) -> bool:
    """Whether somebody else organizes it, as far as it tells."""
    organizer = part_of(item, "organizer")
    return bool(organizer) and organizer.get("self") is not True


def mark_of(item: Item) -> tuple[str | None, bool]:
    """Our mark on a copy, and whether the write that left it was not done with the series' occurrences."""
    mark = name_of(part_of(part_of(item, "extendedProperties"), "private"), MARKER)
    return mark.removeprefix(PART) or None, mark.startswith(PART)


def is_partial(item: Item) -> bool:
    """Whether the write that left the mark was not done with the occurrences of the series."""
    return mark_of(item)[1]


def updated_of(item: Item) -> datetime | None:
    """When its main content was last changed: not told by every tombstone, not moved by reminders."""
    try:
        at = datetime.fromisoformat(text_of(item, "updated"))
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def revision_of(item: Item) -> int | None:
    """``updated`` in microseconds, of which it tells the thousands; None where it is not told."""
    return revision_at(updated_of(item), etag_of(item))


def revision_at(updated: datetime | None, etag: str) -> int | None:
    """The same of what was read already.

    The etag has the rest as long as it goes with that, so that of two edits within one millisecond the later
    one is. That is no promise of Google's, and decides nothing else.
    """
    if updated is None:
        return None
    thousands = round((updated - _EPOCH) / _THOUSANDTH)
    digits = etag.strip('"')
    if _VERSION.fullmatch(digits) and (version := int(digits) // 2) // 1000 == thousands:
        return version
    return thousands * 1000
