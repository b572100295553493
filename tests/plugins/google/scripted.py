"""A server on loopback that answers as a test has Google answer, in batches too."""

from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any, ClassVar

from aiohttp import web
from tests.plugins.scripted import Asked, Body, Said, ScriptedJson, sent


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


@dataclass
class Scripted(ScriptedJson):
    """``line_end``, ``is_shuffled``: how the answer to a batch is written."""

    otherwise: ClassVar[Said] = NOT_FOUND
    line_end: bytes = b"\r\n"
    is_shuffled: bool = False

    def on(self, method: str, path: str, *answers: Said | Callable[[Asked], Said]) -> None:
        """``path`` is behind that of the API."""
        super().on(method, f"/calendar/v3{path}", *answers)

    def answer(self, request: web.Request, content: bytes) -> web.Response:
        if request.path == "/batch/calendar/v3":
            return self._batch(request.headers["Content-Type"], content)
        return sent(self.said(request.method, request.raw_path, dict(request.headers), content))

    def _batch(self, content_type: str, content: bytes) -> web.Response:
        """Taken apart by Python's own reader of mail, as Google's client does with the answers."""
        if self.whole is not None:
            return sent(self.whole)
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
        said = self.said(method, target, headers, content, is_part=True)
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


def fields_of(asked: Asked) -> set[str]:
    """What a write says, without what every write of a copy says."""
    return set(asked.body) - {"extendedProperties"}


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
