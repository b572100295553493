"""Calendars as their owners have them: where people put events, and what stands there in the end.

An event is known by its title, which begins with the name of what it is about and a full stop.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import aiohttp
from tests.e2e.smoke.proxy import Proxy

from metonic_simulators import google, graph
from metonic_simulators.google import seeding as google_seeding
from metonic_simulators.graph import seeding as graph_seeding
from metonic_simulators.graph.events import shape

LENGTH = timedelta(hours=1)
PASSWORD = "s3cret"
_DONE = range(200, 300)


@dataclass(frozen=True, slots=True, order=True)
class Shown:
    """What anybody sees of an event or of an appointment; ``start`` is in UTC."""

    title: str
    start: datetime


def about(title: str) -> str:
    """What an event of that title is about."""
    return title.partition(".")[0]


class Place(ABC):
    """The calendar of one account."""

    provider: ClassVar[str]

    def __init__(self, account: str) -> None:
        self.account = account

    @abstractmethod
    async def put(self, shown: Shown) -> None:
        """The event about it says that from now on; it is made if there is none."""

    @abstractmethod
    async def remove(self, name: str) -> None:
        """Its owner deletes the event about that."""

    @abstractmethod
    def shown(self) -> list[Shown]:
        """All that stands there."""

    @abstractmethod
    def erased(self) -> set[str]:
        """What an event was about that was deleted."""

    def has(self, name: str) -> bool:
        return any(about(one.title) == name for one in self.shown())


class AtGoogle(Place):
    provider = "google"

    def __init__(self, account: str, simulator: google.Simulator) -> None:
        super().__init__(account)
        self._world = simulator.world

    def _living(self) -> dict[str, Mapping[str, object]]:
        events = self._world.calendars[self.account].events
        return {about(str(one.body["summary"])): one.body for one in events if not one.is_cancelled}

    async def put(self, shown: Shown) -> None:
        at = {"start": shown.start, "end": shown.start + LENGTH}
        times = {key: {"dateTime": when.isoformat(), "timeZone": "UTC"} for key, when in at.items()}
        known = self._living().get(about(shown.title), {})
        self._write({**known, "summary": shown.title, **times})

    async def remove(self, name: str) -> None:
        self._write({**self._living()[name], "status": "cancelled"})

    def _write(self, body: Mapping[str, object]) -> None:
        google_seeding.put_event(self._world, {"calendar": self.account, "event": dict(body)})

    def shown(self) -> list[Shown]:
        events = self._world.calendars[self.account].events
        return [
            Shown(one.body["summary"], datetime.fromisoformat(one.body["start"]["dateTime"]))
            for one in events
            if not one.is_cancelled
        ]

    def erased(self) -> set[str]:
        events = self._world.calendars[self.account].events
        return {about(one.body["summary"]) for one in events if one.is_cancelled and "summary" in one.body}


class AtOutlook(Place):
    provider = "outlook"

    def __init__(self, account: str, simulator: graph.Simulator) -> None:
        super().__init__(account)
        self._world = simulator.world
        self._calendar = graph_seeding.calendar(self._world, account)

    async def put(self, shown: Shown) -> None:
        at = {"start": shown.start, "end": shown.start + LENGTH}
        times = {
            key: {"dateTime": f"{when:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"} for key, when in at.items()
        }
        body = {"subject": shown.title, **times}
        known = next(iter(self._about(about(shown.title))), None)
        if known is None:
            graph_seeding.put_event(self._world, {"calendar": self.account, "event": body})
        else:
            changed = {**known.body, **shape.read(body, self._world.quirks)}
            self._world.put(self._calendar, replace(known, body=changed), "updated")

    async def remove(self, name: str) -> None:
        (known,) = self._about(name)
        self._world.put(self._calendar, replace(known, is_deleted=True), "deleted")

    def _about(self, name: str) -> "list[graph.mailbox.Event]":
        events = self._calendar.events
        return [one for one in events if not one.is_deleted and about(one.body["subject"]) == name]

    def shown(self) -> list[Shown]:
        living = [one.body for one in self._calendar.events if not one.is_deleted]
        return [
            Shown(
                body["subject"],
                datetime.fromisoformat(body["start"]["dateTime"]).replace(tzinfo=UTC),
            )
            for body in living
        ]

    def erased(self) -> set[str]:
        return {about(one.body["subject"]) for one in self._calendar.events if one.is_deleted}


class AtRadicale(Place):
    """``folder`` is where the server keeps it, an object a file; the service comes by the ``line``."""

    provider = "apple"

    def __init__(
        self, account: str, session: aiohttp.ClientSession, server: str, folder: Path, line: Proxy
    ) -> None:
        super().__init__(account)
        self._line = line
        self._session, self._url = session, f"{server}{account}/home/"
        self._folder = folder / "collections" / "collection-root" / account / "home"

    def _files(self) -> dict[str, str]:
        found = {}
        for path in self._folder.glob("*.ics"):
            try:
                found[path.name] = path.read_text("utf-8")
            except FileNotFoundError:  # deleted meanwhile
                continue
        return found

    async def put(self, shown: Shown) -> None:
        name = about(shown.title)
        found = [(at, text) for at, text in self._files().items() if f"SUMMARY:{name}." in text]
        at, text = found[0] if found else (f"{name}.ics", _made(name))
        text = re.sub(r"SUMMARY:.*", f"SUMMARY:{shown.title}", text)
        text = re.sub(r"DTSTART\S*:\S+", f"DTSTART:{shown.start:%Y%m%dT%H%M%SZ}", text)
        text = re.sub(r"DTEND\S*:\S+", f"DTEND:{shown.start + LENGTH:%Y%m%dT%H%M%SZ}", text)
        await self._ask("PUT", at, re.sub(r"\r?\n", "\r\n", text).encode())

    async def remove(self, name: str) -> None:
        for at, text in self._files().items():
            if f"SUMMARY:{name}." in text:
                await self._ask("DELETE", at, None)

    async def _ask(self, method: str, name: str, body: bytes | None) -> None:
        headers = {"Authorization": aiohttp.encode_basic_auth(self.account, PASSWORD)}
        headers |= {"Content-Type": "text/calendar"} if body else {}
        url = f"{self._url}{quote(name)}"
        async with self._session.request(method, url, data=body, headers=headers) as answer:
            answer.raise_for_status()

    def shown(self) -> list[Shown]:
        return [_read(text.replace("\r\n ", "")) for text in self._files().values()]

    def erased(self) -> set[str]:
        """By the service: what it put there, and people's own, which are named after what they are about."""
        written, gone = dict[str, str](), set[str]()
        for exchange in self._line.of(self.account):
            if exchange.method == "PUT":
                written[exchange.path] = about(_read(exchange.sent.decode()).title)
            elif exchange.method == "DELETE" and exchange.status in _DONE:
                own = exchange.path.rpartition("/")[2].removesuffix(".ics")
                gone.add(written.get(exchange.path, own))
        return gone


def _made(name: str) -> str:
    lines = (
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Phone//", "BEGIN:VEVENT", f"UID:{name}@phone"),
        *("DTSTAMP:20261101T000000Z", "SUMMARY:", "DTSTART:0", "DTEND:0", "END:VEVENT", "END:VCALENDAR", ""),
    )
    return "\r\n".join(lines)


def _read(text: str) -> Shown:
    title = re.search(r"^SUMMARY:(.*?)\r?$", text, re.MULTILINE)
    start = re.search(r"^DTSTART[^:\r\n]*:(\d{8}T\d{6})Z?\r?$", text, re.MULTILINE)
    assert title, text
    assert start, text
    return Shown(title[1], datetime.strptime(start[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC))
