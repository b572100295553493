"""Graph as a test sees it: where it is, who signs in, what is switched or armed, what came of it."""

from collections.abc import Callable, Iterable, Sequence

from metonic_simulators.graph import scopes as known
from metonic_simulators.graph.courier import Delivery
from metonic_simulators.graph.oauth import consent
from metonic_simulators.graph.people import People, User
from metonic_simulators.graph.subscriptions import Subscriptions
from metonic_simulators.graph.world import World
from metonic_simulators.wire.faults import Unusable
from metonic_simulators.wire.serving import Send
from metonic_simulators.wire.signed_in import SignedIn

SCOPES = ("offline_access", "openid", "profile", "User.Read", "Calendars.ReadWrite")
"""What a client needs that keeps calendars in step."""


class Simulator(SignedIn[World, User]):
    USUAL = SCOPES

    def __init__(self, make: Callable[[], World], send: Send, redirect_uris: Sequence[str] = ()) -> None:
        self._send = send
        super().__init__(make, redirect_uris)

    def begin(self) -> None:
        super().begin()
        self.world.base = f"{self.url}v1.0"
        self.subscriptions = Subscriptions(self.world, self._send, self.errands)

    def be_at(self, url: str) -> None:
        super().be_at(url)
        self.world.base = f"{url}v1.0"

    @property
    def people(self) -> People:
        return self.world.people

    @property
    def deliveries(self) -> list[Delivery]:
        """The messages of subscriptions."""
        return self.subscriptions.courier.deliveries

    def known_scopes(self, scopes: Iterable[str]) -> frozenset[str]:
        """Raises Unusable."""
        found = {one: known.short(one) for one in scopes}
        if unknown := ", ".join(one for one, short in found.items() if not short):
            there = ", ".join(known.KNOWN.values())
            raise Unusable(f"There is no scope {unknown}: there are {there}.")
        return frozenset(found.values())

    def allow(self, query: dict[str, str], user: User | str, tenant: str = "common") -> str:
        """Where the browser goes after that user allowed what a sign-in page was asked for.

        Raises Unusable, and what ``consent`` raises.
        """
        asked = consent.read(tenant, query, self.people)
        return consent.allowed(asked, self.people, self.user(user))

    def revoke(self, user: User | str) -> None:
        """The consent is taken back, and subscriptions end with it. Raises Unusable."""
        found = self.user(user)
        self.people.revoke(found)
        self.subscriptions.end_all_of(found)
