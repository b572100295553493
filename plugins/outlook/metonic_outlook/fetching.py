"""Events by their ids, whole: with our properties, and a series with what differs in it (API "Get event").

What a series has of exceptions and cancelled occurrences comes only where it is asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from metonic_core.spi import Answer, ProviderError, Seen, StoredEvent, Unavailable
from metonic_outlook.answers import BAD_REQUEST, OK, document
from metonic_outlook.errors import (
    ANOTHER,
    Reply,
    is_failing,
    is_malformed_id,
    is_missing,
    read_failure,
    stopping,
)
from metonic_outlook.items import (
    IDENTITY,
    KEPT,
    MARKER,
    ZONE,
    Item,
    id_of,
    is_part,
    is_series,
    items_of,
    text_of,
)
from metonic_outlook.lanes import send_each
from metonic_outlook.packing import Request
from metonic_outlook.paths import event, events, with_query
from metonic_outlook.reading import Whole
from metonic_outlook.session import Session

_MOST_PAGES = 100
_PART = (
    "id,type,seriesMasterId,subject,body,start,end,isAllDay,isCancelled,isOrganizer,location,showAs,sensitivity,"
    "lastModifiedDateTime,attendees,originalStart,isOnlineMeeting,onlineMeeting,onlineMeetingUrl"
)
_WHOLE = f"{_PART},originalStartTimeZone,originalEndTimeZone,recurrence,iCalUId,transactionId"
_BESIDE = " or ".join(f"id eq '{name}'" for name in (MARKER, IDENTITY, ZONE, KEPT))
PROPERTIES = f"singleValueExtendedProperties($filter={_BESIDE})"
"""Ours, expanded."""

SINGLE = {"$select": _WHOLE, "$expand": PROPERTIES}
_SERIES = {
    "$select": f"{_WHOLE},cancelledOccurrences,exceptionOccurrences",
    "$expand": f"{PROPERTIES},exceptionOccurrences($select={_PART})",
}
_UNSHOWN = "Outlook does not show what differs in the series."


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no event under that id."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """There may be one and Graph does not hand it out; ``reason`` is a sentence.

    ``is_passing``: Graph failed at it, and may succeed a moment later.
    """

    reason: str
    is_passing: bool = False


Fetched = Whole | Missing | Withheld


class Fetcher:
    """Reads one calendar."""

    def __init__(self, session: Session, calendar_id: str) -> None:
        self._session = session
        self._calendar_id = calendar_id

    async def fetch(self, ids: Iterable[str]) -> Mapping[str, Fetched]:
        """What is stored under each of these ids; raises what hinders every read."""
        wanted = list(dict.fromkeys(ids))
        replies = dict(zip(wanted, await self._replies(wanted, _SERIES), strict=True))
        # Whether what only a series has may be asked of a single event is not said anywhere.
        refused = [i for i, reply in replies.items() if _is_refused(reply)]
        plain = dict(zip(refused, await self._replies(refused, SINGLE), strict=True))
        found = {i: _item(i, replies[i]) for i in wanted}
        found |= {i: _alone(_item(i, reply)) for i, reply in plain.items()}
        await self._check(found)
        return await self._completed(found)

    async def _replies(self, ids: Sequence[str], query: dict[str, str]) -> list[Reply]:
        paths = [with_query(event(self._calendar_id, i), query) for i in ids]
        return await self.read_each([Request("GET", path) for path in paths])

    async def _check(self, found: Mapping[str, "Item | Missing | Withheld"]) -> None:
        """In a calendar that is gone, every event is; and where none was had, the reason may be more."""
        is_none = bool(found) and all(isinstance(one, Withheld) for one in found.values())
        if is_none or any(isinstance(one, Missing) for one in found.values()):
            await self._session.expect(self._calendar_id)

    async def _completed(self, found: Mapping[str, "Item | Missing | Withheld"]) -> Mapping[str, Fetched]:
        """With the exceptions of each series, those on further pages too."""
        made: dict[str, Fetched] = {}
        exceptions: dict[str, list[Item]] = {}
        links: dict[str, str] = {}
        for event_id, one in found.items():
            if isinstance(one, Missing | Withheld):
                made[event_id] = one
                continue
            exceptions[event_id] = _listed(one, "exceptionOccurrences")
            links[event_id] = text_of(one, "exceptionOccurrences@odata.nextLink")
            made[event_id] = Whole(one, exceptions[event_id])
        for _ in range(_MOST_PAGES):
            links = {event_id: link for event_id, link in links.items() if link}
            if not links:
                break
            paths = self._paths(links)
            replies = await self.read_each([Request("GET", path) for path in paths.values()])
            made |= {event_id: Withheld(_UNSHOWN) for event_id in links.keys() - paths.keys()}
            links = {i: _add(made, exceptions, i, reply) for i, reply in zip(paths, replies, strict=True)}
        return made | {event_id: Withheld(_UNSHOWN) for event_id, link in links.items() if link}

    def _paths(self, links: Mapping[str, str]) -> dict[str, str]:
        """Those that lead to Graph: one that does not hides its series and no other."""
        found = {}
        for event_id, link in links.items():
            with suppress(Unavailable):
                found[event_id] = self._session.path_of(link)
        return found

    async def find(self, identities: Sequence[UUID]) -> Sequence[Sequence[StoredEvent]]:
        """The events that were created with these identities, whole, in the same order."""
        named = await self.named(identities)
        found = await self.fetch(i for ids in named for i in ids)
        for one in found.values():
            if isinstance(one, Withheld) and one.is_passing:
                # Whoever does not find it makes it once more.
                raise Unavailable(one.reason)
        read = [[one.read for i in ids if isinstance(one := found[i], Whole)] for ids in named]
        return [
            [one.event for one in told if isinstance(one, Seen) and one.event.identity == str(identity)]
            for told, identity in zip(read, identities, strict=True)
        ]

    async def named(self, identities: Sequence[UUID]) -> Sequence[Sequence[str]]:
        """The ids of the events that say so: duplicates that a user has made, too. Raises what hinders."""
        replies = await self.read_each([self._by_identity(identity) for identity in identities])
        return [[id_of(item) for item in items_of(_document(reply))] for reply in replies]

    def _by_identity(self, identity: UUID) -> Request:
        test = f"singleValueExtendedProperties/Any(ep: ep/id eq '{IDENTITY}' and ep/value eq '{identity}')"
        query = {"$filter": test, "$select": "id,transactionId", "$top": "50"}
        return Request("GET", with_query(events(self._calendar_id), query))

    async def read_each(self, requests: Sequence[Request]) -> list[Reply]:
        """With a second chance for each that Graph failed at; raises what hinders them all."""
        replies = await send_each(self._session, requests)
        _raise_stop(replies)
        failed = [number for number, reply in enumerate(replies) if is_failing(reply)]
        if len(failed) > 1:
            await self._session.expect(self._calendar_id)
        for number in failed:
            replies[number] = await self._session.attempt(requests[number])
        _raise_stop(replies)
        return replies


def _raise_stop(replies: Iterable[Reply]) -> None:
    for error in filter(None, map(stopping, replies)):
        raise error


def _is_refused(reply: Reply) -> bool:
    return isinstance(reply, Answer) and reply.status == BAD_REQUEST and not is_malformed_id(reply)


def _document(reply: Reply) -> Item:
    if not isinstance(reply, Answer) or reply.status != OK:
        raise read_failure(reply)
    return document(reply)


def _item(event_id: str, reply: Reply) -> Item | Missing | Withheld:
    if is_missing(reply):
        return Missing()
    try:
        item = _document(reply)
    except ProviderError as error:
        return Withheld(error.message, is_passing=isinstance(error, Unavailable))
    if id_of(item) != event_id:
        return Withheld(ANOTHER, is_passing=True)
    # An occurrence of a series that is there is no event of its own.
    return Missing() if is_part(item) else item


def _alone(one: Item | Missing | Withheld) -> Item | Missing | Withheld:
    """Read without what differs in it: that is all of a single event, and not of a series."""
    is_torn = not isinstance(one, Missing | Withheld) and is_series(one)
    return Withheld(_UNSHOWN) if is_torn else one


def _listed(item: Item, name: str) -> list[Item]:
    found = item.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _add(made: dict[str, Fetched], exceptions: dict[str, list[Item]], event_id: str, reply: Reply) -> str:
    """Take a further page of a series; the link to the next one, empty at the end."""
    try:
        page = _document(reply)
        exceptions[event_id] += items_of(page)
    except ProviderError as error:
        made[event_id] = Withheld(error.message, is_passing=isinstance(error, Unavailable))
        return ""
    return text_of(page, "@odata.nextLink")
