"""A simulator that people sign in to: whose accounts there are, and tokens without a page."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from metonic_simulators.wire.faults import Unusable
from metonic_simulators.wire.simulator import OnePlace, Simulated


class Account(Protocol):
    email: str


OneAccount = TypeVar("OneAccount", bound=Account)


class Crowd(Protocol[OneAccount]):
    """Who there is, what each allowed the client, and the tokens that are out.

    ``redirect_uris``: where the client may send users back, anywhere if there are none.
    """

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    users: dict[str, OneAccount]
    granted: dict[str, frozenset[str]]

    def issue_access(self, user: OneAccount, scopes: frozenset[str], /) -> str: ...

    def issue_refresh(self, user: OneAccount, scopes: frozenset[str], /) -> str: ...

    def has_access(self, token: str, /) -> bool: ...

    def has_refresh(self, token: str, /) -> bool: ...


class SignedIn(Simulated[OnePlace], ABC, Generic[OnePlace, OneAccount]):
    USUAL: ClassVar[tuple[str, ...]] = ()
    """The scopes of tokens for which none are named."""

    def __init__(self, make: Callable[[], OnePlace], redirect_uris: Sequence[str] = ()) -> None:
        self._redirect_uris = tuple(redirect_uris)
        super().__init__(make)

    def begin(self) -> None:
        super().begin()
        self._ready: dict[str, tuple[str, str]] = {}
        self.people.redirect_uris = self._redirect_uris

    @property
    @abstractmethod
    def people(self) -> Crowd[OneAccount]:
        """Of the moment, as a reset makes others."""

    @property
    @abstractmethod
    def deliveries(self) -> Sequence[Any]:
        """The messages that it sent by itself: each a data class."""

    @abstractmethod
    def revoke(self, user: OneAccount | str) -> None:
        """The consent is taken back. Raises Unusable."""

    @abstractmethod
    def known_scopes(self, scopes: Iterable[str]) -> frozenset[str]:
        """As they are granted; raises Unusable for what is none."""

    @property
    def client_id(self) -> str:
        return self.people.client_id

    @property
    def client_secret(self) -> str:
        return self.people.client_secret

    @property
    def users(self) -> list[OneAccount]:
        return list(self.people.users.values())

    def user(self, user: OneAccount | str) -> OneAccount:
        """By the address; raises Unusable."""
        email = user if isinstance(user, str) else user.email
        if email not in self.people.users:
            raise Unusable(f"There is no user {email!r}: there are {', '.join(self.people.users)}.")
        return self.people.users[email]

    def token_for(self, user: OneAccount | str, scopes: Iterable[str] | None = None) -> str:
        """An access token without a page; scopes may be short. Raises Unusable."""
        wanted = self.known_scopes(self.USUAL if scopes is None else scopes)
        return self.people.issue_access(self.user(user), wanted)

    def refresh_token_for(self, user: OneAccount | str, scopes: Iterable[str] | None = None) -> str:
        """Raises Unusable."""
        found, wanted = self.user(user), self.known_scopes(self.USUAL if scopes is None else scopes)
        granted = self.people.granted
        granted[found.email] = granted.get(found.email, frozenset()) | wanted
        return self.people.issue_refresh(found, wanted)

    def ready_tokens(self, user: OneAccount | str) -> tuple[str, str]:
        """An access token and a refresh token: the same ones as long as they are good. Raises Unusable."""
        email = self.user(user).email
        access, refresh = self._ready.get(email, ("", ""))
        if not self.people.has_access(access):
            access = self.token_for(email)
        if not self.people.has_refresh(refresh):
            refresh = self.refresh_token_for(email)
        self._ready[email] = access, refresh
        return access, refresh
