"""A calendar at Google that answers soundly but for one answer, over the client that plugins are given.

What it holds may be hostile all the same: it hands out items as they are.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from metonic_core.spi import Answer, Misconfigured

HOST = "www.googleapis.com"
CALENDAR = "alice@example.com"
ZONE = "Europe/Berlin"
Item = dict[str, Any]

SOUND_TYPE = "multipart/mixed; boundary=batch_sound"
_API = "/calendar/v3"
_PART = re.compile(
    r"Content-ID: <(\d+)>\r\n\r\n(\S+) (\S+) HTTP/1.1\r\n(?:\r\n|.*?\r\n\r\n)(.*?)\r\n--batch", re.DOTALL
)
_ENTRY = {"id": CALENDAR, "summary": "Alice", "timeZone": ZONE, "accessRole": "owner", "primary": True}
_FIXED: Mapping[tuple[str, str], Item] = {
    ("GET", "/users/me/calendarList"): {"items": [_ENTRY]},
    ("GET", "/users/me/calendarList/primary"): _ENTRY,
    ("POST", "/events/watch"): {"id": "channel", "resourceId": "resource", "expiration": "1893456000000"},
}
_NOT_FOUND: Item = {"error": {"errors": [{"reason": "notFound"}], "code": 404}}


@dataclass(frozen=True, slots=True)
class Damage:
    """The answer that is not sound: the number ``at`` of all, or of all batches."""

    at: int
    status: int
    headers: Mapping[str, str]
    body: bytes
    is_batch: bool = False


@dataclass(slots=True)
class Calendar:
    """``items`` are what it holds, ``page`` is the text of its feed where that is not made of them."""

    items: list[Item] = field(default_factory=list)
    page: str | None = None
    damage: Damage | None = None
    answers: int = 0
    batches: int = 0
    last_batch: str = ""

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002 - the interface's
        body: bytes | None = None,
    ) -> Answer:
        """As a client of the service has it answered."""
        target = urlsplit(url)
        if target.hostname != HOST:
            raise Misconfigured("The host may not see the token.")
        if target.path == "/batch/calendar/v3":
            return self._batch(url, (body or b"").decode())
        status, more, content = self._told(method, f"{target.path}?{target.query}", body or b"")
        return Answer(status, {"content-type": "application/json", **more}, content, url)

    def _batch(self, url: str, asked: str) -> Answer:
        self.batches += 1
        damage = self.damage
        parts = [
            (number, self._told(method, target, content.encode()))
            for number, method, target, content in _PART.findall(asked)
        ]
        self.last_batch = "".join(_part(number, *told) for number, told in parts) + "--batch_sound--\r\n"
        if damage and damage.is_batch and damage.at == self.batches:
            return Answer(damage.status, {"content-type": SOUND_TYPE, **damage.headers}, damage.body, url)
        body = self.last_batch.encode("utf-8", "surrogateescape")
        return Answer(200, {"content-type": SOUND_TYPE}, body, url)

    def _told(self, method: str, target: str, content: bytes) -> tuple[int, Mapping[str, str], bytes]:
        self.answers += 1
        damage = self.damage
        if damage and not damage.is_batch and damage.at == self.answers:
            return damage.status, damage.headers, damage.body
        path, _, query = target.partition("?")
        found = self._sound(method, path.removeprefix(_API), parse_qs(query), content)
        status = 404 if found is _NOT_FOUND else found.get("status") if set(found) == {"status"} else 200
        text = found["text"] if set(found) == {"text"} else json.dumps(found)
        return (status if isinstance(status, int) else 200), {}, text.encode("utf-8", "surrogatepass")

    def _sound(self, method: str, path: str, query: Mapping[str, list[str]], content: bytes) -> Item:
        """The document; only a status, or only a text, where there is no more to it."""
        within = path.removeprefix(f"/calendars/{CALENDAR.replace('@', '%40')}")
        if (method, within) in _FIXED:
            return _FIXED[method, within]
        match method, within.strip("/").split("/"):
            case "GET", ["events"]:
                return self._listed(query)
            case "POST", ["events"]:
                made = {**json.loads(content), "etag": '"2"'}
                self.items.append(made)
                return made
            case _, ["events", event_id]:
                return self._one(method, unquote(event_id, errors="surrogatepass"), content)
        return {"status": 204}

    def _listed(self, query: Mapping[str, list[str]]) -> Item:
        if "iCalUID" in query:
            return {"items": [item for item in self.items if item.get("iCalUID") == query["iCalUID"][0]]}
        if query.get("fields") == ["timeZone"]:
            return {"timeZone": ZONE}
        if self.page is not None:
            return {"text": self.page}
        return {"items": self.items, "timeZone": ZONE, "nextSyncToken": "next"}

    def _one(self, method: str, event_id: str, content: bytes) -> Item:
        at = next((i for i, item in enumerate(self.items) if item.get("id") == event_id), None)
        if at is None:
            return _NOT_FOUND
        if method == "DELETE":
            del self.items[at]
            return {"status": 204}
        if method == "PATCH":
            self.items[at] = {**_patched(self.items[at], json.loads(content)), "etag": '"2"'}
        return self.items[at]


def _patched(item: Item, patch: Item) -> Item:
    made = dict(item)
    for name, value in patch.items():
        known = made.get(name)
        if isinstance(value, dict):
            made[name] = _patched(known if isinstance(known, dict) else {}, value)
        elif value is None:
            made.pop(name, None)
        else:
            made[name] = value
    return made


def _part(number: str, status: int, headers: Mapping[str, str], body: bytes) -> str:
    lines = [
        "--batch_sound",
        "Content-Type: application/http",
        f"Content-ID: <response-{number}>",
        "",
        f"HTTP/1.1 {status} Whatever",
        "Content-Type: application/json; charset=UTF-8",
        *(f"{name}: {value}" for name, value in headers.items()),
        "",
        body.decode("utf-8", "surrogateescape"),
        "",
    ]
    return "\r\n".join(lines)
