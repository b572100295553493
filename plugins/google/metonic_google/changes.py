"""The feed of a calendar by sync tokens, masters and exceptions as they are (guide "Synchronize resources").

Never expanded: time alone changes nothing then, and a touched series is one item and not seven hundred. A
cursor is the sync token, in the middle of a read the page token, and of a complete read over several pages
what its series weigh so far: their parts may be on any page, and only all of them together tell their
version.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from metonic_core.spi import Answer, Change, ChangePage, CursorExpired, Gone, Touched
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
_FIELDS = f"items({FIELDS}),nextPageToken,nextSyncToken,timeZone"


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known of a series in the middle of a read; ``loose``: exceptions before their master."""

    weight: int = 0
    has_master: bool = False
    loose: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cursor:
    """``sync`` is empty in a complete read, ``page`` at its beginning and between reads."""

    sync: str = ""
    page: str = ""
    series: Mapping[str, Tally] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str | None) -> "Cursor":
        """Raises CursorExpired for a text that is no cursor of ours."""
        if not text:
            return cls()
        try:
            found = json.loads(text)
            series = {
                i: Tally(int(total, 16), bool(has_master), tuple((str(e), str(v)) for e, v in loose))
                for i, (total, has_master, loose) in found.get("series", {}).items()
            }
            return cls(str(found.get("sync", "")), str(found.get("page", "")), series)
        except (ValueError, TypeError, AttributeError) as error:
            raise CursorExpired("That is no cursor of Google Calendar.") from error

    @property
    def text(self) -> str:
        named = {"sync": self.sync, "page": self.page}
        parts: dict[str, object] = {name: token for name, token in named.items() if token}
        if self.series:
            parts["series"] = {i: [f"{t.weight:x}", t.has_master, t.loose] for i, t in self.series.items()}
        return json.dumps(parts, separators=(",", ":"))

    @property
    def query(self) -> dict[str, str]:
        named = {"syncToken": self.sync, "pageToken": self.page}
        return {name: token for name, token in named.items() if token}


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

    def orphaned(self) -> list[str]:
        """The series of which the page has exceptions and does not say what became of themselves."""
        told = {*self.masters, *map(id_of, self.single)}
        return [series for series in self.exceptions if series not in told]


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
    cursor = Cursor.of(text)
    answer = await _asked(session, calendar_id, cursor)
    page, zone = Page.of(items_of(answer)), fetcher.usable(answer.get("timeZone"))
    following = text_of(answer, "nextPageToken")
    alone = [_alone(item, zone) for item in page.single]
    if cursor.sync:
        found = [*alone, *await _hinted(page, fetcher, zone)]
        if following:
            return ChangePage(found, more=replace(cursor, page=following).text)
    elif following:
        series = _tallied(cursor.series, page)
        return ChangePage(alone, more=Cursor(page=following, series=series).text)
    elif cursor.page:
        found = [*alone, *await _counted(_tallied(cursor.series, page), fetcher)]
    else:
        found = [*alone, *await _assembled(page, fetcher, zone)]
    # Without a token every read is complete: that is what an empty cursor means.
    token = text_of(answer, "nextSyncToken")
    return ChangePage(found, done=Cursor(sync=token).text if token else "")


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


async def _hinted(page: Page, fetcher: Fetcher, zone: str) -> list[Change]:
    """Of series that changed in part, the hint to read them whole."""
    found = [Touched(series, hint(page.parts(series))) for series in page.masters]
    standing = await _standing(page, fetcher)
    for series, stands in standing.items():
        if stands is Standing.THERE:
            found.append(Touched(series, hint(page.parts(series))))
    return [*found, *await _joined(page, fetcher), *_orphans(page, standing, zone)]


async def _joined(page: Page, fetcher: Fetcher) -> list[Change]:
    """Whoever was invited to some occurrences and is to all now has them in the series, and not alone.

    Google names the series then, and need not name those occurrences. It happens with series of others only.
    """
    others = [master for master in page.masters.values() if is_anothers(master)]
    found = (await fetcher.exceptions(others)).values() if others else ()
    parts = [e for exceptions in found if not isinstance(exceptions, Withheld) for e in exceptions]
    return [Gone(id_of(exception), is_firm=False) for exception in parts]


async def _assembled(page: Page, fetcher: Fetcher, zone: str) -> list[Change]:
    """The series of a calendar that fits on one page."""
    found = [Whole(master, page.exceptions.get(i, ()), zone).read for i, master in page.masters.items()]
    return [*found, *_orphans(page, await _standing(page, fetcher), zone)]


async def _standing(page: Page, fetcher: Fetcher) -> Mapping[str, Standing]:
    series = [i for i in page.orphaned() if any(map(is_appointment, page.exceptions[i]))]
    return await fetcher.standing(series)


def _orphans(page: Page, standing: Mapping[str, Standing], zone: str) -> list[Change]:
    """Whoever is invited to some occurrences of a series sees these alone: each is an event of its own.

    Of a series of which that is not known, nothing is taken for such an event: it is to be read again.
    """
    untold = [series for series, stands in standing.items() if stands is Standing.UNTOLD]
    unseen = [series for series, stands in standing.items() if stands is Standing.UNSEEN]
    alone = [_alone(item, zone) for series in unseen for item in page.exceptions[series]]
    return [*(Touched(series, hint(page.parts(series))) for series in untold), *alone]


def _tallied(known: Mapping[str, Tally], page: Page) -> Mapping[str, Tally]:
    made = dict(known)
    for series in dict.fromkeys([*page.masters, *page.exceptions]):
        before = made.get(series, Tally())
        has_master = before.has_master or series in page.masters
        loose = [(id_of(e), etag_of(e)) for e in page.exceptions.get(series, ()) if not is_cancelled(e)]
        made[series] = Tally(
            before.weight + weight(page.parts(series)),
            has_master,
            () if has_master else (*before.loose, *loose),
        )
    return made


async def _counted(tallies: Mapping[str, Tally], fetcher: Fetcher) -> list[Change]:
    """At the end of a read over several pages: which version of each series there is."""
    found: list[Change] = [
        Touched(i, series_etag(tally.weight)) for i, tally in tallies.items() if tally.has_master
    ]
    standing = await fetcher.standing([i for i, tally in tallies.items() if tally.loose])
    untold = [i for i, stands in standing.items() if stands is Standing.UNTOLD]
    found += [Touched(i, series_etag(tallies[i].weight)) for i in untold]
    unseen = [i for i, stands in standing.items() if stands is Standing.UNSEEN]
    return [*found, *(Touched(*loose) for i in unseen for loose in tallies[i].loose)]
