"""What resolvers are given: the services, who is asking, and loaders that batch what lists ask per item."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import strawberry
from joserfc.jwk import OctKey
from strawberry.dataloader import DataLoader

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Group
from metonic_core.model.errors import InvalidValue
from metonic_core.model.resolution import ResolutionKind
from metonic_core.reconcile.step import Side
from metonic_gateway.foreseeing import Foreseen, Supposed, Unforeseeable, foreseen
from metonic_gateway.graphql.appointments.announcing import announce
from metonic_gateway.graphql.errors import request_error, unusable
from metonic_gateway.http.identity import Identity, NotSignedIn, Role, identify, seconds_left
from metonic_gateway.services import Services
from metonic_gateway.store import (
    channels,
    copies,
    history,
    introducing,
    operations,
    overview,
    planned,
    quarantined,
    undoing,
    users,
)
from metonic_gateway.store.conflicts import Shown
from metonic_gateway.store.users import User

_BEARER = "bearer "


class Context:
    """One per request, and one per WebSocket connection, where ``connection_params`` bring the token."""

    def __init__(self, services: Services, key: OctKey, authorization: str | None) -> None:
        self.services = services
        self.connection_params: dict[str, object] | None = None
        self._key = key
        self._authorization = authorization
        self._viewer: User | None = None
        # A WebSocket connection lives long: the loaders batch, but remember nothing.
        self.users = DataLoader[UUID, User](_load_users, cache=False)
        self.providers_of_links = DataLoader[UUID, str](_load_providers, cache=False)
        self.tallies = DataLoader[UUID, overview.Tally](_load_tallies, cache=False)
        self.copies = DataLoader[Appointment, list[copies.Copy]](self._load_copies, cache=False)
        self.operations = DataLoader[operations.Asked, Sequence[operations.Done]](
            self._load_operations, cache=False
        )
        self._outcomes = DataLoader[Supposed, Appointment](self._load_outcomes, cache=False)
        self.undoable = DataLoader[history.Run, bool](_load_undoable, cache=False)
        self.operation_counts = DataLoader[UUID, int](_load_operation_counts, cache=False)
        self.plan_steps = DataLoader[planned.Asked, Sequence[planned.PlannedStep]](
            self._load_plan_steps, cache=False
        )
        self.quarantined = DataLoader[quarantined.Asked, Sequence[quarantined.Quarantined]](
            self._load_quarantined, cache=False
        )
        self.quarantined_counts = DataLoader[UUID, int](_load_quarantined_counts, cache=False)
        self.pushes = DataLoader[UUID, channels.PushState](_load_pushes, cache=False)
        self.plan_sizes = DataLoader[UUID, planned.PlanSize](_load_plan_sizes, cache=False)

    async def foresee(self, shown: Shown, asked: ResolutionKind, picks: Mapping[Group, Side]) -> Appointment:
        """The appointment as that resolution would leave it; raises a GraphQL error where nobody can tell."""
        try:
            return await self._outcomes.load(Supposed(shown, asked, picks))
        except InvalidValue as error:
            raise unusable(f"{error.message} {error.next_step}") from None
        except Unforeseeable:
            raise request_error(
                "NOT_FORESEEABLE", "There is nothing to decide about it just now: read the conflict again."
            ) from None

    async def viewer(self) -> User:
        """The user who is asking; raises a GraphQL error with ``extensions.code`` if nobody is."""
        caller = await self.caller()
        if caller is None:
            raise request_error(
                "USERS_ONLY", "This is for users: ask with the token of a user, not with the backend's."
            )
        return caller

    async def caller(self) -> User | None:
        """The user who is asking, None for the platform's backend; raises where the token is not good."""
        identity = self._identity()
        if identity.role is Role.BACKEND or identity.user_id is None:
            return None
        if self._viewer is None:
            now = self.services.clock()
            made = await introducing.introduced(
                identity.user_id, identity.role.value, identity.name, identity.zone, now
            )
            announce(self.services, made.due, {*made.due.values()}, is_news=False)
            self._viewer = made.user
        return self._viewer

    def backend(self) -> None:
        """Check that the platform's backend is asking; raises a GraphQL error with ``extensions.code``."""
        if self._identity().role is not Role.BACKEND:
            raise request_error(
                "BACKEND_ONLY", "This is for the platform's backend: ask with a token of the role `backend`."
            )

    def _identity(self) -> Identity:
        try:
            return identify(self._key, self._token(), self.services.clock())
        except NotSignedIn as error:
            raise request_error("UNAUTHENTICATED", error.message) from None

    def seconds_left(self) -> float:
        """For how long the token of a viewer is still good."""
        try:
            return seconds_left(self._key, self._token(), self.services.clock())
        except NotSignedIn:
            return 0

    def _token(self) -> str:
        given = self._authorization or self._connection_token()
        if not given.lower().startswith(_BEARER):
            raise NotSignedIn("There is no token: send the header `Authorization: Bearer ...`.")
        return given[len(_BEARER) :].strip()

    def _connection_token(self) -> str:
        """Browsers cannot set headers on a WebSocket: it stands in the payload of ``connection_init``."""
        params = {key.lower(): value for key, value in (self.connection_params or {}).items()}
        given = params.get("authorization")
        return given if isinstance(given, str) else ""

    async def _load_copies(self, appointments: list[Appointment]) -> Sequence[list[copies.Copy]]:
        viewer = await self.caller()
        if viewer is None:
            return [[] for _ in appointments]
        return await copies.of_appointments(viewer.id, appointments, self.services.window())

    async def _load_outcomes(self, supposed: list[Supposed]) -> Sequence[Foreseen]:
        """What is an exception among them is raised to who asked for it."""
        return await foreseen(self.services, supposed)

    async def _load_operations(self, asked: list[operations.Asked]) -> Sequence[Sequence[operations.Done]]:
        viewer = await self.viewer()
        return await operations.of_runs(viewer.id, asked)

    async def _load_plan_steps(self, asked: list[planned.Asked]) -> Sequence[Sequence[planned.PlannedStep]]:
        viewer = await self.viewer()
        return await planned.of_runs(viewer.id, asked)

    async def _load_quarantined(
        self, asked: list[quarantined.Asked]
    ) -> Sequence[Sequence[quarantined.Quarantined]]:
        viewer = await self.viewer()
        return await quarantined.of_calendars(viewer.id, asked, self.services.window())


Info = strawberry.Info[Context, None]


async def _load_users(ids: list[UUID]) -> Sequence[User]:
    found = await users.by_id(ids)
    return [found[i] for i in ids]


async def _load_providers(links: list[UUID]) -> Sequence[str]:
    found = await overview.providers_of_links({*links})
    return [found[link] for link in links]


async def _load_tallies(calendars: list[UUID]) -> Sequence[overview.Tally]:
    found = await overview.tallies(calendars)
    return [found[calendar] for calendar in calendars]


async def _load_pushes(calendars: list[UUID]) -> Sequence[channels.PushState]:
    found = await channels.states(calendars)
    return [found.get(calendar, channels.PUSHLESS) for calendar in calendars]


async def _load_undoable(runs: list[history.Run]) -> Sequence[bool]:
    found = await undoing.undoable(runs)
    return [run.id in found for run in runs]


async def _load_operation_counts(runs: list[UUID]) -> Sequence[int]:
    found = await operations.count(runs)
    return [found.get(run, 0) for run in runs]


async def _load_quarantined_counts(calendars: list[UUID]) -> Sequence[int]:
    found = await quarantined.counts(calendars)
    return [found.get(calendar, (0, None))[0] for calendar in calendars]


async def _load_plan_sizes(runs: list[UUID]) -> Sequence[planned.PlanSize]:
    found = await planned.sizes(runs)
    return [found.get(run, planned.PlanSize()) for run in runs]
