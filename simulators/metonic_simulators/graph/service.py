"""The way of a call through Graph: faults, sign-in, scopes, how much is allowed, the operation."""

import asyncio
import inspect
import time
from collections.abc import Callable
from dataclasses import replace

from metonic_simulators.graph import errors, scopes, throttle
from metonic_simulators.graph.call import Call, Reply, refusal
from metonic_simulators.graph.operations import Operations
from metonic_simulators.graph.people import State, User
from metonic_simulators.graph.session import Session
from metonic_simulators.graph.world import World
from metonic_simulators.wire.faults import Fault
from metonic_simulators.wire.log import Entry
from metonic_simulators.wire.replies import befallen

_AT_THE_DOOR = (
    *("failing", "html", "empty-message", "truncated", "lost-request", "lost-response", "slow"),
    *("slow-response", "throttled", "unauthorized"),
)
_SECRET = frozenset({"$skiptoken", "$deltatoken"})
_PAGE = b"<!DOCTYPE html><html><body><h2>%d: Our services aren't available right now</h2></body></html>"


class Service:
    """``world``: of the moment, as a reset makes another."""

    def __init__(self, world: Callable[[], World], operations: Operations) -> None:
        self._world = world
        self._operations = operations

    async def answer(self, call: Call) -> Reply:
        """Raises Dropped where the connection ends instead."""
        world, began, status = self._world(), time.perf_counter(), 0
        fault = world.faults.next(call.method, call.decoded, *_AT_THE_DOOR)
        entry = self._entry(world, call, fault)
        try:
            reply = await self._admitted(world, call, fault)
            status = reply.status
            return reply
        finally:
            seconds = round(time.perf_counter() - began, 4)
            world.log.append(replace(entry, status=status, seconds=seconds))

    def refuse(self, call: Call, refused: errors.Refused) -> Reply:
        world = self._world()
        if refused.code in errors.OWN_DATE_CODES and not world.quirks.is_on("own-date-codes"):
            refused = errors.invalid_property(refused.message)
        request_id = world.people.new_guid("request")
        client_id = call.headers.get("client-request-id", request_id)
        reply = refusal(refused, f"{world.now():%Y-%m-%dT%H:%M:%S}", request_id, client_id)
        reply.headers["request-id"] = request_id
        return reply

    async def _admitted(self, world: World, call: Call, fault: Fault | None) -> Reply:
        async def answered() -> Reply:
            return await self._answered(world, call)

        try:
            with throttle.taken(world, self._mailbox(world, call)):
                return await befallen(fault, _INSTEAD, answered)
        except errors.Refused as refused:
            return self.refuse(call, refused)

    async def _answered(self, world: World, call: Call) -> Reply:
        if world.quirks.is_on("latency"):
            await asyncio.sleep(world.quirks.number("latency", "seconds"))
        world.clock.do_what_is_due()
        try:
            return await self._operated(world, call)
        except errors.Refused as refused:
            return self.refuse(call, refused)

    async def _operated(self, world: World, call: Call) -> Reply:
        access = world.people.who(_bearer(call))
        operation, at = self._operations.find(call.method, call.segments)
        if not scopes.OPENS[operation.needs] & access.scopes:
            raise errors.directory_denied() if operation.needs == "user" else errors.access_denied()
        self._check_own(world, at["user"], access.user)
        if access.user.state == State.NO_MAILBOX and operation.needs != "user":
            raise errors.no_mailbox()
        _check_body(call)
        session = Session(world, call, access.user, at)
        _ = session.zone
        reply = operation.does(session)
        return await reply if inspect.isawaitable(reply) else reply

    def _check_own(self, world: World, name: str, user: User) -> None:
        """Raises Refused for the mailbox of somebody else."""
        if name == "me":
            return
        found = world.people.named(name)
        if found is None:
            raise errors.no_user(name)
        if found is not user:
            raise errors.access_denied()

    def _entry(self, world: World, call: Call, fault: Fault | None) -> Entry:
        access = world.people.accesses.get(_bearer(call))
        query = [f"{name}={value}" for name, value in call.query.items() if name.lower() not in _SECRET]
        return Entry(
            at=world.now().timestamp(),
            method=call.method,
            path=call.decoded,
            query="&".join(query),
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

    def _mailbox(self, world: World, call: Call) -> str:
        access = world.people.accesses.get(_bearer(call))
        return access.user.email if access else ""


def _bearer(call: Call) -> str:
    scheme, _, token = call.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _check_body(call: Call) -> None:
    """Raises Refused for a body that is said to be no JSON."""
    media = call.headers.get("Content-Type", "")
    if call.body and "json" not in media.lower():
        message = "Content-Type header is missing, or the format of the body is not supported."
        raise errors.unreadable(message)


def _failing(fault: Fault, message: str) -> Reply:
    code = str(fault.option("code"))
    return Reply(int(fault.option("status")), {"error": {"code": code, "message": message}})


def _html(fault: Fault) -> Reply:
    status = int(fault.option("status"))
    return Reply(status, raw=_PAGE % status, headers={"Content-Type": "text/html"})


def _throttled(fault: Fault) -> Reply:
    reply = _failing(fault, "Too many requests.")
    if value := str(fault.option("retry_after")):
        reply.headers["Retry-After"] = value
    return reply


def _unauthorized(_: Fault) -> Reply:
    refused = errors.unauthenticated(has_token=True)
    error = {"code": refused.code, "message": refused.message}
    return Reply(refused.status, {"error": error}, headers=dict(refused.headers))


_INSTEAD: dict[str, Callable[[Fault], Reply]] = {
    "failing": lambda fault: _failing(fault, "An internal server error occurred. Try again later."),
    "empty-message": lambda fault: _failing(fault, ""),
    "html": _html,
    "throttled": _throttled,
    "unauthorized": _unauthorized,
}
"""What is answered without anything being done."""
