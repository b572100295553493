"""Graph as a test sees it: where it is, who signs in, what is switched or armed, what came of it."""

from collections.abc import Callable, Iterable, Sequence

from metonic_simulators.graph import scopes
from metonic_simulators.graph.courier import Delivery, Send
from metonic_simulators.graph.oauth import consent
from metonic_simulators.graph.people import People, User
from metonic_simulators.graph.subscriptions import Subscriptions
from metonic_simulators.graph.world import World
from metonic_simulators.wire.faults import Unusable
from metonic_simulators.wire.simulator import Simulated

SCOPES = ("offline_access", "openid", "profile", "User.Read", "Calendars.ReadWrite")
"""What a client needs that keeps calendars in step."""


class Simulator(Simulated[World]):
    def __init__(self, make: Callable[[], World], send: Send, redirect_uris: Sequence[str] = ()) -> None:
        self._send = send
        self._redirect_uris = tuple(redirect_uris)
        super().__init__(make)

    def begin(self) -> None:
        super().begin()
        self._ready: dict[str, tuple[str, str]] = {}
        self.world.base = f"{self.url}v1.0"
        self.world.people.redirect_uris = self._redirect_uris
        self.subscriptions = Subscriptions(self.world, self._send, self.errands)

    def be_at(self, url: str) -> None:
        """Once it is known where that is."""
        self.url = url
        self.world.base = f"{url}v1.0"

    @property
    def people(self) -> People:
        return self.world.people

    @property
    def client_id(self) -> str:
        return self.people.client_id

    @property
    def client_secret(self) -> str:
        return self.people.client_secret

    @property
    def users(self) -> list[User]:
        return list(self.people.users.values())

    @property
    def deliveries(self) -> list[Delivery]:
        """The messages of subscriptions."""
        return self.subscriptions.courier.deliveries

    def token_for(self, user: User | str, wanted: Iterable[str] = SCOPES) -> str:
        """An access token without a page. Raises Unusable."""
        return self.people.issue_access(self.user(user), _known(wanted))

    def refresh_token_for(self, user: User | str, wanted: Iterable[str] = SCOPES) -> str:
        """Raises Unusable."""
        found, known = self.user(user), _known(wanted)
        self.people.granted[found.email] = self.people.granted.get(found.email, frozenset()) | known
        return self.people.issue_refresh(found, known)

    def ready_tokens(self, user: User | str) -> tuple[str, str]:
        """An access token and a refresh token: the same ones as long as they are good. Raises Unusable."""
        email = self.user(user).email
        access, refresh = self._ready.get(email, ("", ""))
        known, kept = self.people.accesses.get(access), self.people.refreshes.get(refresh)
        if known is None or known.expires <= self.clock.now():
            access = self.token_for(email)
        if kept is None or kept.is_revoked:
            refresh = self.refresh_token_for(email)
        self._ready[email] = access, refresh
        return access, refresh

    def allow(self, query: dict[str, str], user: User | str, tenant: str = "common") -> str:
        """Where the browser goes after that user allowed what a sign-in page was asked for.

        Raises Unusable, and what ``consent`` raises.
        """
        asked = consent.read(tenant, query, self.people)
        return consent.allowed(asked, self.people, self.user(user))

    def user(self, user: User | str) -> User:
        """By the address; raises Unusable."""
        email = user.email if isinstance(user, User) else user
        if email not in self.people.users:
            raise Unusable(f"There is no user {email!r}: there are {', '.join(self.people.users)}.")
        return self.people.users[email]

    def revoke(self, user: User | str) -> None:
        """The consent is taken back, and subscriptions end with it. Raises Unusable."""
        found = self.user(user)
        self.people.revoke(found)
        self.subscriptions.end_all_of(found)


def _known(wanted: Iterable[str]) -> frozenset[str]:
    """Raises Unusable."""
    found = {one: scopes.short(one) for one in wanted}
    if unknown := sorted(one for one, short in found.items() if not short):
        raise Unusable(
            f"There is no scope {', '.join(unknown)}: there are {', '.join(scopes.KNOWN.values())}."
        )
    return frozenset(found.values())
