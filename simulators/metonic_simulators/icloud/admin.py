"""Switches and records of a stand-in as JSON, under ``/-/``, where no calendar can be."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from metonic_simulators.icloud.quirks import QUIRKS
from metonic_simulators.icloud.stand_in import StandIn, usual_options
from metonic_simulators.wire.admin import asked_object
from metonic_simulators.wire.admin import routes as common_routes
from metonic_simulators.wire.faults import Unusable

_FAULT = frozenset({"quirk", "times", "method", "path", "options"})


def routes(stand_in: StandIn) -> Iterable[web.RouteDef]:
    """What may be asked, for the stand-in that it is asked of."""

    async def quirks(_: web.Request) -> web.Response:
        return web.json_response([_quirk(stand_in, name) for name in QUIRKS])

    async def turn_on(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        stand_in.turn_on(name, **await asked_object(request))
        return web.json_response(_quirk(stand_in, name))

    async def turn_off(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        stand_in.turn_off(name)
        return web.json_response(_quirk(stand_in, name))

    async def faults(_: web.Request) -> web.Response:
        return web.json_response(_faults(stand_in))

    async def arm(request: web.Request) -> web.Response:
        _arm(stand_in, await asked_object(request))
        return web.json_response(_faults(stand_in), status=201)

    async def disarm(_: web.Request) -> web.Response:
        stand_in.faults.clear()
        return web.Response(status=204)

    async def log(_: web.Request) -> web.Response:
        return web.json_response([asdict(entry) for entry in stand_in.log])

    async def outbox(_: web.Request) -> web.Response:
        return web.json_response([asdict(mail) for mail in stand_in.outbox])

    async def reset(_: web.Request) -> web.Response:
        stand_in.reset()
        return web.Response(status=204)

    return common_routes(
        [
            ("GET", "quirks", quirks),
            ("PUT", "quirks/{name}", turn_on),
            ("DELETE", "quirks/{name}", turn_off),
            ("GET", "faults", faults),
            ("POST", "faults", arm),
            ("DELETE", "faults", disarm),
            ("GET", "log", log),
            ("GET", "outbox", outbox),
            ("POST", "reset", reset),
        ]
    )


def _quirk(stand_in: StandIn, name: str) -> dict[str, Any]:
    quirk = QUIRKS[name]
    usual = usual_options(quirk)
    on = stand_in.world.on.get(name)
    return {
        "name": name,
        "says": quirk.says,
        "source": quirk.source,
        "on": on is not None,
        "options": {**usual, **(on or {})},
    }


def _faults(stand_in: StandIn) -> list[dict[str, Any]]:
    """Those that are still to come."""
    return [
        {
            "quirk": one.quirk.name,
            "times": one.times,
            "method": one.method,
            "path": one.path,
            "options": one.options,
        }
        for one in stand_in.faults
    ]


def _arm(stand_in: StandIn, fault: dict[str, Any]) -> None:
    if unknown := sorted(fault.keys() - _FAULT):
        raise Unusable(f"A fault has no {', '.join(unknown)}: it has {', '.join(sorted(_FAULT))}.")
    times, method, path = fault.get("times", 1), fault.get("method", "*"), fault.get("path", "*")
    options = fault.get("options", {})
    if not (isinstance(times, int) and isinstance(method, str) and isinstance(path, str)):
        raise Unusable("`times` is a number, `method` and `path` are text.")
    if not isinstance(options, dict):
        raise Unusable("`options` is an object.")
    stand_in.arm(str(fault.get("quirk", "")), times=times, method=method, path=path, **options)
