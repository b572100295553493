"""Requests to the Calendar API with one account, one by one or in batches."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from metonic_core.spi import Answer, CalendarGone, Client, ProviderError, SignInNeeded, Unavailable
from metonic_google.errors import (
    CLASH,
    CONFLICT,
    DONE,
    FORBIDDEN,
    OK,
    SERVER_ERROR,
    TOO_MANY,
    UNAUTHORIZED,
    document,
    is_missing,
    read_failure,
    reasons,
)
from metonic_google.multipart import Request, disclosed, enclosed
from metonic_google.paths import events

BATCH = 50
"""Google takes more, and then answers more of them with 429."""

_BATCHES = "/batch/calendar/v3"
# Google compresses only for clients that say so in both.
_COMPRESSED = {"Accept-Encoding": "gzip", "User-Agent": "Metonic (gzip)"}
# The whole batch is answered so before any of it is looked at.
_REFUSED_WHOLE = frozenset({UNAUTHORIZED, FORBIDDEN, TOO_MANY})


class Session:
    """``server`` is the base URL of the API, without a path."""

    def __init__(self, client: Client, server: str) -> None:
        self._client = client
        self._server = server.rstrip("/")

    async def send(self, request: Request) -> Answer:
        """Whatever was answered."""
        headers = {**_COMPRESSED, **request.all_headers}
        return await self._client.request(
            request.method, self._server + request.path, headers, request.content
        )

    async def read(self, request: Request) -> dict[str, Any]:
        """The JSON object that was asked for; raises what hinders."""
        answer = await self.send(request)
        if answer.status != OK:
            raise read_failure(answer)
        return document(answer)

    async def send_all(self, requests: Sequence[Request]) -> list[Answer]:
        """The answers in order, with as few requests as that takes.

        Where a batch is refused as a whole, so is each of its parts; 504 where a part has no answer. Raises
        Unavailable where nobody can tell which of them were carried out.
        """
        answers: list[Answer] = []
        for start in range(0, len(requests), BATCH):
            answers += await self._batch(requests[start : start + BATCH])
        return answers

    async def _batch(self, requests: Sequence[Request]) -> list[Answer]:
        if len(requests) == 1:
            return [await self.send(requests[0])]
        content_type, body = enclosed(requests)
        headers = {**_COMPRESSED, "Content-Type": content_type}
        answer = await self._client.request("POST", self._server + _BATCHES, headers, body)
        if answer.status in _REFUSED_WHOLE or answer.status >= SERVER_ERROR:
            return [answer] * len(requests)
        if answer.status not in DONE:
            raise Unavailable(f"Google Calendar refused a batch with status {answer.status}.")
        return await self._alone(requests, disclosed(answer, len(requests)))

    async def _alone(self, requests: Sequence[Request], answers: list[Answer]) -> list[Answer]:
        """Ask again, one by one, what only the company of the others has spoilt.

        Two parts that clash are told so. And a token that ends meanwhile is renewed by the client, which
        does not see the answers within a batch.
        """
        for number, (request, answer) in enumerate(zip(requests, answers, strict=True)):
            if answer.status == UNAUTHORIZED or (answer.status == CONFLICT and CLASH in reasons(answer)):
                answers[number] = await self._again(request, answer)
                if answers[number].status == UNAUTHORIZED:
                    break
        return answers

    async def _again(self, request: Request, answer: Answer) -> Answer:
        try:
            return await self.send(request)
        except SignInNeeded:
            return answer
        except ProviderError as error:
            # What others of the batch came to must not be forgotten over this one. It may have arrived this
            # time; or it could not be sent just now, which is no reason to sign in anew.
            is_open = isinstance(error, Unavailable) or answer.status == UNAUTHORIZED
            return replace(answer, status=SERVER_ERROR, body=b"") if is_open else answer

    async def zone_of(self, calendar_id: str) -> str | None:
        """The IANA zone of a calendar; raises CalendarGone if there is none."""
        answer = await self.send(Request("GET", events(calendar_id, maxResults=1, fields="timeZone")))
        if is_missing(answer):
            raise CalendarGone("The calendar is not in this Google Account any more.")
        if answer.status != OK:
            raise read_failure(answer)
        zone = document(answer).get("timeZone")
        return zone if isinstance(zone, str) else None

    async def missing(self, calendar_id: str) -> ProviderError:
        """The calendar was not found: whether that is so; Google hides things for a moment now and then."""
        try:
            await self.zone_of(calendar_id)
        except ProviderError as error:
            return error
        return Unavailable("The calendar was not found, and a moment later it was there.")
