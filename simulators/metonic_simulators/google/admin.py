"""Switches, seeds and records of the stand-in as JSON, under ``/-/``, where Google has nothing."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from metonic_simulators.google import seeding
from metonic_simulators.google.errors import Refused
from metonic_simulators.google.people import State, User
from metonic_simulators.google.simulator import SCOPES, Simulator
from metonic_simulators.wire.faults import Kind, Unusable

_FAULT = frozenset({"fault", "times", "method", "path", "options"})
Answer = Callable[[web.Request], Awaitable[web.Response]]


class Admin:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def quirks(self, _: web.Request) -> web.Response:
        kinds = self._simulator.world.quirks.kinds.values()
        return web.json_response([self._quirk(kind) for kind in kinds])

    async def turn_on(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self._simulator.turn_on(name, **await _object(request))
        return web.json_response(self._quirk(self._simulator.world.quirks.kinds[name]))

    async def turn_off(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self._simulator.turn_off(name)
        return web.json_response(self._quirk(self._simulator.world.quirks.kinds[name]))

    async def faults(self, _: web.Request) -> web.Response:
        return web.json_response(self._armed())

    async def arm(self, request: web.Request) -> web.Response:
        wanted = await _object(request)
        if unknown := sorted(wanted.keys() - _FAULT):
            raise Unusable(f"A fault has no {', '.join(unknown)}: it has {', '.join(sorted(_FAULT))}.")
        times, options = wanted.get("times", 1), wanted.get("options", {})
        if not isinstance(times, int) or not isinstance(options, dict):
            raise Unusable("`times` is a number, `options` an object.")
        method, path = str(wanted.get("method", "*")), str(wanted.get("path", "*"))
        self._simulator.arm(str(wanted.get("fault", "")), times=times, method=method, path=path, **options)
        return web.json_response(self._armed(), status=201)

    async def disarm(self, _: web.Request) -> web.Response:
        self._simulator.world.faults.armed.clear()
        return web.Response(status=204)

    async def log(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(entry) for entry in self._simulator.log])

    async def outbox(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(mail) for mail in self._simulator.outbox])

    async def deliveries(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(one) for one in self._simulator.deliveries])

    async def reset(self, _: web.Request) -> web.Response:
        self._simulator.reset()
        return web.Response(status=204)

    async def clock(self, _: web.Request) -> web.Response:
        return self._time()

    async def set_clock(self, request: web.Request) -> web.Response:
        """``now``: a moment with an offset; ``advance``: seconds; ``runs``."""
        wanted, clock = await _object(request), self._simulator.clock
        try:
            moment = datetime.fromisoformat(wanted["now"]) if "now" in wanted else clock.now()
            moment += timedelta(seconds=float(wanted.get("advance", 0)))
        except (TypeError, ValueError, OverflowError) as error:
            raise Unusable("`now` is a moment with an offset, `advance` a number of seconds.") from error
        if moment.tzinfo is None:
            raise Unusable("`now` has no offset.")
        clock.set(moment, runs=bool(wanted.get("runs", clock.runs)))
        return self._time()

    async def users(self, _: web.Request) -> web.Response:
        return web.json_response(
            [self._user(user, *self._simulator.ready_tokens(user)) for user in self._simulator.users]
        )

    async def add_user(self, request: web.Request) -> web.Response:
        """``email``; also ``name``, ``zone``, ``scopes``."""
        wanted = await _object(request)
        email = str(wanted.get("email", ""))
        if "@" not in email or email in self._simulator.people.users:
            raise Unusable("`email` is an address that nobody has yet.")
        zone = str(wanted.get("zone", "Europe/Berlin"))
        user = self._simulator.world.add_user(email, str(wanted.get("name", "")), zone)
        return web.json_response(self._with_new_tokens(user, wanted), status=201)

    async def set_user(self, request: web.Request) -> web.Response:
        """``state``: one of ``State``."""
        user, wanted = self._simulator.user(request.match_info["email"]), await _object(request)
        try:
            user.state = State(wanted.get("state", user.state))
        except ValueError as error:
            raise Unusable(f"`state` is one of {', '.join(State)}.") from error
        return web.json_response(self._user(user, *self._simulator.ready_tokens(user)))

    async def revoke(self, request: web.Request) -> web.Response:
        """As if the user had taken back the consent."""
        self._simulator.people.revoke_all(self._simulator.user(request.match_info["email"]))
        return web.Response(status=204)

    async def token(self, request: web.Request) -> web.Response:
        """New tokens of a user, for ``scopes``."""
        user, wanted = self._simulator.user(request.match_info["email"]), await _object(request)
        return web.json_response(self._with_new_tokens(user, wanted), status=201)

    async def calendars(self, _: web.Request) -> web.Response:
        return web.json_response(
            [seeding.calendar_shown(one) for one in self._simulator.world.calendars.values()]
        )

    async def put_calendar(self, request: web.Request) -> web.Response:
        found = seeding.put_calendar(self._simulator.world, await _object(request))
        return web.json_response(seeding.calendar_shown(found), status=201)

    async def events(self, request: web.Request) -> web.Response:
        calendar = seeding.calendar(self._simulator.world, request.query.get("calendar", ""))
        return web.json_response([seeding.event_shown(one) for one in calendar.events])

    async def put_event(self, request: web.Request) -> web.Response:
        event = seeding.put_event(self._simulator.world, await _object(request))
        return web.json_response(seeding.event_shown(event), status=201)

    async def split(self, request: web.Request) -> web.Response:
        event = seeding.split(self._simulator.world, await _object(request))
        return web.json_response(seeding.event_shown(event), status=201)

    async def expire(self, _: web.Request) -> web.Response:
        """Every sync token that there is now needs a full sync."""
        return web.json_response({"expired": self._simulator.world.tokens.expire()})

    def _quirk(self, kind: Kind) -> dict[str, Any]:
        quirks = self._simulator.world.quirks
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
            for one in self._simulator.world.faults.armed
        ]

    def _time(self) -> web.Response:
        clock = self._simulator.clock
        return web.json_response({"now": clock.now().isoformat(), "runs": clock.runs})

    def _with_new_tokens(self, user: User, wanted: dict[str, Any]) -> dict[str, Any]:
        scopes = wanted.get("scopes", SCOPES)
        if not isinstance(scopes, list | tuple) or not all(isinstance(one, str) for one in scopes):
            raise Unusable("`scopes` is a list of texts.")
        simulator = self._simulator
        return self._user(user, simulator.token_for(user, scopes), simulator.refresh_token_for(user, scopes))

    def _user(self, user: User, access: str, refresh: str) -> dict[str, Any]:
        return {
            "email": user.email,
            "sub": user.sub,
            "name": user.name,
            "state": user.state,
            "access_token": access,
            "refresh_token": refresh,
        }


def routes(simulator: Simulator) -> Iterable[web.RouteDef]:
    """What may be asked, for the stand-in that it is asked of."""
    admin = Admin(simulator)
    table: list[tuple[str, str, Answer]] = [
        ("GET", "quirks", admin.quirks),
        ("PUT", "quirks/{name}", admin.turn_on),
        ("DELETE", "quirks/{name}", admin.turn_off),
        ("GET", "faults", admin.faults),
        ("POST", "faults", admin.arm),
        ("DELETE", "faults", admin.disarm),
        ("GET", "log", admin.log),
        ("GET", "outbox", admin.outbox),
        ("GET", "deliveries", admin.deliveries),
        ("POST", "reset", admin.reset),
        ("GET", "clock", admin.clock),
        ("POST", "clock", admin.set_clock),
        ("GET", "users", admin.users),
        ("POST", "users", admin.add_user),
        ("PUT", "users/{email}", admin.set_user),
        ("POST", "users/{email}/tokens", admin.token),
        ("DELETE", "users/{email}/grants", admin.revoke),
        ("GET", "calendars", admin.calendars),
        ("POST", "calendars", admin.put_calendar),
        ("GET", "events", admin.events),
        ("POST", "events", admin.put_event),
        ("POST", "split", admin.split),
        ("POST", "expire-sync-tokens", admin.expire),
    ]
    names = ", ".join(sorted({f"/-/{path}" for _, path, _ in table}))

    async def unknown(_: web.Request) -> web.Response:
        return web.json_response({"message": f"There are {names}."}, status=404)

    known = [web.route(method, f"/-/{path}", _understood(answer)) for method, path, answer in table]
    return [*known, web.route("*", "/-/{path:.*}", unknown)]


async def _object(request: web.Request) -> dict[str, Any]:
    if not await request.read():
        return {}
    try:
        found = await request.json()
    except ValueError as error:
        raise Unusable("The body is no JSON.") from error
    if not isinstance(found, dict):
        raise Unusable("The body is no JSON object.")
    return found


def _understood(answering: Answer) -> Answer:
    async def answered(request: web.Request) -> web.Response:
        try:
            return await answering(request)
        except Unusable as error:
            return web.json_response({"message": str(error)}, status=400)
        except Refused as error:
            return web.json_response(error.body, status=400)

    return answered
