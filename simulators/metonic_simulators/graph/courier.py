"""How messages go to receivers: again after a failure, later to who is slow, not at all to who is too slow.

https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks
"""

import json
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from metonic_simulators.graph.world import World
from metonic_simulators.wire.errands import Errands
from metonic_simulators.wire.serving import Send

_TEXT = {"Content-Type": "text/plain; charset=utf-8"}
_JSON = {"Content-Type": "application/json"}
_FIRST_WAIT, _LONGEST_WAIT = 10.0, 3600.0
_GIVES_UP = timedelta(hours=4)
_SPAN = timedelta(minutes=10)
_SLOW_WAIT = 10.0
_SLOW_AFTER = 10.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as it went out: ``kind`` is ``change``, ``lifecycle`` or ``validation``.

    ``status`` is the receiver's answer, 0 for none, -1 for what was lost on the way.
    """

    kind: str
    subscriptions: tuple[str, ...]
    changes: tuple[str, ...]
    status: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Message:
    """``items`` have a ``subscriptionId``; ``began``: when it was sent first."""

    kind: str
    address: str
    items: Sequence[dict[str, Any]]
    began: datetime
    attempt: int = 1

    @property
    def subscriptions(self) -> tuple[str, ...]:
        return tuple(str(one["subscriptionId"]) for one in self.items)

    @property
    def changes(self) -> tuple[str, ...]:
        return tuple(str(one.get("changeType") or one.get("lifecycleEvent")) for one in self.items)


class Courier:
    """``missed``: what to do when messages of these subscriptions will never arrive.

    ``are_there``: whether any of these subscriptions still is.
    """

    def __init__(self, world: World, send: Send, errands: Errands) -> None:
        self.deliveries: list[Delivery] = []
        self.missed: Callable[[Sequence[str]], None] = lambda _: None
        self.are_there: Callable[[Sequence[str]], bool] = lambda _: True
        self._world = world
        self._send = send
        self._errands = errands
        self._answers: defaultdict[str, deque[tuple[datetime, bool]]] = defaultdict(deque)
        self._dropped_until: dict[str, datetime] = {}

    def post(self, kind: str, address: str, items: Sequence[dict[str, Any]]) -> None:
        """Soon, unless the receiver is slow."""
        message = Message(kind, address, items, self._world.now())
        host = urlsplit(address).netloc
        if kind == "change" and self._is_dropped(host):
            self._record(message, -1)
            wait = (self._dropped_until[host] - self._world.now()).total_seconds()
            self._world.clock.later(wait, partial(self.missed, message.subscriptions))
            return
        if kind == "change" and self._slow_share(host) > self._limit("slow"):
            self._world.clock.later(_SLOW_WAIT, partial(self._begin, message))
            return
        self._begin(message)

    async def validate(self, address: str, token: str) -> str:
        """Why the receiver does not qualify; empty if it does."""
        status, media, body = await self._send(address, _TEXT, b"")
        self.deliveries.append(Delivery("validation", (), (), status, 1))
        if status == 0:
            return "Subscription validation request timed out."
        problem = f"HTTP status code is '{status}'." if status != 200 else ""  # noqa: PLR2004 - HTTP
        if not problem and (not media.startswith("text/plain") or body.decode("utf-8", "replace") != token):
            problem = "The validation token is not in the answer."
        if not problem:
            return ""
        return (
            f"Subscription validation request failed. {problem} "
            "Notification endpoint must respond with 200 OK to validation request."
        )

    def _begin(self, message: Message) -> None:
        self._errands.begin(self._deliver(message))

    async def _deliver(self, message: Message) -> None:
        faults = self._world.faults
        subscription = message.subscriptions[0]
        if message.kind == "change" and faults.next("PUSH", subscription, "push-lost"):
            self._record(message, -1)
            return
        is_doubled = message.kind == "change" and faults.next("PUSH", subscription, "push-doubled")
        for _ in range(2 if is_doubled else 1):
            await self._attempt(message)

    async def _attempt(self, message: Message) -> None:
        body = json.dumps({"value": list(message.items)}).encode()
        began = self._world.now()
        status, _, _ = await self._send(message.address, _JSON, body)
        self._record(message, status)
        is_slow = self._world.faults.next("PUSH", message.subscriptions[0], "push-slow") is not None
        is_slow = is_slow or status == 0 or (self._world.now() - began).total_seconds() > _SLOW_AFTER
        self._answered(urlsplit(message.address).netloc, is_slow=is_slow)
        if not 200 <= status < 300:  # noqa: PLR2004 - HTTP
            self._later(message)

    def _later(self, message: Message) -> None:
        """Again after a while, twice as long each time, for four hours."""
        wait = min(_FIRST_WAIT * 2 ** (message.attempt - 1), _LONGEST_WAIT)
        if self._world.now() + timedelta(seconds=wait) - message.began > _GIVES_UP:
            if message.kind == "change":
                self.missed(message.subscriptions)
            return
        again = replace(message, attempt=message.attempt + 1)

        def sent_again() -> None:
            if message.kind != "change" or self.are_there(message.subscriptions):
                self._errands.begin(self._attempt(again))

        self._world.clock.later(wait, sent_again)

    def _answered(self, host: str, *, is_slow: bool) -> None:
        now = self._world.now()
        self._answers[host].append((now, is_slow))
        if self._slow_share(host) > self._limit("drop"):
            self._dropped_until[host] = now + _SPAN
            self._answers[host].clear()

    def _slow_share(self, host: str) -> float:
        """Per cent of the last ten minutes; 0 as long as there are too few."""
        answers, quirks = self._answers[host], self._world.quirks
        while answers and answers[0][0] <= self._world.now() - _SPAN:
            answers.popleft()
        if not quirks.is_on("slow-receivers") or len(answers) < quirks.number("slow-receivers", "least"):
            return 0
        return 100 * sum(is_slow for _, is_slow in answers) / len(answers)

    def _limit(self, name: str) -> float:
        return self._world.quirks.number("slow-receivers", name)

    def _is_dropped(self, host: str) -> bool:
        until = self._dropped_until.get(host)
        return until is not None and until > self._world.now()

    def _record(self, message: Message, status: int) -> None:
        self.deliveries.append(
            Delivery(message.kind, message.subscriptions, message.changes, status, message.attempt)
        )
