"""The ids of single occurrences (API "List instances"): only Graph knows them, and it may give others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from metonic_core.model.when import Slot
from metonic_core.spi import Answer, ProviderError, Unavailable
from metonic_outlook.answers import OK, document
from metonic_outlook.errors import read_failure
from metonic_outlook.fetching import Fetcher
from metonic_outlook.items import id_of, items_of, text_of
from metonic_outlook.moments import slot_of
from metonic_outlook.packing import Request
from metonic_outlook.paths import instances, with_query
from metonic_outlook.reading import Whole
from metonic_outlook.session import Session

_MOST_PAGES = 100
_MEMBERS = "id,type,seriesMasterId,originalStart"
_PAGE = "500"
# Days begin at other times elsewhere, and on both sides of the first and the last there is room for that.
_ROOM = timedelta(days=2)


@dataclass(eq=False)
class Search:
    """For some occurrences of a series; ``found``: their ids, ``error``: what hinders to know."""

    series: Whole
    slots: Sequence[Slot]
    found: dict[Slot, str] = field(default_factory=dict)
    error: ProviderError | None = None
    path: str = ""


async def search(session: Session, fetcher: Fetcher, calendar_id: str, searches: Sequence[Search]) -> None:
    """Fill them in, together; raises what hinders every read."""
    for one in searches:
        one.path = _beginning(calendar_id, one)
    for _ in range(_MOST_PAGES):
        left = [one for one in searches if one.path]
        if not left:
            return
        replies = await fetcher.read_each([Request("GET", one.path) for one in left])
        for one, reply in zip(left, replies, strict=True):
            one.path = ""
            try:
                if not isinstance(reply, Answer) or reply.status != OK:
                    raise read_failure(reply)
                one.path = _take(session, one, document(reply))
            except ProviderError as error:
                one.error = error
    raise Unavailable("Microsoft Graph's list of the occurrences of a series does not get on.")


def _beginning(calendar_id: str, asked: Search) -> str:
    days = sorted(slot.date() if isinstance(slot, datetime) else slot for slot in asked.slots)
    first, last = (datetime.combine(day, time(), UTC) for day in (days[0], days[-1]))
    query = {
        "startDateTime": f"{first - _ROOM:%Y-%m-%dT%H:%M:%SZ}",
        "endDateTime": f"{last + _ROOM + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        "$select": _MEMBERS,
        "$top": _PAGE,
    }
    return with_query(instances(calendar_id, id_of(asked.series.master)), query)


def _take(session: Session, asked: Search, page: Mapping[str, object]) -> str:
    """Take a page; where the next one is, empty at the end or once all are found."""
    when = asked.series.event.content.when
    home = text_of(asked.series.master, "originalStartTimeZone")
    for item in items_of(page):
        try:
            slot = slot_of(item, when, home)
        except ValueError:
            continue
        if slot is not None and slot in asked.slots:
            asked.found[slot] = id_of(item)
    link = text_of(page, "@odata.nextLink")
    is_all = len(asked.found) == len(asked.slots)
    return "" if is_all or not link else session.path_of(link)
