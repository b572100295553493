"""The calendar as its owner's phone sees it: the `caldav` package, straight at the server.

It shares no code with the plugin, and what it does is not counted.
"""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import icalendar
from caldav.davclient import DAVClient
from tests.e2e.smoke.children import PASSWORD
from tests.e2e.smoke.item import Item, of_event, uid_of

from metonic_simulators.servers import HOST

T = TypeVar("T")


class Device:
    """An account with one calendar. Events are named by their paths on the server."""

    def __init__(self, user: str, port: int) -> None:
        self.user = user
        self._root = f"http://{HOST}:{port}"
        self._client: Any = DAVClient(url=f"{self._root}/", username=user, password=PASSWORD)
        self._calendar: Any = None

    async def make_calendar(self) -> None:
        def make() -> object:
            home = self._client.principal()
            return home.make_calendar(
                name="Training", cal_id="calendar", supported_calendar_component_set=["VEVENT"]
            )

        self._calendar = await _aside(make)

    async def remove_calendar(self) -> None:
        await _aside(self._calendar.delete)

    async def texts(self) -> dict[str, str]:
        """Every object of the calendar, by path."""

        def read() -> dict[str, str]:
            return {_path_of(event): event.data for event in self._calendar.get_events()}

        return await _aside(read)

    async def items(self) -> dict[str, Item]:
        """Every event, by path."""
        return {path: of_event(text) for path, text in (await self.texts()).items()}

    async def uids(self) -> list[str]:
        """Of every event, so that one that is there twice is there twice."""
        return sorted(uid_of(text) for text in (await self.texts()).values())

    async def fingerprint(self) -> dict[str, tuple[str, str]]:
        """Etag and digest of every object, by path: equal means that nobody wrote anything."""

        def read() -> dict[str, tuple[str, str]]:
            found = {}
            for event in self._calendar.get_events():
                answer = self._client.request(str(event.url))
                digest = hashlib.sha256(answer.raw.encode()).hexdigest()
                found[_path_of(event)] = (answer.headers["ETag"], digest)
            return found

        return await _aside(read)

    async def create(self, title: str, when: tuple[object, object], **more: object) -> str:
        """A new event; ``when`` is start and end, aware or days. Returns its path."""
        event = icalendar.Event()
        event.add("UID", f"{uuid4()}@phone.example")
        event.add("SUMMARY", title)
        event.add("DTSTART", when[0])
        event.add("DTEND", when[1])
        for name, value in more.items():
            event.add(name, value)
        return await self.put(event)

    async def put(self, *events: icalendar.Event) -> str:
        """A new object of these events; returns its path."""
        calendar = icalendar.Calendar()
        calendar.add("VERSION", "2.0")
        calendar.add("PRODID", "-//Phone//EN")
        for event in events:
            event.add("DTSTAMP", datetime(2026, 1, 1, tzinfo=UTC))
            calendar.add_component(event)
        calendar.add_missing_timezones()
        return await self.put_text(calendar.to_ical().decode())

    async def put_text(self, text: str) -> str:
        return await _aside(lambda: _path_of(self._calendar.save_event(text)))

    async def edit(self, path: str, change: Callable[[icalendar.Component], object]) -> None:
        """Change the event, or the master of the series, as it is now."""

        def on_series(calendar: icalendar.Component) -> None:
            change(next(e for e in calendar.walk("VEVENT") if "RECURRENCE-ID" not in e))

        await self.edit_object(path, on_series)

    async def edit_object(self, path: str, change: Callable[[icalendar.Component], object]) -> None:
        """Change the whole object as it is now."""

        def write() -> None:
            event = self._calendar.event_by_url(self._root + path)
            calendar = icalendar.Calendar.from_ical(event.data)
            change(calendar)
            event.data = calendar.to_ical().decode()
            event.save()

        await _aside(write)

    async def delete(self, path: str) -> None:
        await _aside(lambda: self._calendar.event_by_url(self._root + path).delete())


def put(event: icalendar.Component, name: str, value: object) -> None:
    """Replace a property."""
    if name in event:
        del event[name]
    event.add(name, value)


def _path_of(event: Any) -> str:  # noqa: ANN401 - the package has no type for it
    return unquote(urlsplit(str(event.url)).path)


async def _aside(call: Callable[[], T]) -> T:
    """In a thread: the package waits for each answer."""
    return await asyncio.to_thread(call)
