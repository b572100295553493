"""What the tests of the plugin stand on: a client as the service gives it, and calendars made with it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from metonic_core.spi import Account, Answer, Misconfigured, Unavailable

USER, PASSWORD = "alice", "s3cret"


@dataclass
class HttpClient:
    """The client as the service has it: Basic, no redirects, loopback only; keeps what it asked."""

    session: aiohttp.ClientSession
    username: str = USER
    password: str = PASSWORD
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        if urlsplit(url).hostname != "127.0.0.1":
            raise Misconfigured(f"The host of {url} may not see the password.")
        self.asked.append((method, urlsplit(url).path))
        token = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        sent = {"Authorization": f"Basic {token}", **(headers or {})}
        try:
            async with self.session.request(
                method, URL(url, encoded=True), headers=sent, data=body, allow_redirects=False
            ) as answer:
                lowered = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status, lowered, await answer.read(), url)
        except aiohttp.ClientError as error:
            raise Unavailable("The server cannot be reached.") from error


@dataclass(frozen=True)
class Radicale:
    """A running server: ``url`` is its root."""

    url: str

    @property
    def home(self) -> str:
        return f"{self.url}{USER}/"


def account(server: str, username: str = USER) -> Account:
    return Account(subject="", name=username, server=server, username=username)


async def make_calendar(client: HttpClient, url: str, kind: str = "VEVENT", name: str = "Work") -> None:
    body = f"""<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="http://apple.com/ns/ical/">
        <set><prop><displayname>{name}</displayname><A:calendar-color>#1badf8ff</A:calendar-color>
        <C:supported-calendar-component-set><C:comp name="{kind}"/></C:supported-calendar-component-set>
        </prop></set></C:mkcalendar>"""
    answer = await client.request("MKCALENDAR", url, {"Content-Type": "application/xml"}, body.encode())
    assert answer.status == 201, answer.body
