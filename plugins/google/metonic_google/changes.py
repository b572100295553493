"""The feed of a calendar by sync tokens, masters and exceptions as they are (guide "Synchronize resources").

Never expanded: time alone changes nothing then, and a touched series is one item and not seven hundred. What
a page leaves to be asked of single series is asked a step at a time, so that each step can be stored: all of
it at once may be more than a minute allows, and would be begun anew for ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from metonic_core.spi import Answer, Change, ChangePage, CursorExpired, Gone, Touched
from metonic_google.cursors import Cursor, Tally
from metonic_google.errors import BAD_REQUEST, GONE, NOT_FOUND, OK, document, read_failure
from metonic_google.etags import hint, series_etag, weight
from metonic_google.fetching import Fetcher, Standing, Withheld
from metonic_google.items import (
    FIELDS,
    Item,
    etag_of,
    id_of,
    is_anothers,
    is_cancelled,
    is_series,
    items_of,
    master_of,
    revision_of,
    text_of,
)
from metonic_google.multipart import Request
from metonic_google.paths import Parameter, events
from metonic_google.reading import READ_TYPES, Whole, is_appointment
from metonic_google.session import Session

_PAGE = 1000
_STEP = 50
"""How many series are asked for between two cursors: a batch, and what Google fails at of it once more."""
_FIELDS = f"items({FIELDS}),nextPageToken,nextSyncToken,timeZone"


@dataclass(frozen=True, slots=True)
class Page:
    """The items of one answer: what stands alone, masters by id, and exceptions by the id of their series."""

    single: Sequence[Item]
    masters: Mapping[str, Item]
    exceptions: Mapping[str, Sequence[Item]]

    @classmethod
    def of(cls, items: Sequence[Item]) -> "Page":
        exceptions: dict[str, list[Item]] = {}
        single, masters = [], {}
        for item in _latest(items):
            if master_of(item):
                exceptions.setdefault(master_of(item), []).append(item)
            elif is_series(item) and not is_cancelled(item):
                masters[id_of(item)] = item
            else:
                single.append(item)
        return cls(single, masters, exceptions)

    def parts(self, series: str) -> list[Item]:
        """What the page has of that series."""
        master = self.masters.get(series)
        return [*([master] if master else []), *self.exceptions.get(series, ())]

    def loose(self) -> dict[str, Sequence[Item]]:
        """Exceptions by the ids of series of which the page does not say what became of themselves."""
        told = {*self.masters, *map(id_of, self.single)}
        appointments = {i: [*filter(is_appointment, found)] for i, found in self.exceptions.items()}
        return {i: found for i, found in appointments.items() if found and i not in told}


def _latest(items: Sequence[Item]) -> list[Item]:
    """One of each id: an event that changes while pages are made may be on one of them twice."""
    found: dict[str, Item] = {}
    for item in items:
        known = found.get(id_of(item))
        if known is None or (revision_of(item) or 0) >= (revision_of(known) or 0):
            found[id_of(item)] = item
    return list(found.values())


async def changes(session: Session, fetcher: Fetcher, calendar_id: str, text: str | None) -> ChangePage:
    """One page of what changed since the cursor, or of everything; raises CursorExpired and CalendarGone."""
    cursor, found = Cursor.of(text), list[Change]()
    if not cursor.is_asking:
        found, cursor = await _listed(session, fetcher, calendar_id, cursor)
    asked, cursor = await _step(cursor, fetcher)
    found += asked
    if cursor.is_asking or cursor.page:
        return ChangePage(found, more=cursor.text)
    # Without a token every read is complete: that is what an empty cursor means.
    return ChangePage(found, done=cursor.text if cursor.sync else "")


async def _listed(
    session: Session, fetcher: Fetcher, calendar_id: str, cursor: Cursor
) -> tuple[list[Change], Cursor]:
    """What the next page of the list says by itself, and what follows it."""
    answer = await _asked(session, calendar_id, cursor)
    page, zone = Page.of(items_of(answer)), fetcher.usable(answer.get("timeZone"))
    following, token = text_of(answer, "nextPageToken"), text_of(answer, "nextSyncToken")
    alone = [_alone(item, zone) for item in page.single]
    if cursor.sync:
        touched = [Touched(series, hint(weight(page.parts(series)))) for series in page.masters]
        orphans = {i: tally for i, tally in _tallied({}, page).items() if tally.loose}
        after = Cursor(sync=cursor.sync if following else token, page=following)
        return [*alone, *touched], replace(after, orphans=orphans, joined=_joined(page))
    tallies = _tallied(cursor.series, page)
    if following:
        return alone, Cursor(page=following, series=tallies)
    orphans = {i: tally for i, tally in tallies.items() if tally.is_orphaned}
    whole = _counted(tallies) if cursor.page else _assembled(page, zone)
    return [*alone, *whole], Cursor(sync=token, orphans=orphans)


async def _asked(session: Session, calendar_id: str, cursor: Cursor) -> Item:
    query: dict[str, Parameter] = {
        "maxResults": _PAGE,
        "singleEvents": "false",
        "eventTypes": READ_TYPES,
        "fields": _FIELDS,
    }
    answer = await session.send(Request("GET", events(calendar_id, **query, **cursor.query)))
    if answer.status == OK:
        return document(answer)
    if answer.status == NOT_FOUND:
        raise await session.missing(calendar_id)
    if _is_forgotten(answer, cursor):
        raise CursorExpired("Google Calendar does not know any more what it has told already.")
    raise read_failure(answer)


def _is_forgotten(answer: Answer, cursor: Cursor) -> bool:
    """Whether only a complete read helps. Of a token that is no longer one, both statuses have been met."""
    return answer.status == GONE or (answer.status == BAD_REQUEST and bool(cursor.query))


def _alone(item: Item, zone: str) -> Change:
    if is_cancelled(item):
        return Gone(id_of(item), revision=revision_of(item))
    return Whole(item, zone=zone).read


def _joined(page: Page) -> Mapping[str, str]:
    """The series of others, by their UIDs: of those the user may have had some occurrences alone so far."""
    others = [master for master in page.masters.values() if is_anothers(master) and is_appointment(master)]
    return {id_of(master): text_of(master, "iCalUID") for master in others}


def _assembled(page: Page, zone: str) -> list[Change]:
    """The series of a calendar that fits on one page."""
    return [Whole(master, page.exceptions.get(i, ()), zone).read for i, master in page.masters.items()]


def _counted(tallies: Mapping[str, Tally]) -> list[Change]:
    """At the end of a read over several pages: which version of each series there is."""
    return [Touched(i, series_etag(tally.weight)) for i, tally in tallies.items() if tally.has_master]


def _tallied(known: Mapping[str, Tally], page: Page) -> Mapping[str, Tally]:
    made, loose = dict(known), page.loose()
    for series in dict.fromkeys([*page.masters, *page.exceptions]):
        before = made.get(series, Tally())
        has_master = before.has_master or series in page.masters
        parts = ((id_of(e), "" if is_cancelled(e) else etag_of(e)) for e in loose.get(series, ()))
        made[series] = Tally(
            before.weight + weight(page.parts(series)),
            has_master,
            () if has_master else (*before.loose, *parts),
        )
    return made


async def _step(cursor: Cursor, fetcher: Fetcher) -> tuple[list[Change], Cursor]:
    """What is next to be asked of single series, and what is left of it then."""
    orphans = dict(islice(cursor.orphans.items(), _STEP))
    joined = dict(islice(cursor.joined.items(), _STEP - len(orphans)))
    found = [*await _orphans(orphans, fetcher), *await _left(joined, fetcher)]
    return found, cursor.without(orphans, joined)


async def _orphans(tallies: Mapping[str, Tally], fetcher: Fetcher) -> list[Change]:
    """Whoever is invited to some occurrences of a series sees these alone: each is an event of its own.

    Of a series of which that is not known, nothing is taken for such an event: it is to be read again.
    """
    found: list[Change] = []
    for series, stands in (await fetcher.standing(tallies)).items():
        tally = tallies[series]
        if stands is Standing.UNSEEN:
            found += [Touched(i, etag) if etag else Gone(i, is_firm=False) for i, etag in tally.loose]
        elif stands is not Standing.DELETED:
            found.append(Touched(series, hint(tally.weight)))
    return found


async def _left(joined: Mapping[str, str], fetcher: Fetcher) -> list[Change]:
    """Whoever was invited to some occurrences and is to all now has them in the series, and not alone.

    Google names the series then, and need not name those occurrences. It happens with series of others only.
    """
    masters: list[Item] = [{"id": series, "iCalUID": uid} for series, uid in joined.items()]
    found = (await fetcher.exceptions(masters)).values()
    parts = [e for exceptions in found if not isinstance(exceptions, Withheld) for e in exceptions]
    return [Gone(id_of(exception), is_firm=False) for exception in parts]
