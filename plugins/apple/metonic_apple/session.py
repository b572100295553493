"""Requests to one CalDAV server: redirects followed by hand, refused passwords asked about twice.

HTTP libraries turn PROPFIND into GET or lose its body when they follow a redirect (RFC 9110 15.4 allows it),
and every one drops the credentials when the host changes, as iCloud's does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from metonic_apple import dav
from metonic_apple.errors import (
    BUSY,
    MISSING,
    MULTISTATUS,
    NOT_FOUND,
    REDIRECTED,
    SERVER_ERROR,
    UNAUTHORIZED,
    Intercepted,
    ServerFailed,
    is_denied,
    read_failure,
)
from metonic_apple.paths import collection_key, key, passed_on, resolved
from metonic_apple.profiles import profile_of
from metonic_core.spi import (
    Answer,
    CalendarGone,
    Client,
    Misconfigured,
    NotACalendarServer,
    SignInNeeded,
    Unavailable,
)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MISDIRECTED = 421
# What a host says of an account that it does not serve, or not any more (RFC 9110 15.5.20). A redirect that
# was not followed leads nowhere.
_DISOWNED = frozenset({UNAUTHORIZED, _MISDIRECTED, *MISSING, *_REDIRECTS})
_MAX_REDIRECTS = 5
IN_FLIGHT = 4
_XML = {"Content-Type": "application/xml; charset=utf-8"}

T = TypeVar("T")


class Session:
    """``server`` is the URL that paths are resolved against.

    ``find_home`` tells where the account's home is by now, if asked at the entry of its service.
    """

    def __init__(self, client: Client, server: str, find_home: "HomeFinder | None" = None) -> None:
        self._client = client
        self._find_home = find_home
        self._moving = asyncio.Lock()
        self.server = server
        self.profile = profile_of(server)

    async def send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """The answer of whoever the redirects lead to, with a refused password raised as SignInNeeded.

        One 401 proves nothing: a server that was passed on to without credentials says it too, and so does
        one that the account has left. Nor does a 404 there say anything of an event.
        """
        asked = resolved(self.server, url)
        answer = await self.follow(method, asked, headers, body)
        if answer.status in _DISOWNED and await self._is_elsewhere(url, answer):
            asked = resolved(self.server, url)
            answer = await self.follow(method, asked, headers, body)
        if answer.status == _MISDIRECTED:
            raise Unavailable("The account is at another calendar server by now, and none says at which.")
        if answer.status in MISSING and not _is_of(asked, answer.url):
            raise Intercepted("The calendar server passes on to a place where nothing is.")
        if answer.status != UNAUTHORIZED:
            return answer
        asked = self.profile.entry or self.server
        if (await self.look(asked, "0", f"{dav.DAV}current-user-principal")).status == UNAUTHORIZED:
            raise SignInNeeded("The calendar server does not accept the user name and password.")
        raise Unavailable("The calendar server refused the password once, and then accepted it.")

    async def _is_elsewhere(self, url: str, answer: Answer) -> bool:
        """Whether another host than the one that answered has the account's home; found out once."""
        if not self.profile.entry:
            return False
        async with self._moving:
            if self._find_home:
                self.server = await self._find_home(Session(self._client, self.profile.entry))
                self._find_home = None
            return resolved(self.server, url) != answer.url

    async def follow(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """The answer of whoever the redirects lead to, whatever it is."""
        answer = await self._client.request(method, url, headers, body)
        for _ in range(_MAX_REDIRECTS):
            if answer.status not in _REDIRECTS or not answer.headers.get("location"):
                return answer
            answer = await self._pass_on(answer, method, headers, body)
        raise NotACalendarServer("That address is passed on from place to place without end.")

    async def _pass_on(
        self, answer: Answer, method: str, headers: Mapping[str, str] | None, body: bytes | None
    ) -> Answer:
        target = passed_on(answer.url, answer.headers["location"])
        try:
            return await self._client.request(method, target, headers, body)
        except Misconfigured as error:
            sender, host = urlsplit(answer.url).hostname, urlsplit(target).hostname
            raise Misconfigured(
                f"{sender} passes on to {host}, which was not named: sign in with the address of {host}."
            ) from error

    async def look(self, url: str, depth: str, *properties: str) -> Answer:
        """A PROPFIND, its answer unjudged."""
        return await self.follow("PROPFIND", url, {"Depth": depth, **_XML}, dav.propfind(*properties))

    async def properties(self, url: str, depth: str, *properties: str) -> Answer:
        """A PROPFIND, 401 judged."""
        return await self.send("PROPFIND", url, {"Depth": depth, **_XML}, dav.propfind(*properties))

    async def report(self, calendar_id: str, depth: str, body: bytes) -> Answer:
        """A REPORT on a calendar; raises CalendarGone if there is none, and what hinders every read."""
        headers = {"Depth": depth, **_XML}
        answer = await self.send("REPORT", calendar_id, headers, body)
        await self.check(answer, calendar_id)
        if answer.status == NOT_FOUND:
            raise Unavailable("The calendar was not found, and a moment later it was there.")
        if answer.status in BUSY or answer.status >= SERVER_ERROR or is_denied(answer):
            raise read_failure(answer)
        return answer

    async def check(self, answer: Answer, calendar_id: str) -> None:
        """Raises CalendarGone if the calendar is not found again, and Unavailable if that is said of all."""
        if answer.status in MISSING:
            await self.check_calendar(calendar_id)
        if is_denied(answer):
            await self._check_home(calendar_id, is_denied)

    async def check_calendar(self, calendar_id: str) -> None:
        """Raises CalendarGone if the calendar is not found again."""
        if await self.is_missing(calendar_id):
            await self._check_home(calendar_id, _is_missing)
            raise CalendarGone("The calendar is not on the server any more.")

    async def is_missing(self, calendar_id: str) -> bool:
        """Whether there is no such calendar; raises what hinders to find out."""
        answer = await self._type_of(calendar_id)
        return _is_missing(answer) or any(m.status in MISSING for m in multistatus(answer).members)

    async def _check_home(self, calendar_id: str, is_refused: Callable[[Answer], bool]) -> None:
        """Raises Unavailable if the account's home is refused likewise.

        What stands before a server says 404 of everything while that is not there, and 403 to whom it blocks.
        Where there is an entry, it was asked for the home already.
        """
        is_home = collection_key(urlsplit(self.server).path) == collection_key(calendar_id)
        if self.profile.entry is None and not is_home and is_refused(await self._type_of(self.server)):
            raise Unavailable("The calendar server refuses everything just now, not only this calendar.")

    async def _type_of(self, url: str) -> Answer:
        return await self.properties(url, "0", f"{dav.DAV}resourcetype")


def _is_missing(answer: Answer) -> bool:
    return answer.status in MISSING


def _is_of(asked: str, url: str) -> bool:
    """Whether a redirect can have led to the event that was asked for; a collection may have any name."""
    name = key(urlsplit(asked).path).rpartition("/")[2]
    return not name or key(urlsplit(url).path).rstrip("/").rpartition("/")[2] == name


HomeFinder = Callable[[Session], Awaitable[str]]


def multistatus(answer: Answer) -> dav.Multistatus:
    """The multistatus of a server known to speak CalDAV.

    Anything else is a portal in between (Intercepted), or said to be one and a fault (ServerFailed).
    """
    if answer.status >= REDIRECTED:
        raise read_failure(answer)
    try:
        return dav.multistatus(answer)
    except NotACalendarServer as error:
        message = "The calendar server answered with something else than WebDAV."
        if answer.status == MULTISTATUS:
            raise ServerFailed(message, answer.status) from error
        raise Intercepted(message) from error


async def some_at_once(calls: Iterable[Awaitable[T]], at_once: int = IN_FLIGHT) -> list[T]:
    """The results in order, with a few of the calls under way at a time."""
    slots = asyncio.Semaphore(at_once)

    async def one(call: Awaitable[T]) -> T:
        async with slots:
            return await call

    return await asyncio.gather(*(one(call) for call in calls))
