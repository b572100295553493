"""Requests to one CalDAV server: redirects followed by hand, refused passwords asked about twice.

HTTP libraries turn PROPFIND into GET or lose its body when they follow a redirect (RFC 9110 15.4 allows it),
and every one drops the credentials when the host changes, as iCloud's does.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from metonic_apple import dav
from metonic_apple.errors import (
    BUSY,
    MISSING,
    MULTISTATUS,
    SERVER_ERROR,
    UNAUTHORIZED,
    ServerFailed,
    is_denied,
    read_failure,
)
from metonic_apple.paths import resolved
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
_MAX_REDIRECTS = 5
IN_FLIGHT = 4
_XML = {"Content-Type": "application/xml; charset=utf-8"}

T = TypeVar("T")


class Session:
    """``server`` is the URL that paths are resolved against."""

    def __init__(self, client: Client, server: str) -> None:
        self._client = client
        self.server = server

    async def send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """The answer of whoever the redirects lead to, with a refused password raised as SignInNeeded.

        One 401 proves nothing: a server that was passed on to without credentials says it too.
        """
        answer = await self.follow(method, resolved(self.server, url), headers, body)
        if answer.status != UNAUTHORIZED:
            return answer
        if (await self.look(self.server, "0", f"{dav.DAV}current-user-principal")).status == UNAUTHORIZED:
            raise SignInNeeded("The calendar server does not accept the user name and password.")
        raise Unavailable("The calendar server refused the password once, and then accepted it.")

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
        target = resolved(answer.url, answer.headers["location"])
        scheme, host = urlsplit(target).scheme, urlsplit(target).hostname
        if scheme not in {"http", "https"} or (scheme == "http" and answer.url.startswith("https:")):
            raise NotACalendarServer(
                "That address passes on to one without encryption, where no password is sent."
            )
        try:
            return await self._client.request(method, target, headers, body)
        except Misconfigured as error:
            sender = urlsplit(answer.url).hostname
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
        answer = await self.send("REPORT", calendar_id, {"Depth": depth, **_XML}, body)
        if answer.status in MISSING:
            await self._check_calendar(calendar_id)
        if answer.status in BUSY or answer.status >= SERVER_ERROR or is_denied(answer):
            raise read_failure(answer)
        return answer

    async def _check_calendar(self, calendar_id: str) -> None:
        again = await self.properties(calendar_id, "0", f"{dav.DAV}resourcetype")
        # Xandikos says it within a multistatus.
        if again.status in MISSING or any(m.status in MISSING for m in multistatus(again).members):
            raise CalendarGone("The calendar is not on the server any more.")
        raise Unavailable("The calendar was not found, and a moment later it was there.")


def multistatus(answer: Answer) -> dav.Multistatus:
    """The multistatus of a server known to speak CalDAV.

    Anything else is a portal in between (Unavailable), or said to be one and a fault (ServerFailed).
    """
    if answer.status >= 300:  # noqa: PLR2004 - not a success
        raise read_failure(answer)
    try:
        return dav.multistatus(answer)
    except NotACalendarServer as error:
        kind = ServerFailed if answer.status == MULTISTATUS else Unavailable
        raise kind("The calendar server answered with something else than WebDAV.") from error


async def some_at_once(calls: Iterable[Awaitable[T]]) -> list[T]:
    """The results in order, with a few of the calls under way at a time."""
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def one(call: Awaitable[T]) -> T:
        async with slots:
            return await call

    return await asyncio.gather(*(one(call) for call in calls))
