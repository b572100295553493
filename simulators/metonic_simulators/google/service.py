"""The way of a call through the API: faults, sign-in, scopes, quota, the operation, what of it is wanted."""

import time
from collections.abc import Callable
from dataclasses import replace

from metonic_simulators.google import errors, names, quota, scopes, selector
from metonic_simulators.google.call import Call, Reply, refusal
from metonic_simulators.google.operations import Operation, Operations
from metonic_simulators.google.people import State
from metonic_simulators.google.session import Session
from metonic_simulators.google.world import World
from metonic_simulators.wire.faults import Fault
from metonic_simulators.wire.log import Entry
from metonic_simulators.wire.replies import befallen

_AT_THE_DOOR = (
    *("failing", "html", "empty", "truncated", "lost-request", "lost-response", "slow", "rate-limited"),
    *("slow-response", "limits-exceeded", "unauthorized"),
)
_SECRET = frozenset({"oauth_token", "key"})
_LIMITED_HOURS = 12.0
_PAGE = b"<!DOCTYPE html><html><head><title>Error %d (Server Error)!!1</title></head><body></body></html>"


class Service:
    """``world``: of the moment, as a reset makes another; ``base``: the origin that the API is at."""

    def __init__(self, world: Callable[[], World], operations: Operations, base: str) -> None:
        self._world = world
        self._operations = operations
        self._base = base

    async def answer(self, call: Call) -> Reply:
        """Raises Dropped where the connection ends instead."""
        world, began, status = self._world(), time.perf_counter(), 0
        fault = _fault(world, call)
        entry = self._entry(world, call, world.clock.now().timestamp(), fault)
        try:
            reply = await self._befallen(world, call, fault)
            status = reply.status
            return reply
        finally:
            seconds = round(time.perf_counter() - began, 4)
            world.log.append(replace(entry, status=status, seconds=seconds))

    async def _befallen(self, world: World, call: Call, fault: Fault | None) -> Reply:
        if fault is not None and fault.kind.name == "limits-exceeded":
            world.limit(_LIMITED_HOURS)

        async def answer() -> Reply:
            return self._answered(world, call)

        return await befallen(fault, _INSTEAD, answer)

    def _answered(self, world: World, call: Call) -> Reply:
        world.clock.do_what_is_due()
        try:
            return self._operated(world, call)
        except errors.Refused as refused:
            return refusal(refused)

    def _operated(self, world: World, call: Call) -> Reply:
        operation, at = self._operations.find(call.method, call.segments)
        access = world.people.who(_bearer(call))
        if world.quirks.is_on("api-disabled"):
            raise errors.service_disabled(world.people.project)
        if not scopes.opens(access.scopes, operation.name):
            raise errors.lacks_scope(operation.name)
        if access.user.state == State.NO_CALENDAR:
            raise errors.not_a_calendar_user()
        _check_parameters(world, call)
        session = Session(world, call, access.user, at, self._base)
        quota.take(session, operation)
        tree = _selection(call, operation)
        content = operation.does(session)
        if content is None:
            return Reply(204)
        if call.method == "GET" and content.get("etag") in _etags(call):
            return Reply(304, headers={"ETag": str(content["etag"])})
        headers = {"ETag": str(content["etag"])} if "etag" in content else {}
        return Reply(200, selector.select(tree, content), headers=headers)

    def _entry(self, world: World, call: Call, at: float, fault: Fault | None) -> Entry:
        access = world.people.accesses.get(_bearer(call))
        return Entry(
            at=at,
            method=call.method,
            path=call.decoded,
            query="&".join(f"{name}={value}" for name, value in call.query.items() if name not in _SECRET),
            operation=self._name(call),
            status=0,
            seconds=0,
            who=access.user.email if access else "",
            fault=fault.kind.name if fault else "",
            part=call.part,
        )

    def _name(self, call: Call) -> str:
        try:
            return self._operations.find(call.method, call.segments)[0].name
        except errors.Refused:
            return ""


def _fault(world: World, call: Call) -> Fault | None:
    kinds = (*_AT_THE_DOOR, "conflict") if call.part else _AT_THE_DOOR
    return world.faults.next(call.method, call.decoded, *kinds)


def _rate_limited(fault: Fault) -> Reply:
    reply = refusal(errors.rate_limited(str(fault.option("reason")), int(fault.option("status"))))
    if seconds := int(fault.option("retry_after")):
        reply.headers["Retry-After"] = str(seconds)
    return reply


def _html(status: int) -> Reply:
    return Reply(status, raw=_PAGE % status, headers={"Content-Type": "text/html; charset=UTF-8"})


def _bearer(call: Call) -> str:
    scheme, _, token = call.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else call.text("oauth_token")


def _etags(call: Call) -> set[str]:
    return {one.strip() for one in call.headers.get("If-None-Match", "").split(",")}


def _check_parameters(world: World, call: Call) -> None:
    if call.text("alt") not in {"", "json"}:
        raise errors.bad_parameter("alt", call.text("alt"))
    if world.quirks.is_on("strict-parameters"):
        for name in call.query:
            if name not in names.PARAMETERS:
                raise errors.bad_parameter(name, call.query[name])


def _selection(call: Call, operation: Operation) -> selector.Tree:
    if "fields" not in call.query:
        return {}
    text = call.query["fields"]
    tree = selector.parse(text)
    selector.check(tree, names.parts(operation.name), text)
    selector.check(tree.get("items", {}), names.items(operation.name), text)
    return tree


_INSTEAD: dict[str, Callable[[Fault], Reply]] = {
    "failing": lambda fault: refusal(errors.backend(int(fault.option("status")))),
    "html": lambda fault: _html(int(fault.option("status"))),
    "empty": lambda fault: Reply(int(fault.option("status"))),
    "rate-limited": _rate_limited,
    "unauthorized": lambda _: refusal(errors.unauthenticated(has_token=True)),
    "conflict": lambda _: refusal(errors.conflict()),
}
"""What is answered without anything being done."""
