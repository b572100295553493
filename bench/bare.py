"""The floor under CalDAV: bare requests by aiohttp, answers read and not looked into."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

NAME, PASSWORD = "bench", "secret"
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_TEXT = {"Content-Type": "text/calendar; charset=utf-8"}
_CREATE = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop><displayname>Bench</displayname>
<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>
</prop></set></C:mkcalendar>"""
_SYNC = """<?xml version="1.0" encoding="utf-8"?>
<sync-collection xmlns="DAV:"><sync-token>{}</sync-token><sync-level>1</sync-level><prop><getetag/></prop>
</sync-collection>"""
_MULTIGET = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-multiget xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop>
<getetag/><C:calendar-data/></prop>{}</C:calendar-multiget>"""
_TOKEN = re.compile(rb"sync-token>([^<]*)<")


@dataclass(frozen=True, slots=True)
class Bare:
    """A calendar by its URL, over connections that are kept."""

    session: aiohttp.ClientSession
    url: str

    async def create(self) -> None:
        """Make the calendar, empty."""
        await self._sent("MKCALENDAR", self.url, _XML, _CREATE)

    async def put(self, objects: Mapping[str, str]) -> None:
        """New objects by name, one after the other."""
        for name, text in objects.items():
            await self._sent("PUT", self.url + name, _TEXT | {"If-None-Match": "*"}, text)

    async def changes(self, token: str = "") -> str:
        """What changed since then, and until which token."""
        answer = await self._sent("REPORT", self.url, _XML | {"Depth": "0"}, _SYNC.format(token))
        found = _TOKEN.search(answer)
        if found is None:
            raise RuntimeError("the server gave no sync token")
        return found[1].decode()

    async def read(self, names: Iterable[str]) -> None:
        """All that there is: the list, then these objects by one request."""
        await self.changes()
        path = "/" + self.url.split("/", 3)[3]
        hrefs = "".join(f"<href>{path}{name}</href>" for name in names)
        await self._sent("REPORT", self.url, _XML | {"Depth": "1"}, _MULTIGET.format(hrefs))

    async def count(self) -> int:
        """How many objects there are."""
        answer = await self._sent("REPORT", self.url, _XML | {"Depth": "0"}, _SYNC.format(""))
        return answer.count(b".ics<")

    async def _sent(self, method: str, url: str, headers: Mapping[str, str], body: str) -> bytes:
        async with self.session.request(method, url, headers=headers, data=body.encode()) as answer:
            content = await answer.read()
            if not answer.ok:
                raise RuntimeError(f"{method} was answered {answer.status}: {content[:200]!r}")
            return content


@asynccontextmanager
async def bare(url: str) -> AsyncIterator[Bare]:
    """The calendar of that URL, signed in to."""
    headers = {"Authorization": aiohttp.encode_basic_auth(NAME, PASSWORD)}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield Bare(session, url)
