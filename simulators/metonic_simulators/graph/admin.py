"""What the stand-in for Graph can be asked under ``/-/`` besides what every simulator can."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from metonic_simulators.graph import seeding
from metonic_simulators.graph.people import State, User
from metonic_simulators.graph.simulator import SCOPES, Simulator
from metonic_simulators.wire.admin import Controls, Row, asked_object, asked_texts
from metonic_simulators.wire.faults import Unusable


class Admin(Controls):
    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self._simulator: Simulator = simulator

    def rows(self) -> list[Row]:
        return [
            *super().rows(),
            ("GET", "deliveries", self.deliveries),
            ("GET", "users", self.users),
            ("POST", "users", self.add_user),
            ("PUT", "users/{email}", self.set_user),
            ("POST", "users/{email}/tokens", self.token),
            ("POST", "users/{email}/challenge", self.challenge),
            ("DELETE", "users/{email}/grants", self.revoke),
            ("GET", "calendars", self.calendars),
            ("POST", "calendars", self.put_calendar),
            ("POST", "calendars/{calendar}/new-id", self.renew_calendar),
            ("GET", "events", self.events),
            ("POST", "events", self.put_event),
            ("POST", "expire-delta-tokens", self.expire),
            ("GET", "subscriptions", self.subscriptions),
            ("POST", "subscriptions/{subscription}/lifecycle", self.live),
        ]

    async def deliveries(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(one) for one in self._simulator.deliveries])

    async def users(self, _: web.Request) -> web.Response:
        return web.json_response(
            [self._user(user, *self._simulator.ready_tokens(user)) for user in self._simulator.users]
        )

    async def add_user(self, request: web.Request) -> web.Response:
        """``email``; also ``name``, ``zone``, ``personal``, ``scopes``."""
        wanted = await asked_object(request)
        email = str(wanted.get("email", ""))
        if "@" not in email or email in self._simulator.people.users:
            raise Unusable("`email` is an address that nobody has yet.")
        zone, is_personal = str(wanted.get("zone", "W. Europe Standard Time")), bool(wanted.get("personal"))
        name = str(wanted.get("name", ""))
        user = self._simulator.world.add_user(email, name, zone, is_personal=is_personal)
        return web.json_response(self._with_new_tokens(user, wanted), status=201)

    async def set_user(self, request: web.Request) -> web.Response:
        """``state``: one of ``State``."""
        user, wanted = self._simulator.user(request.match_info["email"]), await asked_object(request)
        try:
            user.state = State(wanted.get("state", user.state))
        except ValueError as error:
            raise Unusable(f"`state` is one of {', '.join(State)}.") from error
        if user.state in {State.DISABLED, State.DELETED}:
            self._simulator.subscriptions.end_all_of(user)
        return web.json_response(self._user(user, *self._simulator.ready_tokens(user)))

    async def token(self, request: web.Request) -> web.Response:
        """New tokens of a user, for ``scopes``."""
        user, wanted = self._simulator.user(request.match_info["email"]), await asked_object(request)
        return web.json_response(self._with_new_tokens(user, wanted), status=201)

    async def challenge(self, request: web.Request) -> web.Response:
        """From now on Graph wants tokens that were asked for with the claims that it names."""
        self._simulator.people.challenge(self._simulator.user(request.match_info["email"]))
        return web.Response(status=204)

    async def revoke(self, request: web.Request) -> web.Response:
        """As if the user had taken back the consent."""
        self._simulator.revoke(request.match_info["email"])
        return web.Response(status=204)

    async def calendars(self, _: web.Request) -> web.Response:
        return web.json_response(
            [seeding.calendar_shown(one) for one in self._simulator.world.calendars.values()]
        )

    async def put_calendar(self, request: web.Request) -> web.Response:
        found = seeding.put_calendar(self._simulator.world, await asked_object(request))
        return web.json_response(seeding.calendar_shown(found), status=201)

    async def renew_calendar(self, request: web.Request) -> web.Response:
        """The calendar has another id from now on, as new ones were seen to."""
        found = seeding.calendar(self._simulator.world, request.match_info["calendar"])
        self._simulator.world.renew_id(found)
        return web.json_response(seeding.calendar_shown(found))

    async def events(self, request: web.Request) -> web.Response:
        calendar = seeding.calendar(self._simulator.world, request.query.get("calendar", ""))
        return web.json_response([seeding.event_shown(one) for one in calendar.events])

    async def put_event(self, request: web.Request) -> web.Response:
        event = seeding.put_event(self._simulator.world, await asked_object(request))
        return web.json_response(seeding.event_shown(event), status=201)

    async def expire(self, _: web.Request) -> web.Response:
        """Every delta link and next link that there is now leads nowhere."""
        return web.json_response({"expired": self._simulator.world.tokens.expire()})

    async def subscriptions(self, _: web.Request) -> web.Response:
        return web.json_response(
            [
                {"id": one.id, "user": one.user.email, "resource": one.resource, "paused": one.is_paused}
                for one in self._simulator.subscriptions.all.values()
            ]
        )

    async def live(self, request: web.Request) -> web.Response:
        """``event``: reauthorizationRequired, subscriptionRemoved or missed."""
        wanted = await asked_object(request)
        self._simulator.subscriptions.live(request.match_info["subscription"], str(wanted.get("event", "")))
        return web.Response(status=204)

    def _with_new_tokens(self, user: User, wanted: dict[str, Any]) -> dict[str, Any]:
        scopes, simulator = asked_texts(wanted, "scopes", SCOPES), self._simulator
        return self._user(user, simulator.token_for(user, scopes), simulator.refresh_token_for(user, scopes))

    def _user(self, user: User, access: str, refresh: str) -> dict[str, Any]:
        return {
            "email": user.email,
            "id": user.id,
            "name": user.name,
            "personal": user.is_personal,
            "state": user.state,
            "access_token": access,
            "refresh_token": refresh,
        }
