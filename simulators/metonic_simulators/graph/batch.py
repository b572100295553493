"""Many calls in one request: https://learn.microsoft.com/en-us/graph/json-batching."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from multidict import CIMultiDict

from metonic_simulators.graph import errors, throttle
from metonic_simulators.graph.call import Call, Reply
from metonic_simulators.graph.service import Service
from metonic_simulators.graph.world import World
from metonic_simulators.wire.replies import Dropped

MOST, _AT_ONCE, _FAILED = 20, 4, 400


@dataclass(frozen=True)
class Part:
    id: str
    call: Call
    after: tuple[str, ...]
    has_typeless_body: bool


async def answered(world: World, service: Service, call: Call) -> Reply:
    """Each part succeeds or fails on its own, but for those that it depends on. Raises Refused.

    The answers come in another order than the questions.
    """
    world.people.who(call.headers.get("Authorization", "").partition(" ")[2])
    parts = _parts(world, call)
    done: dict[str, Reply] = {}
    free = [one for one in parts if not one.after]
    if world.quirks.is_on("batch-floods"):
        for one in free[_AT_ONCE:]:
            done[one.id] = service.refuse(one.call, throttle.too_many(world, "Too many requests."))
    for at in range(0, len(free), _AT_ONCE):
        await _together(service, [one for one in free[at : at + _AT_ONCE] if one.id not in done], done)
    waiting = [one for one in parts if one.after]
    while waiting:
        ready = [one for one in waiting if all(name in done for name in one.after)]
        if not ready:
            raise errors.bad_request("Invalid dependsOn: the requests wait for each other.")
        for one in ready:
            await _together(service, [one], done)
        waiting = [one for one in waiting if one not in ready]
    return Reply(200, {"responses": [_shown(one.id, done[one.id]) for one in reversed(parts)]})


async def _together(service: Service, parts: Sequence[Part], done: dict[str, Reply]) -> None:
    replies = await asyncio.gather(*(_one(service, one, done) for one in parts))
    done |= {one.id: reply for one, reply in zip(parts, replies, strict=True)}


async def _one(service: Service, part: Part, done: dict[str, Reply]) -> Reply:
    if any(done[name].status >= _FAILED for name in part.after):
        return service.refuse(part.call, errors.Refused(424, "FailedDependency", "Failed Dependency"))
    if part.has_typeless_body:
        message = "Write request id does not contain Content-Type header or body."
        return service.refuse(part.call, errors.bad_request(message))
    try:
        return await service.answer(part.call)
    except Dropped:
        return service.refuse(part.call, errors.Refused(504, "GatewayTimeout", ""))


def _parts(world: World, call: Call) -> list[Part]:
    asked = call.json().get("requests")
    if not isinstance(asked, list) or not asked or not all(isinstance(one, dict) for one in asked):
        raise errors.bad_request("Invalid batch payload format.")
    if len(asked) > MOST:
        raise errors.bad_request(f"Number of batch request steps exceeds the maximum value of {MOST}.")
    parts = [_part(world, call, one) for one in asked]
    known = {one.id for one in parts}
    if len(known) < len(parts):
        raise errors.bad_request("The request ids of a batch must be unique.")
    if any(not known.issuperset(one.after) for one in parts):
        raise errors.bad_request("Invalid dependsOn: there is no such request.")
    return parts


def _part(world: World, outer: Call, asked: dict[str, Any]) -> Part:
    part_id, method, url = asked.get("id"), asked.get("method"), asked.get("url")
    after, headers = asked.get("dependsOn") or [], asked.get("headers") or {}
    if not all(isinstance(one, str) and one for one in (part_id, method, url)):
        raise errors.bad_request("Invalid batch payload format.")
    if not isinstance(after, list) or not isinstance(headers, dict):
        raise errors.bad_request("Invalid batch payload format.")
    own = CIMultiDict({str(name): str(value) for name, value in headers.items()})
    for name in ("Authorization", "Forwarded"):
        own.setdefault(name, outer.headers.get(name, ""))
    body = json.dumps(asked["body"]).encode() if asked.get("body") is not None else b""
    call = Call.of(str(method), _target(outer.base(world.base), str(url)), own, body, part=True)
    has_typeless_body = bool(body) and "Content-Type" not in own
    return Part(str(part_id), call, tuple(map(str, after)), has_typeless_body)


def _target(base: str, url: str) -> str:
    """Relative to the version; what is absolute must be on this server. Raises Refused."""
    if not urlsplit(url).scheme:
        return "/" + url.lstrip("/")
    if not url.startswith(f"{base}/"):
        raise errors.bad_request("The url of a request of a batch must be relative.")
    return url.removeprefix(base)


def _shown(part_id: str, reply: Reply) -> dict[str, Any]:
    reply.body()
    found: dict[str, Any] = {"id": part_id, "status": reply.status, "headers": dict(reply.headers)}
    if reply.content is not None:
        found["body"] = reply.content
    elif reply.raw:
        found["body"] = reply.raw.decode()
    return found
