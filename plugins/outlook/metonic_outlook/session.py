"""Requests to Microsoft Graph with one account, one by one or in batches."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from metonic_core.spi import Answer, CalendarGone, Client, ProviderError, Unavailable
from metonic_outlook.answers import (
    BAD_REQUEST,
    FORBIDDEN,
    NOT_ATTEMPTED,
    OK,
    SERVER_ERROR,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHORIZED,
    document,
)
from metonic_outlook.errors import Hindered, Reply, is_missing, read_failure
from metonic_outlook.packing import Request, disclosed, enclosed
from metonic_outlook.paths import BATCH, MY_CALENDAR, calendar, with_query

_VERSION = "/v1.0"
# Of both kinds of ids these stay as long as the event is in the mailbox; every request has to ask for them.
_USUAL = 'IdType="ImmutableId", outlook.timezone="UTC"'
# The whole batch is answered so before any of it is looked at.
_REFUSED_WHOLE = frozenset({UNAUTHORIZED, FORBIDDEN, TOO_MANY})
_REFUSED_TOGETHER = frozenset({BAD_REQUEST, TOO_LARGE})


class Session:
    """``server`` is the base URL of Graph, without the version."""

    def __init__(self, client: Client, server: str) -> None:
        self._client = client
        self._server = server.rstrip("/")

    async def send(self, request: Request) -> Answer:
        """Whatever was answered."""
        asked = _usual(request)
        url = f"{self._server}{_VERSION}{asked.path}"
        return await self._client.request(asked.method, url, asked.all_headers, asked.content)

    async def read(self, request: Request) -> dict[str, Any]:
        """The JSON object that was asked for; raises what hinders."""
        answer = await self.send(request)
        if answer.status != OK:
            raise read_failure(answer)
        return document(answer)

    async def attempt(self, request: Request) -> Reply:
        """The same without raising."""
        try:
            return await self.send(request)
        except ProviderError as error:
            return _hindered(error)

    async def is_down(self) -> bool:
        """Whether not even the mailbox can be asked about itself."""
        reply = await self.attempt(Request("GET", with_query(MY_CALENDAR, {"$select": "id"})))
        return not isinstance(reply, Answer) or reply.status != OK

    async def together(self, requests: Sequence[Request]) -> list[Reply]:
        """The answers in order, of one batch at most; 424 of what was not attempted, after one that failed.

        504 where a part has no answer. Where a batch is refused as a whole, so is each of its parts.
        """
        if len(requests) == 1:
            return [await self.attempt(requests[0])]
        whole = await self.attempt(Request("POST", BATCH, body=enclosed([*map(_usual, requests)])))
        if isinstance(whole, Hindered):
            return [whole] * len(requests)
        if whole.status in _REFUSED_TOGETHER:
            # Only the company may be at fault, or how large all of them are together.
            rest = Answer(NOT_ATTEMPTED, {}, b"", whole.url)
            return [await self.attempt(requests[0]), *[rest] * (len(requests) - 1)]
        if whole.status in _REFUSED_WHOLE or whole.status >= SERVER_ERROR:
            return [whole] * len(requests)
        return _parts(whole, len(requests))

    def path_of(self, link: str) -> str:
        """The path of a page that Graph has named; raises Unavailable for one that is elsewhere."""
        own, there = urlsplit(self._server), urlsplit(link)
        path = there.path.removeprefix(own.path)
        is_ours = (there.scheme.lower(), there.netloc.lower()) == (own.scheme.lower(), own.netloc.lower())
        if not is_ours or not path.startswith(f"{_VERSION}/") or not link.isprintable() or " " in link:
            raise Unavailable("Microsoft Graph named a page that is not its own.")
        query = f"?{there.query}" if there.query else ""
        return f"{path.removeprefix(_VERSION)}{query}"

    async def expect(self, calendar_id: str) -> None:
        """Raises CalendarGone if there is no such calendar, and what hinders to know."""
        answer = await self.send(Request("GET", with_query(calendar(calendar_id), {"$select": "id"})))
        if is_missing(answer):
            raise CalendarGone("The calendar is not in this Microsoft account any more.")
        if answer.status != OK:
            raise read_failure(answer)
        document(answer)

    async def missing(self, calendar_id: str) -> ProviderError:
        """The calendar was not found: whether that is so."""
        try:
            await self.expect(calendar_id)
        except ProviderError as error:
            return error
        return Unavailable("The calendar was not found, and a moment later it was there.")


def _usual(request: Request) -> Request:
    asked = filter(None, (_USUAL, request.headers.get("Prefer")))
    return replace(request, headers={**request.headers, "Prefer": ", ".join(asked)})


def _hindered(error: ProviderError) -> Hindered:
    return Hindered(error, is_open=isinstance(error, Unavailable))


def _parts(whole: Answer, size: int) -> list[Reply]:
    try:
        if whole.status == OK:
            return [*disclosed(whole, size)]
    except Unavailable as error:
        return [_hindered(error)] * size
    refused = Unavailable(f"Microsoft Graph refused a batch with status {whole.status}.")
    return [Hindered(refused, is_open=False)] * size
