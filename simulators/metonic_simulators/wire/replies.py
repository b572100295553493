"""What a call is answered with, and how a fault comes between."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from metonic_simulators.wire.faults import Fault


class Dropped(Exception):
    """The connection ends without an answer."""


@dataclass
class Reply:
    """``content``: what is sent as JSON; ``raw``: what is sent instead. ``is_cut``: only half of it."""

    JSON: ClassVar[str] = "application/json"

    status: int = 200
    content: dict[str, Any] | None = None
    raw: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False

    def body(self) -> bytes:
        if self.content is None:
            return self.raw
        self.headers.setdefault("Content-Type", self.JSON)
        return json.dumps(self.content, ensure_ascii=False, separators=(",", ":")).encode()


OneReply = TypeVar("OneReply", bound=Reply)


async def befallen(
    fault: Fault | None,
    instead: Mapping[str, Callable[[Fault], OneReply]],
    answer: Callable[[], Awaitable[OneReply]],
) -> OneReply:
    """The answer, or what the fault makes of it; ``instead``: faults by which nothing is done.

    Raises Dropped.
    """
    if fault is None:
        return await answer()
    name = fault.kind.name
    if name in instead:
        return instead[name](fault)
    if name == "lost-request":
        raise Dropped
    if name == "slow":
        await asyncio.sleep(float(fault.option("seconds")))
    reply = await answer()
    if name == "slow-response":
        await asyncio.sleep(float(fault.option("seconds")))
    if name == "lost-response":
        raise Dropped
    reply.is_cut = name == "truncated"
    return reply
