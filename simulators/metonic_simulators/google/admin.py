"""What the stand-in for Google can be asked under ``/-/`` that others cannot."""

from typing import Any

from aiohttp import web

from metonic_simulators.google import seeding
from metonic_simulators.google.errors import Refused
from metonic_simulators.google.people import User
from metonic_simulators.google.simulator import Simulator
from metonic_simulators.wire.accounts import AccountControls
from metonic_simulators.wire.admin import Row, asked_object
from metonic_simulators.wire.faults import Unusable


class Admin(AccountControls):
    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator, seeding)
        self._simulator: Simulator = simulator

    def rows(self) -> list[Row]:
        return [
            *super().rows(),
            ("POST", "split", self.split),
            ("POST", "expire-sync-tokens", self.expire),
        ]

    def add(self, email: str, wanted: dict[str, Any]) -> User:
        zone, name = str(wanted.get("zone", "Europe/Berlin")), str(wanted.get("name", ""))
        return self._simulator.world.add_user(email, name, zone)

    def described(self, user: User) -> dict[str, Any]:
        return {"email": user.email, "sub": user.sub, "name": user.name, "state": user.state}

    async def split(self, request: web.Request) -> web.Response:
        wanted = await asked_object(request)
        try:
            event = seeding.split(self._simulator.world, wanted)
        except Refused as refused:
            raise Unusable("The series has no recurrence that could be split.") from refused
        return web.json_response(seeding.event_shown(event), status=201)

    async def expire(self, _: web.Request) -> web.Response:
        """Every sync token that there is now needs a full sync."""
        return web.json_response({"expired": self._simulator.world.tokens.expire()})
