"""Google as a test sees it: where it is, who signs in, what is switched or armed, what came of it."""

from collections.abc import Callable, Iterable, Sequence

from metonic_simulators.google.oauth import consent
from metonic_simulators.google.people import People, User, full_scope
from metonic_simulators.google.push import Delivery, Push
from metonic_simulators.google.world import World
from metonic_simulators.wire.serving import Send
from metonic_simulators.wire.signed_in import SignedIn

SCOPES = ("openid", "email", "calendar.events", "calendar.calendarlist.readonly")
"""What a client needs that keeps calendars in step."""


class Simulator(SignedIn[World, User]):
    USUAL = SCOPES

    def __init__(self, make: Callable[[], World], send: Send, redirect_uris: Sequence[str] = ()) -> None:
        self._send = send
        super().__init__(make, redirect_uris)

    def begin(self) -> None:
        super().begin()
        self.push = Push(self.world, self._send, self.errands)

    @property
    def people(self) -> People:
        return self.world.people

    @property
    def deliveries(self) -> list[Delivery]:
        """The messages of channels."""
        return self.push.deliveries

    def revoke(self, user: User | str) -> None:
        self.people.revoke_all(self.user(user))

    def known_scopes(self, scopes: Iterable[str]) -> frozenset[str]:
        """Scopes of the calendar may be short."""
        return frozenset(map(full_scope, scopes))

    def allow(self, query: dict[str, str], user: User | str, scopes: Iterable[str] | None = None) -> str:
        """Where the browser goes after that user allowed what a sign-in page was asked for, or a part of it.

        Raises Unusable, and what ``consent.read`` raises.
        """
        asked = consent.read(query, self.people)
        ticked = asked.scopes if scopes is None else map(full_scope, scopes)
        return consent.allowed(asked, self.people, self.user(user), frozenset(ticked))
