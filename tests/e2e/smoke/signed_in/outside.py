"""The stand-in for a provider from outside: what it printed at its start, and its switches."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
from tests.e2e.smoke.children import Child
from tests.e2e.smoke.table import Difference
from tests.e2e.smoke.waiting import until

from metonic_simulators.servers import HOST

Log = Sequence[Mapping[str, Any]]
_FAILED = 400


class StandIn:
    """``child`` is the process."""

    def __init__(self, child: Child, session: aiohttp.ClientSession) -> None:
        self.child = child
        self.session = session
        self.url = f"http://{HOST}:{child.port}"

    async def client(self) -> Mapping[str, str]:
        """What the service is known as there: ``id`` and ``secret``."""

        async def look() -> list[str] | None:
            found = re.findall(r"client (?:id|secret)\s+(\S+)\n", self.child.log.read_text("utf-8"))
            return found if len(found) == 2 else None

        own, secret = await until(look, "the stand-in tells its client")
        return {"id": own, "secret": secret}

    async def token(self, owner: str) -> str:
        """One with which that account may be asked everything."""
        users = await self.ask("GET", "/-/users")
        return next(str(one["access_token"]) for one in users if one["email"] == owner)

    async def log(self) -> Log:
        """What it was asked so far."""
        found: Log = await self.ask("GET", "/-/log")
        return found

    async def ask(self, method: str, path: str, body: object = None, token: str = "", **headers: str) -> Any:  # noqa: ANN401 - JSON has no narrower type
        """The JSON of the answer, None without one; raises Difference where it is refused."""
        signed = {"Authorization": f"Bearer {token}"} if token else {}
        sent = {**signed, **headers}
        async with self.session.request(method, self.url + path, json=body, headers=sent) as answer:
            if answer.status >= _FAILED:
                raise Difference(f"{method} {path}: {answer.status} {await answer.text()}")
            return await answer.json() if answer.content_type == "application/json" else None

    async def arm(self, fault: str, path: str, times: int = 1, method: str = "*", **options: object) -> None:
        """For the next requests whose path has that in it, those in a batch one by one."""
        wanted = {"fault": fault, "times": times, "method": method, "path": f"*{path}*", "options": options}
        await self.ask("POST", "/-/faults", wanted)
