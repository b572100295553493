"""All events of a calendar, single ones and series, page by page (API "List events")."""

from metonic_core.spi import Change, EventPage, Gone, Unreadable
from metonic_outlook.answers import OK, document
from metonic_outlook.errors import is_missing, read_failure
from metonic_outlook.fetching import SINGLE, Fetcher, Withheld
from metonic_outlook.items import id_of, is_part, is_series, items_of, text_of
from metonic_outlook.packing import Request
from metonic_outlook.paths import events, with_query
from metonic_outlook.reading import Whole
from metonic_outlook.session import Session

_PAGE = {"$top": "100"}


async def listing(session: Session, fetcher: Fetcher, calendar_id: str, page: str | None) -> EventPage:
    """A page; raises CalendarGone. Series are read by themselves: what differs in them is not in a list."""
    path = page or with_query(events(calendar_id), {**SINGLE, **_PAGE})
    answer = await session.send(Request("GET", path))
    if is_missing(answer):
        raise await session.missing(calendar_id)
    if answer.status != OK:
        raise read_failure(answer)
    told = document(answer)
    items = [item for item in items_of(told) if not is_part(item)]
    series = await fetcher.fetch(id_of(item) for item in items if is_series(item))
    changes: list[Change] = []
    for item in items:
        found = series.get(id_of(item), Whole(item))
        if isinstance(found, Whole):
            changes.append(found.read)
        elif isinstance(found, Withheld):
            changes.append(Unreadable(id_of(item), "", found.reason, is_passing=found.is_passing))
    link = text_of(told, "@odata.nextLink")
    shown = [change for change in changes if not isinstance(change, Gone)]
    return EventPage(shown, more=session.path_of(link) if link else None)
