"""What a simulator with accounts and calendars can be asked under ``/-/`` besides what every one can."""

from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import Any, Protocol

from aiohttp import web

from metonic_simulators.wire.admin import Controls, Row, asked_object, asked_texts
from metonic_simulators.wire.faults import Unusable
from metonic_simulators.wire.signed_in import SignedIn

Body = dict[str, Any]


class Seeding(Protocol):
    """A module that puts into calendars what no client could. Its functions raise Unusable."""

    def calendar(self, world: Any, name: str) -> Any: ...  # noqa: ANN401 - the provider's own

    def put_calendar(self, world: Any, wanted: Body) -> Any: ...  # noqa: ANN401 - the provider's own

    def put_event(self, world: Any, wanted: Body) -> Any: ...  # noqa: ANN401 - the provider's own

    def calendar_shown(self, one: Any) -> Body: ...  # noqa: ANN401 - the provider's own

    def event_shown(self, one: Any) -> Body: ...  # noqa: ANN401 - the provider's own


class AccountControls(Controls, ABC):
    """``seeding``: of the provider."""

    def __init__(self, simulator: SignedIn[Any, Any], seeding: Seeding) -> None:
        super().__init__(simulator)
        self._people = simulator
        self._seeding = seeding

    def rows(self) -> list[Row]:
        return [
            *super().rows(),
            ("GET", "deliveries", self.deliveries),
            ("GET", "users", self.users),
            ("POST", "users", self.add_user),
            ("PUT", "users/{email}", self.set_user),
            ("POST", "users/{email}/tokens", self.token),
            ("DELETE", "users/{email}/grants", self.revoke),
            ("GET", "calendars", self.calendars),
            ("POST", "calendars", self.put_calendar),
            ("GET", "events", self.events),
            ("POST", "events", self.put_event),
        ]

    @abstractmethod
    def add(self, email: str, wanted: Body) -> Any:  # noqa: ANN401 - the provider's own
        """A new account with that address."""

    @abstractmethod
    def described(self, user: Any) -> Body:  # noqa: ANN401 - the provider's own
        """What is told of an account besides its tokens."""

    async def deliveries(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(one) for one in self._people.deliveries])

    async def users(self, _: web.Request) -> web.Response:
        return web.json_response([self._with_ready_tokens(one) for one in self._people.users])

    async def add_user(self, request: web.Request) -> web.Response:
        """``email``; also ``name``, ``zone``, ``scopes``, and what the provider has."""
        wanted = await asked_object(request)
        email = str(wanted.get("email", ""))
        if "@" not in email or email in self._people.people.users:
            raise Unusable("`email` is an address that nobody has yet.")
        return web.json_response(self._with_new_tokens(self.add(email, wanted), wanted), status=201)

    async def set_user(self, request: web.Request) -> web.Response:
        """``state``: one of the states that an account can be in."""
        user, wanted = self._people.user(request.match_info["email"]), await asked_object(request)
        states: Any = type(user.state)
        try:
            user.state = states(wanted.get("state", user.state))
        except ValueError as error:
            raise Unusable(f"`state` is one of {', '.join(states)}.") from error
        return web.json_response(self._with_ready_tokens(user))

    async def token(self, request: web.Request) -> web.Response:
        """New tokens of a user, for ``scopes``."""
        user, wanted = self._people.user(request.match_info["email"]), await asked_object(request)
        return web.json_response(self._with_new_tokens(user, wanted), status=201)

    async def revoke(self, request: web.Request) -> web.Response:
        """As if the user had taken back the consent."""
        self._people.revoke(request.match_info["email"])
        return web.Response(status=204)

    async def calendars(self, _: web.Request) -> web.Response:
        found = self._people.world.calendars.values()
        return web.json_response([self._seeding.calendar_shown(one) for one in found])

    async def put_calendar(self, request: web.Request) -> web.Response:
        found = self._seeding.put_calendar(self._people.world, await asked_object(request))
        return web.json_response(self._seeding.calendar_shown(found), status=201)

    async def events(self, request: web.Request) -> web.Response:
        calendar = self._seeding.calendar(self._people.world, request.query.get("calendar", ""))
        return web.json_response([self._seeding.event_shown(one) for one in calendar.events])

    async def put_event(self, request: web.Request) -> web.Response:
        event = self._seeding.put_event(self._people.world, await asked_object(request))
        return web.json_response(self._seeding.event_shown(event), status=201)

    def _with_ready_tokens(self, user: Any) -> Body:  # noqa: ANN401 - the provider's own
        access, refresh = self._people.ready_tokens(user)
        return {**self.described(user), "access_token": access, "refresh_token": refresh}

    def _with_new_tokens(self, user: Any, wanted: Body) -> Body:  # noqa: ANN401 - the provider's own
        scopes, people = asked_texts(wanted, "scopes", self._people.USUAL), self._people
        access, refresh = people.token_for(user, scopes), people.refresh_token_for(user, scopes)
        return {**self.described(user), "access_token": access, "refresh_token": refresh}
