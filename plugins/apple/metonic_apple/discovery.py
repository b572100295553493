"""From the address that somebody typed to the home of their calendars (RFC 6764, RFC 5397, RFC 4791 6.2)."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from metonic_apple import dav
from metonic_apple.contentlines import parse
from metonic_apple.errors import MULTISTATUS, UNAUTHORIZED, Incomprehensible, read_failure
from metonic_apple.paths import collection_key, resolved, tidy
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
_ICLOUD = "caldav.icloud.com"
# 501 is what web servers say that never heard of PROPFIND.
_TROUBLE = frozenset({429, *range(500, 600)}) - {501}


@dataclass(frozen=True, slots=True)
class Home:
    """Where an account's calendars are, and whose they are."""

    url: str
    principal: str
    name: str


async def sign_in(session: Session, account: Account) -> Account:
    """The account with its home found."""
    home = await find_home(session)
    return Account(
        subject=_subject(home.principal, account.subject),
        name=home.name or account.username,
        server=home.url,
        username=account.username,
    )


def _subject(principal: str, known: str) -> str:
    """ICloud moves accounts between its hosts; all of them serve the same principals.

    Others do so too: an account that is known keeps its subject, by whichever host it was reached.
    """
    host, path = urlsplit(principal).netloc, collection_key(urlsplit(principal).path)
    if known.partition("/")[1:] == path.partition("/")[1:]:
        return known
    return (_ICLOUD if host.endswith(".icloud.com") else host) + path


async def find_home(session: Session) -> Home:
    """The home, from a home, a principal, a calendar or a bare host; raises NotACalendarServer.

    The address is asked as it is and then for ``/.well-known/caldav``; a server in trouble is only reported
    if neither of the two leads on, as many fail at an address that was never meant for calendars.
    """
    trouble: ProviderError | None = None
    for url in (session.server, resolved(session.server, "/.well-known/caldav")):
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
    principal = _url(answer, here, _PRINCIPAL)
    home = _url(answer, here, _HOME)
    if principal and not home:
        there = await _ask(session, principal)
        member = _only_member(there) if there else None
        if there and member:
            return Home(_url(there, member, _HOME) or principal, principal, member.text(_NAME))
    if home or here.has(_TYPE, _CALENDAR):
        url = home or tidy(answer.url)
        return Home(url, principal or url, here.text(_NAME) if home else "")
    return None


def _only_member(answer: Answer) -> dav.Member | None:
    try:
        return next(iter(dav.multistatus(answer).members), None)
    except NotACalendarServer:
        return None


def _url(answer: Answer, member: dav.Member, name: str) -> str | None:
    found = member.hrefs(name)
    return tidy(resolved(answer.url, found[0])) if found else None


async def calendars(session: Session) -> list[CalendarInfo]:
    """The calendars of the home that hold events; inboxes, lists of tasks and the home itself are none."""
    home = await find_home(session)
    asked = (_TYPE, _NAME, _KINDS, _COLOR, _ZONE, _RIGHTS)
    found = multistatus(await session.properties(home.url, "1", *asked))
    return [_calendar(m) for m in found.members if m.has(_TYPE, _CALENDAR) and _holds_events(m)]


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
