"""Google as a test sees it: where it is, who signs in, what is switched or armed, what came of it."""

from collections.abc import Callable, Iterable, Sequence

from metonic_simulators.google.oauth import consent
from metonic_simulators.google.people import People, User, full_scope
from metonic_simulators.google.push import Delivery, Push, Send
from metonic_simulators.google.world import World
from metonic_simulators.wire.faults import Unusable
from metonic_simulators.wire.simulator import Simulated

SCOPES = ("openid", "email", "calendar.events", "calendar.calendarlist.readonly")
"""What a client needs that keeps calendars in step."""


class Simulator(Simulated[World]):
    def __init__(
        self,
        make: Callable[[], World],
        send: Send,
        redirect_uris: Sequence[str] = (),
    ) -> None:
        self._send = send
        self._redirect_uris = tuple(redirect_uris)
        super().__init__(make)

    def begin(self) -> None:
        super().begin()
        self._ready: dict[str, tuple[str, str]] = {}
        self.world.people.redirect_uris = self._redirect_uris
        self.push = Push(self.world, self._send, self.errands)

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
        """The messages of channels."""
        return self.push.deliveries

    def token_for(self, user: User | str, scopes: Iterable[str] = SCOPES) -> str:
        """An access token without a page; scopes of the calendar may be short. Raises Unusable."""
        return self.people.issue_access(self.user(user), frozenset(map(full_scope, scopes)))

    def refresh_token_for(self, user: User | str, scopes: Iterable[str] = SCOPES) -> str:
        """Raises Unusable."""
        found, wanted = self.user(user), frozenset(map(full_scope, scopes))
        self.people.granted[found.email] = self.people.granted.get(found.email, frozenset()) | wanted
        return self.people.issue_refresh(found, wanted)

    def ready_tokens(self, user: User | str) -> tuple[str, str]:
        """An access token and a refresh token: the same ones as long as they are good. Raises Unusable."""
        email = self.user(user).email
        access, refresh = self._ready.get(email, ("", ""))
        known = self.people.accesses.get(access)
        if known is None or known.expires <= self.clock.now():
            access = self.token_for(email)
        if refresh not in self.people.refreshes:
            refresh = self.refresh_token_for(email)
        self._ready[email] = access, refresh
        return access, refresh

    def allow(self, query: dict[str, str], user: User | str, scopes: Iterable[str] | None = None) -> str:
        """Where the browser goes after that user allowed what a sign-in page was asked for, or a part of it.

        Raises Unusable, and what ``consent.read`` raises.
        """
        asked = consent.read(query, self.people)
        ticked = asked.scopes if scopes is None else map(full_scope, scopes)
        return consent.allowed(asked, self.people, self.user(user), frozenset(ticked))

    def user(self, user: User | str) -> User:
        """By the e-mail; raises Unusable."""
        email = user.email if isinstance(user, User) else user
        if email not in self.people.users:
            raise Unusable(f"There is no user {email!r}: there are {', '.join(self.people.users)}.")
        return self.people.users[email]
