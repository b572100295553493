"""What tests of plugins stand on that have a token: a client as the service gives it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from metonic_core.spi import Account, Answer, Misconfigured, Unavailable


@dataclass
class HttpClient:
    """The client as the service has it: a bearer, no redirects, loopback only; keeps what it asked."""

    session: aiohttp.ClientSession
    token: str = "a-token"
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        if urlsplit(url).hostname != "127.0.0.1":
            raise Misconfigured(f"The host of {url} may not see the token.")
        self.asked.append((method, urlsplit(url).path))
        sent = {**(headers or {}), "Authorization": f"Bearer {self.token}"}
        try:
            async with self.session.request(
                method, URL(url, encoded=True), headers=sent, data=body, allow_redirects=False
            ) as answer:
                lowered = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status, lowered, await answer.read(), url)
        except aiohttp.ClientError as error:
            raise Unavailable("The server cannot be reached.") from error

    async def ask(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401 - JSON
        """JSON there and JSON back; it must be answered as asked."""
        content = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        answer = await self.request(method, url, sent, content)
        assert answer.status < 300, (method, url, answer.body)
        return json.loads(answer.body or b"null")


class _Nobody:
    """A client of whom nothing may be asked."""

    async def request(
        self,
        method: str,  # noqa: ARG002 - the interface's
        url: str,  # noqa: ARG002
        headers: Mapping[str, str] | None = None,  # noqa: ARG002
        body: bytes | None = None,  # noqa: ARG002
    ) -> Answer:
        raise Unavailable("There is nobody to ask.")


NOBODY = _Nobody()


def session() -> aiohttp.ClientSession:
    """Without what aiohttp asks again by itself: that would hide a connection that was lost."""
    made = aiohttp.ClientSession()
    made._retry_connection = False  # noqa: SLF001 - there is no public switch
    return made


def account(server: str) -> Account:
    return Account(subject="", name="", server=server, username="")
