"""What stands in for a service, in a process of its own: so it takes no time of whoever is measured."""

import re
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from subprocess import PIPE, Popen
from typing import Any

import aiohttp
from yarl import URL

_REQUEST = re.compile(r'name="request" value="([^"]+)"')
_SCOPE = re.compile(r'name="scope" value="([^"]+)"')
_TOLD = re.compile(r"^  ([a-z ]+[a-z])  +(\S+)$")


@dataclass(frozen=True, slots=True)
class Place:
    """``url`` with a slash, ``user``: whose calendar is measured; ``session`` is for what nobody measures.

    ``pid``: its process.
    """

    url: str
    pid: int
    user: str
    client_id: str
    client_secret: str
    session: aiohttp.ClientSession

    def at(self, path: str) -> str:
        """The address of a path, which begins with a slash."""
        return f"{self.url.rstrip('/')}{path}"

    async def begin_anew(self) -> None:
        """With nothing in any calendar, and all switches as they usually are."""
        await self.told("POST", "reset")

    async def put(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        """These events, in the user's calendar."""
        for body in bodies:
            await self.told("POST", "events", {"calendar": self.user, "event": body})

    async def count(self) -> int:
        """How many events there are in it."""
        async with self.session.get(f"{self.url}-/events", params={"calendar": self.user}) as answer:
            return len(await answer.json())

    async def token(self) -> str:
        """What the user's requests carry."""
        users = await self.told("GET", "users")
        return next(str(user["access_token"]) for user in users if user["email"] == self.user)

    async def agree(self, address: str, user: str = "") -> Mapping[str, str]:
        """What the browser brings back from the page where the user, or another, allows what is asked."""
        there = URL(self.url).join(URL(address).relative())
        async with self.session.get(there) as page:
            text = await page.text()
        form = [("request", _found(_REQUEST, text)), ("user", user or self.user), ("answer", "allow")]
        form += [("scope", scope) for scope in _SCOPE.findall(text)]
        async with self.session.post(there.join(URL("consent")), data=form, allow_redirects=False) as answer:
            return URL(answer.headers["Location"]).query

    async def told(self, method: str, name: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """What its switches and records answer."""
        async with self.session.request(method, f"{self.url}-/{name}", json=body) as answer:
            if not answer.ok:
                raise RuntimeError(await answer.text())
            return await answer.json() if answer.content_type == "application/json" else None


@asynccontextmanager
async def place(service: str, user: str, *users: str) -> AsyncIterator[Place]:
    """It ends with the block; ``user`` is one of those that there are at first, which ``users`` may name."""
    command = [sys.executable, "-m", "metonic_simulators", service, "--port", "0"]
    command += [word for name in users for word in ("--user", name)]
    with Popen(command, stdout=PIPE, text=True) as process:  # noqa: S603, ASYNC220 - ourselves, and at once
        try:
            told: dict[str, str] = {}
            for line in process.stdout or ():
                told |= dict(_TOLD.findall(line.rstrip()))
                if line.startswith("  switches"):
                    break
            async with aiohttp.ClientSession() as session:
                yield Place(
                    told["server"], process.pid, user, told["client id"], told["client secret"], session
                )
        finally:
            process.terminate()


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    if found is None:
        raise RuntimeError("the page has no form")
    return found[1]
