"""Switches and records of a simulator as JSON, under ``/-/``, where its service has nothing."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from metonic_simulators.wire.faults import Kind, Unusable
from metonic_simulators.wire.simulator import Place, Simulated

Answer = Callable[[web.Request], Awaitable[web.Response]]
Row = tuple[str, str, Answer]
"""Method, path below ``/-/``, what answers: it may raise Unusable."""

_FAULT = frozenset({"fault", "times", "method", "path", "options"})


class Controls:
    """What every simulator can be asked."""

    def __init__(self, simulator: Simulated[Any]) -> None:
        self._simulator = simulator

    def rows(self) -> list[Row]:
        return [
            ("GET", "quirks", self.quirks),
            ("PUT", "quirks/{name}", self.turn_on),
            ("DELETE", "quirks/{name}", self.turn_off),
            ("GET", "faults", self.faults),
            ("POST", "faults", self.arm),
            ("DELETE", "faults", self.disarm),
            ("GET", "log", self.log),
            ("GET", "outbox", self.outbox),
            ("POST", "reset", self.reset),
            ("GET", "clock", self.clock),
            ("POST", "clock", self.set_clock),
        ]

    @property
    def _place(self) -> Place:
        """Of the moment, as a reset makes another."""
        place: Place = self._simulator.world
        return place

    async def quirks(self, _: web.Request) -> web.Response:
        return web.json_response([self._quirk(kind) for kind in self._place.quirks.kinds.values()])

    async def turn_on(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self._simulator.turn_on(name, **await asked_object(request))
        return web.json_response(self._quirk(self._place.quirks.kinds[name]))

    async def turn_off(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self._simulator.turn_off(name)
        return web.json_response(self._quirk(self._place.quirks.kinds[name]))

    async def faults(self, _: web.Request) -> web.Response:
        return web.json_response(self._armed())

    async def arm(self, request: web.Request) -> web.Response:
        wanted = await asked_object(request)
        if unknown := sorted(wanted.keys() - _FAULT):
            raise Unusable(f"A fault has no {', '.join(unknown)}: it has {', '.join(sorted(_FAULT))}.")
        times, options = wanted.get("times", 1), wanted.get("options", {})
        if not isinstance(times, int) or not isinstance(options, dict):
            raise Unusable("`times` is a number, `options` an object.")
        method, path = str(wanted.get("method", "*")), str(wanted.get("path", "*"))
        self._simulator.arm(str(wanted.get("fault", "")), times=times, method=method, path=path, **options)
        return web.json_response(self._armed(), status=201)

    async def disarm(self, _: web.Request) -> web.Response:
        self._place.faults.armed.clear()
        return web.Response(status=204)

    async def log(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(entry) for entry in self._simulator.log])

    async def outbox(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(mail) for mail in self._simulator.outbox])

    async def reset(self, _: web.Request) -> web.Response:
        self._simulator.reset()
        return web.Response(status=204)

    async def clock(self, _: web.Request) -> web.Response:
        return self._time()

    async def set_clock(self, request: web.Request) -> web.Response:
        """``now``: a moment with an offset; ``advance``: seconds; ``runs``."""
        wanted, clock = await asked_object(request), self._simulator.clock
        try:
            moment = datetime.fromisoformat(wanted["now"]) if "now" in wanted else clock.now()
            moment += timedelta(seconds=float(wanted.get("advance", 0)))
        except (TypeError, ValueError, OverflowError) as error:
            raise Unusable("`now` is a moment with an offset, `advance` a number of seconds.") from error
        if moment.tzinfo is None:
            raise Unusable("`now` has no offset.")
        clock.set(moment, runs=bool(wanted.get("runs", clock.runs)))
        return self._time()

    def _quirk(self, kind: Kind) -> dict[str, Any]:
        quirks = self._place.quirks
        known = {"name": kind.name, "says": kind.says, "source": kind.source}
        return {**known, "on": quirks.is_on(kind.name), "options": dict(quirks.options(kind.name))}

    def _armed(self) -> list[dict[str, Any]]:
        return [
            {
                "fault": one.kind.name,
                "times": one.times,
                "method": one.method,
                "path": one.path,
                "options": dict(one.options),
            }
            for one in self._place.faults.armed
        ]

    def _time(self) -> web.Response:
        clock = self._simulator.clock
        return web.json_response({"now": clock.now().isoformat(), "runs": clock.runs})


def routes(rows: Iterable[Row]) -> Iterable[web.RouteDef]:
    """What may be asked; anything else under ``/-/`` is told what there is."""
    table = list(rows)
    names = ", ".join(sorted({f"/-/{path}" for _, path, _ in table}))

    async def unknown(_: web.Request) -> web.Response:
        return web.json_response({"message": f"There are {names}."}, status=404)

    known = [web.route(method, f"/-/{path}", _understood(answer)) for method, path, answer in table]
    return [*known, web.route("*", "/-/{path:.*}", unknown)]


async def asked_object(request: web.Request) -> dict[str, Any]:
    """The body, empty if there is none; raises Unusable."""
    if not await request.read():
        return {}
    try:
        found = await request.json()
    except ValueError as error:
        raise Unusable("The body is no JSON.") from error
    if not isinstance(found, dict):
        raise Unusable("The body is no JSON object.")
    return found


def asked_texts(wanted: dict[str, Any], name: str, usual: Iterable[str]) -> tuple[str, ...]:
    """Raises Unusable for what is no list of texts."""
    found = wanted.get(name, tuple(usual))
    if not isinstance(found, list | tuple) or not all(isinstance(one, str) for one in found):
        raise Unusable(f"`{name}` is a list of texts.")
    return tuple(found)


def _understood(answering: Answer) -> Answer:
    async def answered(request: web.Request) -> web.Response:
        try:
            return await answering(request)
        except Unusable as error:
            return web.json_response({"message": str(error)}, status=400)

    return answered
