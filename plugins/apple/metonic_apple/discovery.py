"""From the address that somebody typed to the home of their calendars (RFC 6764, RFC 5397, RFC 4791 6.2)."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from metonic_apple import dav
from metonic_apple.contentlines import parse
from metonic_apple.errors import FORBIDDEN, MISSING, MULTISTATUS, UNAUTHORIZED, Incomprehensible, read_failure
from metonic_apple.paths import asked_next, collection_key, origin, resolved, tidy
from metonic_apple.session import Session, multistatus
from metonic_apple.zones import iana_name
from metonic_core.spi import (
    Account,
    Answer,
    CalendarInfo,
    NotACalendarServer,
    ProviderError,
    RateLimited,
    SignInNeeded,
    Unavailable,
)

_PRINCIPAL, _HOME = f"{dav.DAV}current-user-principal", f"{dav.CALDAV}calendar-home-set"
_TYPE, _NAME = f"{dav.DAV}resourcetype", f"{dav.DAV}displayname"
_KINDS, _ZONE = f"{dav.CALDAV}supported-calendar-component-set", f"{dav.CALDAV}calendar-timezone"
_COLOR, _RIGHTS = f"{dav.APPLE}calendar-color", f"{dav.DAV}current-user-privilege-set"
_CALENDAR, _COMPONENT = f"{dav.CALDAV}calendar", f"{dav.CALDAV}comp"
_WRITE = tuple(f"{dav.DAV}{right}" for right in ("all", "write", "write-content"))
_RGB = re.compile(r"#[0-9A-Fa-f]{6}")
_CLOSED = MISSING | {FORBIDDEN}
# 501 is what web servers say that never heard of PROPFIND.
_TROUBLE = frozenset({429, *range(500, 600)}) - {501}


@dataclass(frozen=True, slots=True)
class Home:
    """Where an account's calendars are, and whose they are; some have ``others`` (RFC 4791 6.2.1)."""

    url: str
    principal: str
    name: str
    others: tuple[str, ...] = ()


async def sign_in(session: Session, account: Account) -> Account:
    """The account with its home found."""
    home = await find_home(session)
    return Account(
        subject=_subject(session, home, account.subject),
        name=home.name or account.username,
        server=home.url,
        username=account.username,
    )


def _subject(session: Session, home: Home, known: str) -> str:
    """Where accounts move between hosts, all of those serve the same principals.

    ICloud has named one that is the same for everybody; the homes have the account's number in any case.
    Elsewhere an account that is known keeps its subject, by whichever host it was reached.
    """
    if session.profile.entry:
        number = urlsplit(home.url).path.split("/")[1]
        return f"{urlsplit(session.profile.entry).netloc}/{number}/"
    host, path = urlsplit(home.principal).netloc, collection_key(urlsplit(home.principal).path)
    return known if known.partition("/")[1:] == path.partition("/")[1:] else host + path


async def home_url(session: Session) -> str:
    """Where the home is."""
    return (await find_home(session)).url


async def find_home(session: Session) -> Home:
    """The home, from a home, a principal, a calendar or a bare host; raises NotACalendarServer.

    The entry of the service is asked if it has one, then the address as it is, then ``/.well-known/caldav``
    there; a server in trouble is only reported if none of them leads on, as many fail at an address that was
    never meant for calendars.
    """
    trouble: ProviderError | None = None
    asked = [session.profile.entry, session.server, resolved(session.server, "/.well-known/caldav")]
    for url in dict.fromkeys(filter(None, asked)):
        try:
            answer = await _ask(session, url)
            home = await _home_from(session, answer) if answer is not None else None
        except (Unavailable, RateLimited) as error:
            trouble = trouble or error
        else:
            if home is not None:
                return home
    raise trouble or NotACalendarServer(
        "That address is not a CalDAV server: no calendars are announced there."
    )


async def _ask(session: Session, url: str) -> Answer | None:
    """The answer to a PROPFIND, if it is one that means something."""
    answer = await session.look(url, "0", _PRINCIPAL, _HOME, _TYPE, _NAME)
    if answer.status == UNAUTHORIZED:
        answer = await session.look(url, "0", _PRINCIPAL, _HOME, _TYPE, _NAME)
    if answer.status == UNAUTHORIZED:
        raise SignInNeeded("The calendar server does not accept the user name and password.")
    if answer.status in _TROUBLE:
        raise read_failure(answer)
    return answer if answer.status == MULTISTATUS else None


async def _home_from(session: Session, answer: Answer) -> Home | None:
    here = _only_member(answer)
    if here is None:
        return None
    if here.has(_PRINCIPAL, f"{dav.DAV}unauthenticated"):
        raise SignInNeeded("The calendar server wants a user name and password.")
    principal = next(iter(_urls(answer, here, _PRINCIPAL)), None)
    homes = _urls(answer, here, _HOME)
    if principal and not homes:
        there = await _ask(session, principal)
        member = _only_member(there) if there else None
        if there and member:
            url, *others = _urls(there, member, _HOME) or [principal]
            return Home(url, principal, member.text(_NAME), tuple(others))
    if homes or here.has(_TYPE, _CALENDAR):
        url, *others = homes or [tidy(answer.url)]
        return Home(url, principal or url, here.text(_NAME) if homes else "", tuple(others))
    return None


def _only_member(answer: Answer) -> dav.Member | None:
    try:
        return next(iter(dav.multistatus(answer).members), None)
    except NotACalendarServer:
        return None


def _urls(answer: Answer, member: dav.Member, name: str) -> list[str]:
    """Those of a property that the password may be sent to; NotACalendarServer if it has only others."""
    urls: list[str] = []
    refusals: list[NotACalendarServer] = []
    for href in member.hrefs(name):
        try:
            urls.append(tidy(asked_next(answer.url, href)))
        except NotACalendarServer as error:
            refusals.append(error)
    if refusals and not urls:
        raise refusals[0]
    return urls


async def calendars(session: Session) -> list[CalendarInfo]:
    """The calendars that hold events; inboxes, lists of tasks and the home itself are none.

    Calendars are known by their paths, so homes on another server are left out; so are those further ones
    that are closed to the account by now.
    """
    home = await find_home(session)
    urls = [home.url, *(url for url in home.others if origin(url) == origin(home.url))]
    asked = (_TYPE, _NAME, _KINDS, _COLOR, _ZONE, _RIGHTS)
    first, *others = [await session.properties(url, "1", *asked) for url in urls]
    found = [multistatus(one) for one in (first, *(one for one in others if one.status not in _CLOSED))]
    members = {collection_key(member.path): member for one in found for member in one.members}
    return [_calendar(m) for m in members.values() if m.has(_TYPE, _CALENDAR) and _holds_events(m)]


def _holds_events(member: dav.Member) -> bool:
    """RFC 4791 5.2.3: a calendar that names no components takes all of them."""
    kinds = member.properties.get(_KINDS)
    return kinds is None or any(kind.get("name", "").upper() == "VEVENT" for kind in kinds.iter(_COMPONENT))


def _calendar(member: dav.Member) -> CalendarInfo:
    path = member.path if member.path.endswith("/") else member.path + "/"
    color = _RGB.match(member.text(_COLOR))
    return CalendarInfo(
        id=path,
        name=member.text(_NAME) or unquote(path.rstrip("/").rpartition("/")[2]),
        is_writable=_RIGHTS not in member.properties or any(member.has(_RIGHTS, right) for right in _WRITE),
        zone=_zone(member.text(_ZONE)),
        color=color.group() if color else None,
    )


async def is_writable(session: Session, calendar_id: str) -> bool:
    """Whether the calendar says that the account may write to it."""
    answer = await session.properties(calendar_id, "0", _RIGHTS)
    members = multistatus(answer).members if answer.status == MULTISTATUS else ()
    return any(member.has(_RIGHTS, right) for member in members for right in _WRITE)


async def zone_of(session: Session, calendar_id: str) -> str | None:
    """The zone that the calendar is in, if it says so."""
    found = multistatus(await session.properties(calendar_id, "0", _ZONE))
    return next((_zone(member.text(_ZONE)) for member in found.members), None)


def _zone(text: str) -> str | None:
    """The IANA name in a calendar-timezone, which is a calendar object with a VTIMEZONE."""
    try:
        defined = parse(text).children("VTIMEZONE")
    except Incomprehensible:
        return None
    tzid = defined[0].first("TZID") if defined else None
    return iana_name(tzid.value) if tzid else None
