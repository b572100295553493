"""What goes wrong on the way: the stand-ins' faults, the broker, the database, processes that die."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from aiohttp import web
from tests.chaos.deployment import Deployment
from tests.e2e.smoke.proxy import Exchange, Gate, Proxy, Stage

_LOST = ("lost-request", "lost-response", "truncated")
_GOOGLE: tuple[tuple[str, Mapping[str, Any]], ...] = (
    *((name, {}) for name in _LOST),
    ("failing", {}),
    ("html", {}),
    ("hidden", {"seconds": 3.0}),
    ("slow-response", {"seconds": 4.0}),
    ("rate-limited", {"status": 429, "retry_after": 1}),
    ("rate-limited", {}),
    ("sync-token-expired", {}),
    ("push-lost", {}),
    ("push-doubled", {}),
)
_GRAPH: tuple[tuple[str, Mapping[str, Any]], ...] = (
    *((name, {}) for name in _LOST),
    ("failing", {}),
    ("html", {}),
    ("hidden", {"seconds": 3.0}),
    ("slow-response", {"seconds": 4.0}),
    ("throttled", {"retry_after": "1"}),
    ("conflict", {}),
    ("sync-state-not-found", {}),
    ("push-lost", {}),
    ("push-doubled", {}),
)
# What asks is done and lost without harm: what counts is a create whose answer never comes.
_METHODS = {"push-lost": "PUSH", "push-doubled": "PUSH", "lost-response": "POST"}
_STALL_SECONDS = 80
"""Longer than a lease lasts."""
_DAV = ("429", "503", "lost-request", "lost-response", "lost-response-late")


@dataclass
class Troubles:
    """``struck`` counts them; ``seconds`` is how long they last, ``pace`` how fast one follows the other."""

    dice: Random
    deployment: Deployment
    google: Any
    graph: Any
    line: Proxy
    struck: Counter[str] = field(default_factory=Counter)
    _gates: list[Gate] = field(default_factory=list)

    async def strike(self, seconds: float) -> None:
        """All of them, for so long."""
        ends = [
            self._again(seconds, 0.4, self._provider),
            self._again(seconds, 4, self._death),
            self._again(seconds, 9, self._database),
            self._broker(seconds),
            self._stall(seconds),
        ]
        await asyncio.gather(*ends)

    def calm(self) -> None:
        """Nothing goes wrong any more; what befell nobody is not counted."""
        for kind, simulator in (("google", self.google), ("outlook", self.graph)):
            armed = simulator.world.faults.armed
            self.struck -= Counter(f"{kind}: {fault.kind.name}" for fault in armed)
            armed.clear()
        self.line.instead = lambda _: None
        for gate in self._gates:
            gate.drop()

    async def _again(self, seconds: float, every: float, strike: Callable[[], Any]) -> None:
        """What has begun is ended: who was killed comes back."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(every * (0.5 + self.dice.random()))
            await strike()

    async def _provider(self) -> None:
        kind = self.dice.choice(("google", "outlook", "apple"))
        if kind == "apple":
            return self._dav(self.dice.choice(_DAV))
        simulator, faults = (self.google, _GOOGLE) if kind == "google" else (self.graph, _GRAPH)
        name, options = self.dice.choice(faults)
        simulator.arm(name, method=_METHODS.get(name, "*"), **options)
        self.struck[f"{kind}: {name}"] += 1
        return None

    def _dav(self, name: str) -> None:
        """A request to the CalDAV server that is still to come; of answers, one to a write is lost."""
        if name.startswith("lost"):
            self._lose(name)
            return

        def instead(_: Exchange) -> web.Response:
            self.struck[f"apple: {name}"] += 1
            self.line.instead = lambda _: None
            return web.Response(status=int(name), headers={"Retry-After": "1"})

        self.line.instead = instead

    def _lose(self, name: str) -> None:
        stage = Stage.BEFORE if name == "lost-request" else Stage.AFTER
        loop, seconds = asyncio.get_running_loop(), 5 if name.endswith("late") else 1

        def matches(one: Exchange) -> bool:
            if gate.held or (stage is Stage.AFTER and one.method != "PUT"):
                return False
            self.struck[f"apple: {name}"] += 1
            loop.call_later(seconds, gate.drop)
            return True

        gate = self.line.gate(stage, matches)
        self._gates.append(gate)

    async def _death(self) -> None:
        name = self.dice.choice(list(self.deployment.processes))
        self.struck[f"SIGKILL: {name.partition(' ')[0]}"] += 1
        await self.deployment.kill(name, self.dice.choice((0.0, 1.0, 5.0)))

    async def _database(self) -> None:
        self.struck["database: connections dropped"] += await self.deployment.drop_connections()

    async def _broker(self, seconds: float) -> None:
        """Twice, if there is time."""
        for _ in range(2 if seconds > 60 else 1):
            await asyncio.sleep(seconds / 3)
            await self.deployment.broker.restart(3)
            self.struck["broker: restarted"] += 1

    async def _stall(self, seconds: float) -> None:
        """A worker stands still until another one has its calendars, if there is time for that."""
        if seconds > 2 * _STALL_SECONDS:
            self.struck["stood still: worker"] += 1
            await self.deployment.stall("worker 1", _STALL_SECONDS)
