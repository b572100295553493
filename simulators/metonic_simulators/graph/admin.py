"""What the stand-in for Graph can be asked under ``/-/`` that others cannot."""

from typing import Any

from aiohttp import web

from metonic_simulators.graph import seeding
from metonic_simulators.graph.people import State, User
from metonic_simulators.graph.simulator import Simulator
from metonic_simulators.wire.accounts import AccountControls
from metonic_simulators.wire.admin import Row, asked_object


class Admin(AccountControls):
    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator, seeding)
        self._simulator: Simulator = simulator

    def rows(self) -> list[Row]:
        return [
            *super().rows(),
            ("POST", "users/{email}/challenge", self.challenge),
            ("POST", "calendars/{calendar}/new-id", self.renew_calendar),
            ("POST", "expire-delta-tokens", self.expire),
            ("GET", "subscriptions", self.subscriptions),
            ("POST", "subscriptions/{subscription}/lifecycle", self.live),
        ]

    def add(self, email: str, wanted: dict[str, Any]) -> User:
        """``personal``: whether it belongs to no organization."""
        zone, name = str(wanted.get("zone", "W. Europe Standard Time")), str(wanted.get("name", ""))
        return self._simulator.world.add_user(email, name, zone, is_personal=bool(wanted.get("personal")))

    def described(self, user: User) -> dict[str, Any]:
        return {
            "email": user.email,
            "id": user.id,
            "name": user.name,
            "personal": user.is_personal,
            "state": user.state,
        }

    async def set_user(self, request: web.Request) -> web.Response:
        """Subscriptions of an account that is not there any more end with it."""
        answer = await super().set_user(request)
        user = self._simulator.user(request.match_info["email"])
        if user.state in {State.DISABLED, State.DELETED}:
            self._simulator.subscriptions.end_all_of(user)
        return answer

    async def challenge(self, request: web.Request) -> web.Response:
        """From now on Graph wants tokens that were asked for with the claims that it names."""
        self._simulator.people.challenge(self._simulator.user(request.match_info["email"]))
        return web.Response(status=204)

    async def renew_calendar(self, request: web.Request) -> web.Response:
        """The calendar has another id from now on, as new ones were seen to."""
        found = seeding.calendar(self._simulator.world, request.match_info["calendar"])
        self._simulator.world.renew_id(found)
        return web.json_response(seeding.calendar_shown(found))

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
