"""Reading the feed of a scripted calendar."""

from datetime import UTC, datetime

from tests.plugins.google.scripted import EVENTS, Scripted, listed
from tests.plugins.scripted import Body

from metonic_core.spi import (
    Change,
    ChangePage,
    Foreign,
    Gone,
    Seen,
    Touched,
    Unreadable,
    Window,
)
from metonic_google.adapter import GoogleAdapter

WINDOW = Window(datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))


async def page(adapter: GoogleAdapter, cursor: str | None = None) -> ChangePage:
    return await adapter.get_changes("primary", cursor, WINDOW)


async def since(adapter: GoogleAdapter, server: Scripted, *items: Body) -> ChangePage:
    """What is reported of these items after a first read of an empty calendar."""
    server.on("GET", EVENTS, listed(token="start"), listed(*items, token="next"))
    first = await page(adapter)
    server.requests = 0
    return await page(adapter, first.done)


def ids(changes: ChangePage) -> list[str]:
    return [change.event.id if isinstance(change, Seen) else change.id for change in changes.changes]


def etags(changes: ChangePage) -> list[str]:
    return [_etag(change) for change in changes.changes]


def _etag(change: Change) -> str:
    match change:
        case Seen(event=event):
            return event.etag
        case Gone():
            return ""
        case Touched(etag=etag) | Unreadable(etag=etag) | Foreign(etag=etag):
            return etag
