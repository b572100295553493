"""A client of the stand-in that knows WebDAV and nothing of who answers."""

import base64
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, fromstring

import aiohttp
from yarl import URL

from metonic_simulators.icloud import StandIn

SPACES = {"D": "DAV:", "C": "urn:ietf:params:xml:ns:caldav", "CS": "http://calendarserver.org/ns/"}
DECLARED = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'
XML = {"Content-Type": "application/xml; charset=utf-8"}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def root(self) -> Element:
        return fromstring(self.body)  # noqa: S314 - from our own stand-in

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def etag(self) -> str | None:
        return self.headers.get("ETag")

    @property
    def members(self) -> dict[str, Element]:
        """The responses, by href as it is spelled."""
        assert self.status == 207, self
        return {one.findtext("D:href", "", SPACES): one for one in self.root.findall("D:response", SPACES)}

    @property
    def token(self) -> str:
        return self.root.findtext("D:sync-token", "", SPACES)

    def find(self, path: str) -> list[Element]:
        return self.root.findall(f".//{path}", SPACES)

    def status_of(self, href: str) -> str:
        """What is said of a member as a whole."""
        return self.members[href].findtext("D:status", "", SPACES)

    def texts(self) -> dict[str, str]:
        """The iCalendar texts in a multistatus, by href."""
        return {
            href: text
            for href, one in self.members.items()
            if (text := one.findtext(".//C:calendar-data", None, SPACES)) is not None
        }


@dataclass
class Phone:
    """``calendar`` is the path of an empty calendar of its own."""

    session: aiohttp.ClientSession
    stand_in: StandIn
    calendar: str

    async def ask(
        self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """A path is asked of the host that has the home."""
        origin = "" if "://" in path else self.stand_in.world.partition
        login = f"{self.stand_in.user}:{self.stand_in.password}".encode()
        basic = {"Authorization": f"Basic {base64.b64encode(login).decode()}"}
        async with self.session.request(
            method,
            URL(origin + path, encoded=True),
            data=body.encode(),
            headers={**basic, **(headers or {})},
            allow_redirects=False,
        ) as answer:
            return Reply(answer.status, answer.headers, await answer.read())

    async def put(self, name: str, text: str, headers: Mapping[str, str] | None = None) -> Reply:
        typed = {"Content-Type": "text/calendar; charset=utf-8", **(headers or {})}
        return await self.ask("PUT", self.calendar + name, text, typed)

    async def put_all(self, *names: str) -> None:
        for name in names:
            assert (await self.put(name, event(name))).status in {201, 204}

    async def get(self, name: str) -> Reply:
        return await self.ask("GET", self.calendar + name)

    async def delete(self, name: str, headers: Mapping[str, str] | None = None) -> Reply:
        return await self.ask("DELETE", self.calendar + name, headers=headers)

    async def propfind(self, path: str, *properties: str, depth: str = "0") -> Reply:
        """``properties`` as they are written in XML, as in ``CS:getctag``."""
        inner = "".join(f"<{one}/>" for one in properties)
        body = f"<propfind {DECLARED}><prop>{inner}</prop></propfind>"
        return await self.ask("PROPFIND", path, body, {**XML, "Depth": depth})

    async def changes(self, token: str = "", rest: str = "") -> Reply:
        body = f"""<sync-collection {DECLARED}><sync-token>{token}</sync-token><sync-level>1</sync-level>
            {rest}<prop><getetag/></prop></sync-collection>"""
        return await self.ask("REPORT", self.calendar, body, {**XML, "Depth": "0"})

    async def multiget(self, *hrefs: str) -> Reply:
        named = "".join(f"<href>{self.href(one)}</href>" for one in hrefs)
        body = f"""<C:calendar-multiget {DECLARED}><prop><getetag/><C:calendar-data/></prop>{named}
            </C:calendar-multiget>"""
        return await self.ask("REPORT", self.calendar, body, {**XML, "Depth": "1"})

    async def query(self, filtered: str) -> Reply:
        body = f"""<C:calendar-query {DECLARED}><prop><getetag/><C:calendar-data/></prop>
            <C:filter><C:comp-filter name="VCALENDAR">{filtered}</C:comp-filter></C:filter>
            </C:calendar-query>"""
        return await self.ask("REPORT", self.calendar, body, {**XML, "Depth": "1"})

    def href(self, name: str) -> str:
        """The path of an item; what is a path or a URL already stays so."""
        return name if "/" in name else self.calendar + name

    def short(self, reply: Reply) -> set[str]:
        """The names of the items in an answer, however their hrefs are spelled."""
        names = {urlsplit(href).path.removeprefix(self.calendar) for href in reply.members}
        return {name for name in names if name}


async def hangs_up(asking: Awaitable[Reply]) -> bool:
    """Whether the connection ends instead of an answer."""
    try:
        await asking
    except (aiohttp.ClientError, ConnectionError):
        return True
    return False


def event(uid: str, *lines: str, end: str = "DTEND:20270104T100000Z") -> str:
    """An event on its own; ``end`` may be empty."""
    return _calendar(
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20270101T000000Z",
        "SUMMARY:Training",
        "DTSTART:20270104T090000Z",
        *([end] if end else []),
        *lines,
        "END:VEVENT",
    )


def series(uid: str) -> str:
    """A weekly event, its second occurrence an hour later."""
    shared = (f"UID:{uid}", "DTSTAMP:20270101T000000Z", "SUMMARY:Training")
    return _calendar(
        "BEGIN:VEVENT",
        *shared,
        "DTSTART:20270104T090000Z",
        "DTEND:20270104T100000Z",
        "RRULE:FREQ=WEEKLY;COUNT=5",
        "END:VEVENT",
        "BEGIN:VEVENT",
        *shared,
        "RECURRENCE-ID:20270111T090000Z",
        "DTSTART:20270111T100000Z",
        "DTEND:20270111T110000Z",
        "END:VEVENT",
    )


def _calendar(*lines: str) -> str:
    around = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Phone//EN", *lines, "END:VCALENDAR")
    return "".join(f"{line}\r\n" for line in around)
