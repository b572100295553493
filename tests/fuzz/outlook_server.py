"""A mailbox at Outlook that answers soundly but for one answer, over the client that plugins are given.

What it holds may be hostile all the same: it hands out items as they are.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from metonic_core.spi import Answer, Misconfigured

HOST = "graph.microsoft.com"
CALENDAR = "home="
Item = dict[str, Any]
Told = tuple[int, Mapping[str, str], str]
"""Status, headers, and the text of the body."""

_ETAG, _PROPERTIES = "@odata.etag", "singleValueExtendedProperties"
_WITHIN = f"/me/calendars/{CALENDAR}"
_ENTRY = {"id": CALENDAR, "name": "Alice", "isDefaultCalendar": True, "canEdit": True}
_SUBSCRIPTION = {"id": "subscription", "expirationDateTime": "2028-01-01T00:00:00Z"}
_DELTA = f"https://{HOST}/v1.0{_WITHIN}/calendarView/delta?$deltatoken=next"
_FIXED: Mapping[tuple[str, str], Item] = {
    ("GET", "/me"): {"id": "alice", "mail": None, "userPrincipalName": "alice@contoso.example"},
    ("GET", "/me/calendar"): _ENTRY,
    ("GET", "/me/calendars"): {"value": [_ENTRY]},
    ("GET", _WITHIN): _ENTRY,
    ("GET", "/me/outlook/supportedTimeZones"): {"value": [{"alias": name} for name in WINDOWS_TO_OLSON]},
    ("GET", "/subscriptions"): {"value": [_SUBSCRIPTION]},
    ("PATCH", "/subscriptions/subscription"): _SUBSCRIPTION,
}
_NOT_FOUND = {"error": {"code": "ErrorItemNotFound", "message": "The object was not found."}}


@dataclass(frozen=True, slots=True)
class Damage:
    """The answer that is not sound: the number ``at`` of all, or of all batches."""

    at: int
    status: int
    headers: Mapping[str, str]
    body: str
    is_batch: bool = False


@dataclass(slots=True)
class Mailbox:
    """``items`` are what its calendar holds, ``page`` the text of its feed where that is not made of them."""

    items: list[Item] = field(default_factory=list)
    page: str | None = None
    damage: Damage | None = None
    answers: int = 0
    batches: int = 0

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
        path = url.partition(HOST)[2].removeprefix("/v1.0")
        if path == "/$batch":
            status, more, text = self.batch(json.loads(body or b"{}")["requests"])
        else:
            status, more, text = self.told(method, path, json.loads(body or b"{}"))
        return Answer(status, {**more}, text.encode("utf-8", "surrogatepass"), url)

    def batch(self, requests: Sequence[Item]) -> Told:
        """One after the other, as they have to be; answered the other way round."""
        self.batches += 1
        done: dict[str, tuple[int, str]] = {}
        for one in requests:
            if any(done[name][0] >= 400 for name in one.get("dependsOn", ())):
                done[one["id"]] = 424, '{"error": {"code": "FailedDependency"}}'
            else:
                status, _, text = self.told(one["method"], one["url"], one.get("body") or {})
                done[one["id"]] = status, text
        damage = self.damage
        if damage and damage.is_batch and damage.at == self.batches:
            return damage.status, damage.headers, damage.body
        parts = [_part(name, *told) for name, told in reversed(done.items())]
        return 200, {}, f'{{"responses": [{",".join(parts)}]}}'

    def told(self, method: str, target: str, body: Item) -> Told:
        """What is said to one request, alone or in a batch."""
        self.answers += 1
        damage = self.damage
        if damage and not damage.is_batch and damage.at == self.answers:
            return damage.status, damage.headers, damage.body
        path, _, query = target.partition("?")
        found = self._sound(method, unquote(path, errors="surrogatepass"), parse_qs(query), body)
        if isinstance(found, str):
            return 200, {}, found
        status, document = found
        return status, {}, "" if document is None else json.dumps(document)

    def _sound(
        self, method: str, path: str, query: Mapping[str, list[str]], body: Item
    ) -> str | tuple[int, Item | None]:
        fixed = _FIXED.get((method, path.partition("(")[0]))
        if fixed is not None:
            return 200, fixed
        if method == "POST" and path == "/subscriptions":
            return 201, {**_SUBSCRIPTION, **body}
        return self._of_calendar(method, path.removeprefix(f"{_WITHIN}/"), query, body)

    def _of_calendar(
        self, method: str, within: str, query: Mapping[str, list[str]], body: Item
    ) -> str | tuple[int, Item | None]:
        match method, within.split("/"):
            case "GET", ["calendarView", "delta"]:
                return self.page or (200, {"value": self.items, "@odata.deltaLink": _DELTA})
            case "GET", ["events"]:
                return 200, {"value": self._listed(query)}
            case "POST", ["events"]:
                self.items.append(_changed({"id": f"made-{len(self.items)}"}, body))
                return 201, _without_properties(self.items[-1])
            case "GET", ["events", event_id, "instances"]:
                return 200, {"value": _occurrences(event_id, query)}
            case _, ["events", event_id]:
                return self._one(method, event_id, body)
        return 204, None

    def _listed(self, query: Mapping[str, list[str]]) -> list[Item]:
        asked = query.get("$filter", [""])[0].rpartition("value eq '")[2].partition("'")[0]
        return [item for item in self.items if not asked or item.get("transactionId") == asked]

    def _one(self, method: str, event_id: str, body: Item) -> tuple[int, Item | None]:
        holding = self._holding(event_id)
        if holding is None:
            return 404, _NOT_FOUND
        at = next(number for number, one in enumerate(holding) if one.get("id") == event_id)
        if method == "DELETE":
            del holding[at]
            return 204, None
        if method == "PATCH":
            holding[at] = _changed(holding[at], body)
            return 200, _without_properties(holding[at])
        return 200, holding[at]

    def _holding(self, event_id: str) -> list[Item] | None:
        """The list that it is in: the calendar's, or that of the exceptions of a series."""
        if any(item.get("id") == event_id for item in self.items):
            return self.items
        for item in self.items:
            found = item.get("exceptionOccurrences")
            known = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
            if event_id.startswith(f"{item.get('id')}/") and all(one.get("id") != event_id for one in known):
                known.append(_exception(item, event_id))
            if any(one.get("id") == event_id for one in known):
                item["exceptionOccurrences"] = known
                return known
        return None


def _exception(master: Item, event_id: str) -> Item:
    day = event_id.rpartition("/")[2]
    told = {"id": event_id, "type": "exception", "seriesMasterId": master.get("id"), "recurrence": None}
    return {**master, **told, "originalStart": f"{day}T09:00:00Z", "exceptionOccurrences": []}


def _occurrences(event_id: str, query: Mapping[str, list[str]]) -> list[Item]:
    """One at nine on each day of the window."""
    first, last = (date.fromisoformat(query[name][0][:10]) for name in ("startDateTime", "endDateTime"))
    days = [first + timedelta(days=number) for number in range(min((last - first).days, 800))]
    return [
        {
            "id": f"{event_id}/{day}",
            "type": "occurrence",
            "seriesMasterId": event_id,
            "originalStart": f"{day}T09:00:00Z",
        }
        for day in days
    ]


def _changed(item: Item, fields: Item) -> Item:
    made = {**item, **fields, _ETAG: f"{item.get(_ETAG, '')}+"[-40:]}
    if "start" in fields:
        names = {f"original{name.title()}TimeZone": fields[name]["timeZone"] for name in ("start", "end")}
        made |= {**names, **{name: _in_utc(fields[name], fields) for name in ("start", "end")}}
    if fields.get("body", {}).get("contentType") == "text":
        lines = fields["body"]["content"].replace("&", "&amp;").replace("<", "&lt;").split("\n")
        made["body"] = {"contentType": "html", "content": f"<html><body>{'<br>'.join(lines)}</body></html>"}
    if _PROPERTIES in fields:
        known = item.get(_PROPERTIES)
        told = [one for one in known if isinstance(one, dict)] if isinstance(known, list) else []
        new = [one["id"] for one in fields[_PROPERTIES]]
        made[_PROPERTIES] = [*(one for one in told if one.get("id") not in new), *fields[_PROPERTIES]]
    return made


def _in_utc(point: Mapping[str, str], fields: Item) -> Item:
    local = datetime.fromisoformat(point["dateTime"])
    if not fields.get("isAllDay"):
        zone = ZoneInfo(WINDOWS_TO_OLSON.get(point["timeZone"], point["timeZone"]))
        local = local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    return {"dateTime": f"{local.isoformat()}.0000000", "timeZone": "UTC"}


def _without_properties(item: Item) -> Item:
    return {name: value for name, value in item.items() if name != _PROPERTIES}


def _part(name: str, status: int, text: str) -> str:
    """A part of the answer to a batch; its body as it is, if it is JSON at all."""
    try:
        json.loads(text or "null", parse_int=float)
    except (ValueError, RecursionError):
        text = json.dumps(text)
    body = f', "body": {text}' if text else ""
    return f'{{"id": "{name}", "status": {status}, "headers": {{}}{body}}}'
