"""What changed in a calendar, within a window (API "event: delta").

The window is that with which a read began: it stays in Graph's own links, and only a complete read, which the
engine makes each day, moves it. Such a read names all there is in the new one, so nothing is lost with the
link of the read before. What was moved out of the window is told as removed, as what was deleted is: so it is
said to be gone for the time being, and reading it by its id tells.

Graph shows none of our properties here. An event that was not created with a transaction id of ours is none
of our copies, so it is told as it is; others are named, to be read. Of a series there are its master and the
stubs of its occurrences in the window, which say nothing about the others: it is named, to be read whole.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from metonic_core.spi import (
    Answer,
    Change,
    ChangePage,
    CursorExpired,
    Gone,
    ProviderError,
    Touched,
    Unavailable,
    Window,
)
from metonic_outlook.answers import BAD_REQUEST, OK, document
from metonic_outlook.cursors import Cursor
from metonic_outlook.errors import Hindered, is_failing, is_missing, is_reset, read_failure
from metonic_outlook.etags import hint
from metonic_outlook.items import Item, etag_of, id_of, identity_of, is_series, items_of, name_of, text_of
from metonic_outlook.lanes import LANES, SIZE
from metonic_outlook.packing import Request
from metonic_outlook.paths import changes as changes_of
from metonic_outlook.paths import with_query
from metonic_outlook.reading import Whole
from metonic_outlook.session import Session

_PAGE, _SMALL_PAGE = 50, 5
"""Of series with many occurrences Graph fails at larger ones, and may still at that."""

_FORGOTTEN = "Outlook does not know any more what it has told already."
_STUB = "occurrence"
_TOGETHER = LANES * SIZE
"""Each series takes a page where it has many occurrences, and they are read many at a time."""


async def changes(session: Session, calendar_id: str, text: str | None, window: Window) -> ChangePage:
    """One page of what changed since the cursor, or of everything; raises CursorExpired and CalendarGone."""
    cursor = Cursor.of(text)
    answer = await _asked(session, calendar_id, cursor, window)
    found, series = _told(items_of(answer))
    series = {**cursor.series, **series}
    following, end = text_of(answer, "@odata.nextLink"), text_of(answer, "@odata.deltaLink")
    if following and len(series) < _TOGETHER:
        return ChangePage(found, more=Cursor(session.path_of(following), series).text)
    found += [Touched(master, told) for master, told in series.items()]
    if following:
        return ChangePage(found, more=Cursor(session.path_of(following)).text)
    if not end:
        raise Unavailable("Microsoft Graph does not say how its list of changes goes on.")
    return ChangePage(found, done=Cursor(session.path_of(end)).text)


async def _asked(session: Session, calendar_id: str, cursor: Cursor, window: Window) -> Item:
    path = cursor.path or _beginning(calendar_id, window)
    reply = await session.attempt(_page(path, _PAGE))
    if is_failing(reply):
        reply = await session.attempt(_page(path, _SMALL_PAGE))
    if isinstance(reply, Hindered):
        raise reply.error
    if reply.status == OK:
        return document(reply)
    raise await _failure(session, calendar_id, reply, is_first=not cursor.path)


def _page(path: str, size: int) -> Request:
    return Request("GET", path, {"Prefer": f"odata.maxpagesize={size}"})


async def _failure(session: Session, calendar_id: str, answer: Answer, *, is_first: bool) -> ProviderError:
    if not is_first and (is_reset(answer) or answer.status == BAD_REQUEST):
        return CursorExpired(_FORGOTTEN)
    if is_missing(answer):
        error = await session.missing(calendar_id)
        # The calendar is there, and what led to its changes is not.
        return CursorExpired(_FORGOTTEN) if isinstance(error, Unavailable) and not is_first else error
    return read_failure(answer)


def _beginning(calendar_id: str, window: Window) -> str:
    query = {"startDateTime": _moment(window.start), "endDateTime": _moment(window.end)}
    return with_query(changes_of(calendar_id), query)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _told(items: Sequence[Item]) -> tuple[list[Change], dict[str, str]]:
    """Each event once, however often it is named: what was said last counts. Series by hints at them."""
    found: dict[str, Change] = {}
    series: dict[str, list[Item]] = {}
    for item in items:
        master = name_of(item, "seriesMasterId") or (id_of(item) if is_series(item) else "")
        if "@removed" in item:
            found[id_of(item)] = Gone(id_of(item), is_firm=False)
        elif master:
            series.setdefault(master, []).append(item)
        elif text_of(item, "type") != _STUB:
            found[id_of(item)] = _alone(item)
    return [*found.values()], {master: hint(parts) for master, parts in series.items()}


def _alone(item: Item) -> Change:
    return Touched(id_of(item), etag_of(item)) if identity_of(item) else Whole(item).read
