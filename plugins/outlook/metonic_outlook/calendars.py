"""The calendars of an account (resource "calendar"), and what its mailbox takes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from metonic_core.spi import Answer, CalendarInfo, Unavailable
from metonic_outlook.answers import OK, document
from metonic_outlook.errors import read_failure
from metonic_outlook.items import Item, entries_of, id_of, items_of, name_of, text_of, words_of
from metonic_outlook.lanes import send_each
from metonic_outlook.packing import Request
from metonic_outlook.paths import CALENDARS, IANA_ZONES, ME, MY_CALENDAR, ZONES, events, with_query
from metonic_outlook.session import Session
from metonic_outlook.zones import UTC_ZONE, Mailbox, iana_name

_ENTRY = {"$select": "id,name,hexColor,isDefaultCalendar,canEdit,canViewPrivateItems"}
_PAGE = {"$top": "100"}
_MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Person:
    """Whose account it is; ``id`` never changes."""

    id: str
    name: str


async def person(session: Session) -> Person:
    """Personal accounts have no mail of their own: their name is their address."""
    query = {"$select": "id,mail,userPrincipalName"}
    found = await session.read(Request("GET", with_query(ME, query)))
    if not id_of(found):
        raise Unavailable("Microsoft Graph does not say whose account it is.")
    name = name_of(found, "mail") or name_of(found, "userPrincipalName") or id_of(found)
    return Person(id_of(found), name)


async def primary(session: Session) -> CalendarInfo:
    """The user's default calendar."""
    found = await session.read(Request("GET", with_query(MY_CALENDAR, _ENTRY)))
    if not id_of(found):
        raise Unavailable("Microsoft Graph does not say which calendar is the default one.")
    return _calendar(found)


async def home(session: Session, calendar_id: str) -> str | None:
    """The IANA zone that most events of the calendar were made in; None if that is none.

    Nothing tells the user's own without a permission of its own, and days have to begin somewhere.
    """
    query = {"$select": "originalStartTimeZone", "$top": "50"}
    found = await session.read(Request("GET", with_query(events(calendar_id), query)))
    zones = Counter(iana_name(text_of(item, "originalStartTimeZone")) for item in entries_of(found))
    named = [zone for zone, _ in zones.most_common() if zone not in {None, UTC_ZONE}]
    return named[0] if named else None


async def listing(session: Session) -> Sequence[CalendarInfo]:
    """All that the user sees."""
    found: dict[str, Item] = {}
    path = with_query(CALENDARS, {**_ENTRY, **_PAGE})
    for _ in range(_MOST_PAGES):
        answer = await session.read(Request("GET", path))
        found |= {id_of(entry): entry for entry in items_of(answer)}
        link = text_of(answer, "@odata.nextLink")
        if not link:
            return [_calendar(entry) for entry in found.values()]
        path = session.path_of(link)
    raise Unavailable("Microsoft Graph's list of calendars does not get on.")


def _calendar(entry: Item) -> CalendarInfo:
    # Where private events cannot be seen, private copies could be made and not be read again.
    is_writable = entry.get("canEdit") is True and entry.get("canViewPrivateItems") is not False
    return CalendarInfo(
        id=id_of(entry),
        name=words_of(entry, "name") or id_of(entry),
        is_primary=entry.get("isDefaultCalendar") is True,
        is_writable=is_writable,
        color=name_of(entry, "hexColor") or None,
    )


async def mailbox(session: Session, home: str) -> Mailbox:
    """The zones that the mailbox knows, by the names of Windows and of IANA."""
    supported: set[str] = set()
    for reply in await send_each(session, [Request("GET", ZONES), Request("GET", IANA_ZONES)]):
        if not isinstance(reply, Answer) or reply.status != OK:
            raise read_failure(reply)
        supported |= {name_of(entry, "alias") for entry in entries_of(document(reply))}
    return Mailbox(frozenset(supported - {""}), home)
