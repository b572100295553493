"""Stands of the CalDAV plugin: a real server, and a client through which troubles come."""

import re
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import aiohttp
from tests.plugins.apple.others_text import ALARM, FOREIGN, calendar_object, lines_of, unfolded
from tests.plugins.apple.outside import PASSWORD, USER, HttpClient, account, make_calendar
from tests.radicale import calendar_server

from metonic_apple import paths
from metonic_core.model.content import Content, Status
from metonic_core.spi import Answer, Unavailable
from metonic_core.testing.checks.contents import LESSON
from metonic_core.testing.stand import Shown, Stand
from metonic_simulators.servers import DSID, started

_WRITES = {"PUT", "DELETE"}
_REFUSED, _LOCKED = 400, 423
_HREF = re.compile(rb"href>\s*([^<\s]+)\s*<")
_TOKEN = re.compile(rb"sync-token>([^<]+)<")
_NO_RIGHT = b'<error xmlns="DAV:"><need-privileges/></error>'
_PHANTOM = """<response xmlns="DAV:"><href>{path}</href><propstat><prop><getetag>"phantom"</getetag></prop>
<status>HTTP/1.1 200 OK</status></propstat></response>"""
_UNSUPPORTED = "EXRULE:FREQ=MONTHLY;COUNT=2"


@dataclass
class Troubled(HttpClient):
    """The plugin's client. ``instead`` answers everything, ``held`` is done before the next write arrives.

    ``forgotten`` tokens are sent as others that the server does not know.
    """

    held: Callable[[], Awaitable[None]] | None = None
    instead: Answer | None = None
    is_silent: bool = False
    is_read_only: bool = False
    loses_answer: bool = False
    loses_request: bool = False
    given: set[bytes] = field(default_factory=set)
    forgotten: set[bytes] = field(default_factory=set)
    is_reset_silent: bool = False
    phantoms: list[str] = field(default_factory=list)

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        self.asked.append((method, urlsplit(url).path))
        if self.is_silent or (method in _WRITES and self._happens("loses_request")):
            raise Unavailable("The connection was cut.")
        if self.instead is not None:
            return self.instead
        if method in _WRITES and self.is_read_only:
            return Answer(403, {"content-type": "application/xml"}, _NO_RIGHT, url)
        if method in _WRITES and self.held is not None:
            act, self.held = self.held, None
            await act()
        answer = await super().request(method, url, headers, self._with_what_is_known(body))
        if method in _WRITES and self._happens("loses_answer"):
            raise Unavailable("The connection was cut.")
        self.given |= set(_TOKEN.findall(answer.body.replace(b"\x0b", b"")))
        return self._haunted(answer) if body and b"sync-collection" in body else answer

    def _happens(self, once: str) -> bool:
        happens = bool(getattr(self, once))
        setattr(self, once, False)
        return happens

    def _with_what_is_known(self, body: bytes | None) -> bytes | None:
        """The question, with a token in it that the server really does not know where it was forgotten."""
        found = _TOKEN.search(body or b"")
        if body is None or found is None or found[1] not in self.forgotten:
            return body
        unknown = b"" if self.is_reset_silent else found[1][:-8] + b"00000000"
        return body.replace(found[1], unknown)

    def _haunted(self, answer: Answer) -> Answer:
        end = answer.body.rfind(b"</")
        ghosts = "".join(_PHANTOM.format(path=path) for path in self.phantoms).encode()
        return Answer(
            answer.status, answer.headers, answer.body[:end] + ghosts + answer.body[end:], answer.url
        )


class CaldavStand(Stand):
    """``shared`` is the root of the server; ``home`` the path of the account's calendars there."""

    home: str
    client: Troubled
    organizer = "alice@example.com"

    async def open(self) -> None:
        self._session = aiohttp.ClientSession()
        self.client, self._other = Troubled(self._session), HttpClient(self._session)
        self.account = account(self.shared)
        self.calendar_id = f"{self.home}{uuid4()}/"
        await make_calendar(self._other, self._url(self.calendar_id))

    async def close(self) -> None:
        await self._other.request("DELETE", self._url(self.calendar_id))
        await self._session.close()

    def _url(self, path: str) -> str:
        return f"{self.shared.rstrip('/')}{path}"

    async def _store(self, event_id: str, text: str) -> int:
        answer = await self._other.request(
            "PUT", self._url(event_id), {"Content-Type": "text/calendar; charset=utf-8"}, text.encode()
        )
        return answer.status

    async def _put(self, text: str) -> str:
        event_id = f"{self.calendar_id}{uuid4()}.ics"
        status = await self._store(event_id, text)
        assert status == 201, (status, text)
        return await self._spelled(event_id)

    async def _spelled(self, event_id: str) -> str:
        """The id that the adapter makes of how the server spells it."""
        asked = b'<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
        headers = {"Depth": "0", "Content-Type": "application/xml"}
        answer = await self._other.request("PROPFIND", self._url(event_id), headers, asked)
        found = _HREF.search(answer.body)
        assert found, answer.body
        return paths.event_id(self.calendar_id, urlsplit(found[1].decode()).path)

    async def put(self, content: Content) -> str:
        return await self._put(calendar_object(str(uuid4()), content))

    async def edit(self, event_id: str, content: Content) -> None:
        text = await self.raw(event_id)
        uid, marker = lines_of(text, "UID")[0], lines_of(text, "X-METONIC-COPY")
        edited = calendar_object(uid.removeprefix("UID:"), content, marker)
        # Xandikos takes one write at a time; a person's client tries again.
        while (status := await self._store(event_id, edited)) == _LOCKED:
            continue
        assert status < _REFUSED, (status, edited)

    async def erase(self, event_id: str) -> None:
        await self._other.request("DELETE", self._url(event_id))

    async def raw(self, event_id: str) -> str:
        return unfolded((await self._other.request("GET", self._url(event_id))).body.decode())

    async def shown(self, event_id: str) -> Shown:
        text = await self.raw(event_id)
        said = {name: lines_of(text, name) for name in ("CLASS", "TRANSP", "STATUS")}
        words = {name: lines[0].partition(":")[2] for name, lines in said.items() if lines}
        return Shown(
            is_private=words.get("CLASS") in {"PRIVATE", "CONFIDENTIAL"},
            is_busy=words.get("TRANSP") != "TRANSPARENT",
            status=Status(words.get("STATUS", "CONFIRMED").lower()),
        )

    async def put_decorated(self, content: Content) -> tuple[str, Sequence[str]]:
        event_id = await self._put(calendar_object(str(uuid4()), content, [*FOREIGN, *ALARM]))
        return event_id, [*FOREIGN, *ALARM]

    async def put_unreadable(self) -> str:
        return await self._put(
            calendar_object(str(uuid4()), LESSON, ["RRULE:FREQ=DAILY;COUNT=40", _UNSUPPORTED])
        )

    async def put_floating(self) -> str:
        return await self._put(calendar_object(str(uuid4()), LESSON).replace(";TZID=Europe/Berlin", ""))

    async def put_with_guests(self, content: Content) -> str:
        guests = [f"ORGANIZER:mailto:{self.organizer}", "ATTENDEE:mailto:guest@example.com"]
        return await self._put(calendar_object(str(uuid4()), content, guests))

    async def occupy(self, identity: UUID, content: Content) -> None:
        await self._store(f"{self.calendar_id}{identity}.ics", calendar_object(str(uuid4()), content))

    async def duplicate(self, event_id: str) -> str:
        text = await self.raw(event_id)
        uid = lines_of(text, "UID")[0]
        return await self._put(text.replace(uid, f"UID:{uuid4()}").replace("\n", "\r\n"))

    async def intercept(self, body: bytes, media_type: str) -> None:
        self.client.instead = Answer(200, {"content-type": media_type}, body, self.account.server)

    async def before_next_write(self, act: Callable[[], Awaitable[None]]) -> None:
        self.client.held = act

    def requests(self) -> int:
        return len(self.client.asked)

    async def expire_cursors(self) -> None:
        if not self.client.given:
            self.cannot("the server gives no tokens")
        self.client.forgotten |= self.client.given

    async def reset_silently(self) -> None:
        self.client.is_reset_silent = True
        self.client.forgotten |= self.client.given

    async def delete_calendar(self) -> None:
        await self._other.request("DELETE", self._url(self.calendar_id))


class LinedStand(CaldavStand):
    """Before a server that has no troubles of its own: they are in the client."""

    async def put_phantom(self) -> str:
        self.client.phantoms.append(f"{self.calendar_id}{uuid4()}.ics")
        return self.client.phantoms[-1]

    async def outbox(self) -> Sequence[str]:
        self.cannot("the server sends no mail")

    async def answer(self, status: int, retry_after: int | None = None) -> None:
        headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        self.client.instead = Answer(status, headers, b"", self.shared)

    async def fall_silent(self) -> None:
        self.client.is_silent = True

    async def recover(self) -> None:
        self.client.instead, self.client.is_silent = None, False

    async def lose_answer(self) -> None:
        self.client.loses_answer = True

    async def lose_request(self) -> None:
        self.client.loses_request = True

    async def refuse_writes(self) -> None:
        self.client.is_read_only = True


class RadicaleStand(LinedStand):
    home = f"/{USER}/"

    @classmethod
    @contextmanager
    def sharing(cls) -> Iterator[str]:
        with calendar_server(Path(tempfile.mkdtemp()), {USER: PASSWORD}) as root:
            yield root

    async def put_task(self) -> str:
        text = f"UID:{uuid4()}\r\nDTSTAMP:20280101T000000Z\r\nSUMMARY:Buy balls\r\n"
        task = f"BEGIN:VTODO\r\n{text}END:VTODO\r\n"
        return await self._put(
            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//A//B//EN\r\n{task}END:VCALENDAR\r\n"
        )

    async def revoke(self) -> None:
        self.client.password = "changed"


class XandikosStand(LinedStand):
    home = f"/{DSID}/calendars/"

    @classmethod
    @contextmanager
    def sharing(cls) -> Iterator[str]:
        with tempfile.TemporaryDirectory() as folder, started("xandikos", Path(folder)) as server:
            yield f"{server.origin}/"

    async def put_task(self) -> str:
        self.cannot("Xandikos takes nothing but events into a calendar of events")

    async def revoke(self) -> None:
        self.cannot("Xandikos runs without a sign-in here")
