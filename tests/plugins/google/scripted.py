"""A server on loopback that says what a test has it say, in batches too: answers, faults, and worse."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qs, unquote

from aiohttp import web
from aiohttp.test_utils import TestServer

Body = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """An answer; ``body`` None: none."""

    status: int = 200
    body: Body | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body, indent=1).encode()


@dataclass(frozen=True)
class Asked:
    """A request as it arrived, or a part of a batch; ``path`` without its query, decoded."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Body
    is_part: bool

    @property
    def fields(self) -> set[str]:
        """What a write says, without what every write of a copy says."""
        return set(self.body) - {"extendedProperties"}


Answering = Callable[[Asked], Said]


@dataclass
class Scripted:
    """``on`` sets what a method and path are answered with; ``asked`` is what came, of batches their parts.

    ``requests``: how many there were. ``whole``: what batches are answered with as a whole. ``missing``: the
    numbers of parts that the answer leaves out; ``line_end``, ``is_shuffled``: how it is written.
    """

    server: TestServer | None = None
    answers: dict[tuple[str, str], Answering] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    requests: int = 0
    whole: Said | None = None
    missing: Sequence[int] = ()
    line_end: bytes = b"\r\n"
    is_shuffled: bool = False

    @property
    def url(self) -> str:
        assert self.server is not None
        return str(self.server.make_url("/"))

    def on(self, method: str, path: str, *answers: Said | Answering) -> None:
        """One answer after the other; the last one stays. ``path`` is behind that of the API."""
        rest = list(answers)

        def next_one(asked: Asked) -> Said:
            found = rest.pop(0) if len(rest) > 1 else rest[0]
            return found(asked) if callable(found) else found

        self.answers[method, f"/calendar/v3{path}"] = next_one

    def to(self, method: str) -> list[Asked]:
        return [one for one in self.asked if one.method == method]

    async def start(self) -> "Scripted":
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self.server = TestServer(application)
        await self.server.start_server()
        return self

    async def stop(self) -> None:
        assert self.server is not None
        await self.server.close()

    async def _answer(self, request: web.Request) -> web.Response:
        self.requests += 1
        content = await request.read()
        await asyncio.sleep(0)
        if request.path == "/batch/calendar/v3":
            return self._batch(request.headers["Content-Type"], content)
        said = self._said(request.method, request.raw_path, dict(request.headers), content, is_part=False)
        return web.Response(
            status=said.status,
            body=said.content,
            headers={"Content-Type": "application/json", **said.headers},
        )

    def _said(
        self, method: str, target: str, headers: dict[str, str], content: bytes, *, is_part: bool
    ) -> Said:
        path, _, query = target.partition("?")
        body = json.loads(content) if content.strip() else {}
        asked = Asked(method, unquote(path), parse_qs(query), headers, body, is_part)
        self.asked.append(asked)
        answering = self.answers.get((method, asked.path))
        return answering(asked) if answering else NOT_FOUND

    def _batch(self, content_type: str, content: bytes) -> web.Response:
        """Taken apart by Python's own reader of mail, as Google's client does with the answers."""
        if self.whole is not None:
            return web.Response(status=self.whole.status, body=self.whole.content, headers=self.whole.headers)
        message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + content)
        parts = [self._part(part) for part in message.get_payload()]
        kept = [part for number, part in enumerate(parts) if number not in self.missing]
        if self.is_shuffled:
            kept.reverse()
        body = b"".join(b"--answers\r\n" + part + b"\r\n" for part in kept) + b"--answers--\r\n"
        return web.Response(
            body=body.replace(b"\r\n", self.line_end),
            headers={"Content-Type": 'multipart/mixed; boundary="answers"'},
        )

    def _part(self, part: Any) -> bytes:  # noqa: ANN401 - a message, or whatever came instead
        first, _, rest = part.get_payload(decode=True).partition(b"\r\n")
        head, _, content = rest.partition(b"\r\n\r\n")
        method, target, _ = first.decode().split(" ")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        said = self._said(method, target, headers, content, is_part=True)
        lines = [
            "Content-Type: application/http",
            f"Content-ID: <response-{part['Content-ID'].strip('<>')}>",
            "",
            f"HTTP/1.1 {said.status} Whatever",
            "Content-Type: application/json; charset=UTF-8",
            *(f"{name}: {value}" for name, value in said.headers.items()),
            "",
            "",
        ]
        return "\r\n".join(lines).encode() + said.content


def error(status: int, reason: str, *, domain: str = "calendar", **headers: str) -> Said:
    """A refusal as the Calendar backend words it."""
    entry = {"domain": domain, "reason": reason, "message": "A message."}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(status, {"error": {"errors": [entry], "code": status, "message": "A message."}}, named)


def front_error(status: int, reason: str, name: str) -> Said:
    """A refusal as the front end of Google's interfaces words it."""
    detail = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}
    return Said(
        status, {"error": {"code": status, "message": "A message.", "status": name, "details": [detail]}}
    )


NOT_FOUND = error(404, "notFound", domain="global")
EVENTS = "/calendars/primary/events"


def listed(*items: Body, page: str = "", token: str = "") -> Said:
    tokens = {"nextPageToken": page, "nextSyncToken": token}
    body: Body = {"kind": "calendar#events", "timeZone": "Europe/Berlin", "accessRole": "owner"}
    named = {name: value for name, value in tokens.items() if value}
    return Said(body=body | ({"items": list(items)} if items else {}) | named)


def single(event_id: str, etag: str = '"1"', **fields: Any) -> Body:  # noqa: ANN401 - JSON
    return {
        "kind": "calendar#event",
        "id": event_id,
        "etag": etag,
        "status": "confirmed",
        "updated": "2028-01-01T10:00:00.000Z",
        "summary": "Lesson",
        "organizer": {"email": "alice@example.com", "self": True},
        "start": {"dateTime": "2028-03-07T10:00:00+01:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2028-03-07T11:00:00+01:00", "timeZone": "Europe/Berlin"},
        "iCalUID": f"{event_id}@google.com",
        "eventType": "default",
        **fields,
    }


def series(event_id: str, etag: str = '"1"', **fields: Any) -> Body:  # noqa: ANN401 - JSON
    return single(event_id, etag, **{"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=8"], **fields})


def exception(series_id: str, day: int, etag: str = '"9"', **fields: Any) -> Body:  # noqa: ANN401 - JSON
    """Of the occurrence on that day of March, at ten in Berlin."""
    at = f"2028-03-{day:02}T10:00:00+01:00"
    return {
        **single(f"{series_id}_202803{day:02}T090000Z", etag),
        "iCalUID": f"{series_id}@google.com",
        "recurringEventId": series_id,
        "originalStartTime": {"dateTime": at, "timeZone": "Europe/Berlin"},
        "start": {"dateTime": at, "timeZone": "Europe/Berlin"},
        "end": {"dateTime": at.replace("T10", "T11"), "timeZone": "Europe/Berlin"},
        **fields,
    }


def cancelled(series_id: str, day: int, etag: str = '"9"') -> Body:
    """The least that Google says of an occurrence that does not take place."""
    found = exception(series_id, day, etag)
    kept = ("id", "recurringEventId", "originalStartTime")
    return {"kind": "calendar#event", "etag": etag, "status": "cancelled"} | {
        name: found[name] for name in kept
    }


def tombstone(event_id: str, etag: str = '"9"') -> Body:
    return {"kind": "calendar#event", "etag": etag, "id": event_id, "status": "cancelled"}
