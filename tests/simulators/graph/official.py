"""A client of the tests whose every answer is held against Microsoft's own types (``types.json``)."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from metonic_simulators.graph import SCOPES, Simulator

Json = Any
_ANNOTATIONS = frozenset({"@odata.type", "@odata.etag", "@odata.context", "@odata.id", "@removed"})
_OPEN = frozenset({"OpenTypeExtension", "ResourceData"})
_UNTYPED = {"Event": {"occurrenceId"}}
"""What is there though the metadata does not say so."""

_PATHS = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"/subscriptions(/[^/]+)?$", "Subscription"),
        (r"/extensions(/[^/]+)?$", "OpenTypeExtension"),
        (r"/outlook/supportedTimeZones[^/]*$", "TimeZoneInformation"),
        (r"/translateExchangeIds$", "ConvertIdResult"),
        (r"/calendarGroups$", "CalendarGroup"),
        (r"/(calendars|calendar|calendars/[^/]+)$", "Calendar"),
        (r"/(events|calendarView)(/.+)?$", "Event"),
        (r"^/(me|users/[^/]+)$", "User"),
    )
)


@cache
def types() -> dict[str, Json]:
    found: dict[str, Json] = json.loads((Path(__file__).parent / "types.json").read_text("utf-8"))
    return found


def check(name: str, value: Json, where: str = "") -> None:
    """Raises AssertionError for a member that the type has not, or a value of another type."""
    where = where or name
    assert isinstance(value, dict), where
    name = _said(name, value)
    members = _members(name)
    for key, one in value.items():
        bare = key.partition("@")[0]
        if key in _ANNOTATIONS or (bare in members and "@odata." in key) or key in _UNTYPED.get(name, ()):
            continue
        assert key in members or name in _OPEN, f"{where} has no {key}"
        if key in members:
            _check_value(members[key], one, f"{where}.{key}")


def check_answer(path: str, body: Json) -> None:
    """The answer to a request of that path, a list or one; raises AssertionError."""
    bare = path.partition("?")[0]
    for pattern, name in _PATHS:
        if pattern.search(bare):
            for one in body.get("value", [body]):
                check(name, one)
            return
    raise AssertionError(f"Nobody knows what {path} answers")


def _said(name: str, value: Json) -> str:
    """The type that the value says it is, if that is one of the expected kind."""
    said = value.get("@odata.type", "").rpartition(".")[2]
    wanted = said[:1].upper() + said[1:]
    return wanted if types()["types"].get(wanted, {}).get("base") == name else name


def _members(name: str) -> dict[str, str]:
    one = types()["types"][name]
    base = _members(one["base"]) if one["base"] else {}
    return {**base, **one["members"]}


def _check_value(kind: str, value: Json, where: str) -> None:
    inner = kind.removeprefix("NullableOption<").removesuffix(">") if kind.startswith("Nullable") else kind
    if value is None:
        assert inner != kind, f"{where} is null"
        return
    if inner.endswith("[]"):
        assert isinstance(value, list), where
        for one in value:
            _check_value(inner[:-2], one, f"{where}[]")
    elif inner in types()["enums"]:
        assert value in types()["enums"][inner], f"{where}: {value}"
    elif inner in types()["types"]:
        check(inner, value, where)
    else:
        _check_plain(inner, value, where)


def _check_plain(kind: str, value: Json, where: str) -> None:
    wanted: dict[str, tuple[type, ...]] = {"string": (str,), "number": (int, float), "boolean": (bool,)}
    assert isinstance(value, wanted[kind]), f"{where}: {value!r}"
    assert kind == "boolean" or not isinstance(value, bool), where
    if where.endswith(("createdDateTime", "lastModifiedDateTime", "expirationDateTime", "originalStart")):
        assert datetime.fromisoformat(re.sub(r"\.\d+", "", str(value))).tzinfo is not None, where


@dataclass(frozen=True)
class Answer:
    status: int
    headers: "CIMultiDictProxy[str]"
    body: Json

    @property
    def code(self) -> str:
        """Of an error."""
        return str(self.body["error"]["code"])


@dataclass
class Client:
    """Signed in as somebody. ``is_checked``: whether answers are as Microsoft says."""

    session: aiohttp.ClientSession
    sim: Simulator
    email: str
    scopes: Iterable[str] = SCOPES
    is_checked: bool = True
    token: str = ""

    async def ask(
        self, method: str, path: str, body: Json = None, *, prefer: str = "", **headers: str
    ) -> Answer:
        """``path`` is below the version, or a whole link. Underscores of header names are hyphens."""
        url = path if path.startswith("http") else f"{self.sim.url}v1.0{path}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self.token = self._good_token()
        sent.setdefault("Authorization", f"Bearer {self.token}")
        if prefer:
            sent["Prefer"] = prefer
        async with self.session.request(method, URL(url, encoded=True), json=body, headers=sent) as answer:
            text = await answer.text()
            is_json = "json" in answer.headers.get("Content-Type", "")
            found = Answer(answer.status, answer.headers, json.loads(text) if is_json else text)
        if self.is_checked and is_json:
            self._check(url, body, found)
        return found

    async def get(self, path: str, **more: str) -> Json:
        return await self._done("GET", path, 200, **more)

    async def post(self, path: str, body: Json = None, status: int = 201, *, prefer: str = "") -> Json:
        return await self._done("POST", path, status, body, prefer=prefer)

    async def patch(self, path: str, body: Json, **more: str) -> Json:
        return await self._done("PATCH", path, 200, body, **more)

    async def delete(self, path: str) -> None:
        await self._done("DELETE", path, 204)

    async def refused(self, method: str, path: str, body: Json = None, **more: str) -> tuple[int, str]:
        """The status and the code of what must be refused."""
        found = await self.ask(method, path, body, **more)
        assert found.status >= 400, found.body
        return found.status, found.code

    async def all(self, path: str, **more: str) -> list[Json]:
        """Every page."""
        found: list[Json] = []
        while path:
            page = await self.get(path, **more)
            found += page["value"]
            path = page.get("@odata.nextLink", "")
        return found

    async def _done(self, method: str, path: str, status: int, body: Json = None, **more: str) -> Json:
        found = await self.ask(method, path, body, **more)
        assert found.status == status, found.body
        return found.body

    def _good_token(self) -> str:
        access = self.sim.people.accesses.get(self.token)
        is_good = access is not None and access.expires > self.sim.clock.now()
        return self.token if is_good else self.sim.token_for(self.email, self.scopes)

    def _check(self, url: str, asked: Json, found: Answer) -> None:
        path = url.removeprefix(f"{self.sim.url}v1.0")
        if found.status >= 400:
            _check_refusal(found.body)
        elif path == "/$batch":
            paths = {one["id"]: one["url"].removeprefix(f"{self.sim.url}v1.0") for one in asked["requests"]}
            for one in found.body["responses"]:
                _check_part(f"/{paths[one['id']].lstrip('/')}", one)
        else:
            check_answer(path, found.body)


def _check_refusal(body: Json) -> None:
    assert body.keys() == {"error"}
    assert {"code", "message"} <= body["error"].keys()


def _check_part(path: str, part: Json) -> None:
    assert {"id", "status", "headers"} <= part.keys()
    if not isinstance(part.get("body"), dict):
        return
    if part["status"] >= 400:
        _check_refusal(part["body"])
    else:
        check_answer(path, part["body"])


def at(event: Json, *more: str, calendar: str = "") -> str:
    """The path of an event, with what comes after it."""
    home = f"/me/calendars/{quote(calendar, safe='')}" if calendar else "/me"
    return "/".join([f"{home}/events/{quote(event['id'], safe='')}", *more])


def view(
    start: str = "2026-03-01", end: str = "2026-06-01", *, what: str = "calendarView", **more: str
) -> str:
    """A calendar view of days."""
    options = "".join(f"&{name}={quote(value)}" for name, value in more.items())
    return f"/me/{what}?startDateTime={start}T00:00:00Z&endDateTime={end}T00:00:00Z{options}"


def decoded(link: str) -> str:
    return unquote(link)
