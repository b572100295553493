"""Users, the client they allow things to, and what was granted: https://developers.google.com/identity/protocols/oauth2."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from metonic_simulators.google import errors
from metonic_simulators.google.quirks import QUIRKS
from metonic_simulators.store.clock import Clock
from metonic_simulators.store.seeds import Seeds
from metonic_simulators.wire.faults import Switches

ACCESS_LIFE = timedelta(seconds=3600)
TOKENS_PER_USER = 100
_IDENTITY = {"openid", "email", "profile"}


class State(StrEnum):
    """What an account is like that is not ``active`` any more."""

    ACTIVE = "active"
    DELETED = "deleted"
    RESTRICTED = "restricted"
    RAPT_REQUIRED = "rapt-required"
    NO_CALENDAR = "no-calendar"


@dataclass
class User:
    """``sub`` stays when the e-mail changes; ``is_workspace``: may have focus time and the like."""

    email: str
    sub: str
    name: str
    zone: str
    is_workspace: bool = True
    state: State = State.ACTIVE


@dataclass(frozen=True, slots=True)
class Access:
    user: User
    scopes: frozenset[str]
    expires: datetime


@dataclass
class Refresh:
    token: str
    user: User
    scopes: frozenset[str]
    issued: datetime
    used: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """What an authorization code stands for until it is used."""

    user: User
    scopes: frozenset[str]
    redirect_uri: str
    challenge: str
    method: str
    nonce: str
    expires: datetime
    has_refresh: bool


@dataclass
class People:
    """``granted``: by user, what the client may do.

    The client may send users back to the addresses in ``redirect_uris``; to any at all if there are none.
    """

    clock: Clock
    seeds: Seeds
    quirks: Switches = field(default_factory=lambda: Switches(QUIRKS))
    client_id: str = ""
    client_secret: str = ""
    redirect_uris: tuple[str, ...] = ()
    users: dict[str, User] = field(default_factory=dict)
    granted: dict[str, frozenset[str]] = field(default_factory=dict)
    accesses: dict[str, Access] = field(default_factory=dict)
    refreshes: dict[str, Refresh] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)

    def __post_init__(self) -> None:
        number = self.seeds.number("project", 10**12)
        tail = self.seeds.text("client", 32, "0123456789abcdefghijklmnopqrstuv")
        self.client_id = f"{number}-{tail}.apps.googleusercontent.com"
        self.client_secret = f"GOCSPX-{self.seeds.text('secret', 28)}"

    @property
    def project(self) -> str:
        return self.client_id.partition("-")[0]

    def add(self, email: str, name: str, zone: str, *, is_workspace: bool = True) -> User:
        sub = "1" + "".join(str(self.seeds.number("sub", 10)) for _ in range(20))
        self.users[email] = User(email, sub, name, zone, is_workspace)
        return self.users[email]

    def issue_access(self, user: User, scopes: frozenset[str]) -> str:
        token = f"ya29.a0{self.seeds.text('access', 60)}"
        self.accesses[token] = Access(user, scopes, self.clock.now() + ACCESS_LIFE)
        return token

    def issue_refresh(self, user: User, scopes: frozenset[str]) -> str:
        """The hundred-and-first of a user ends the oldest without a word."""
        token, now = f"1//0{self.seeds.text('refresh', 60)}", self.clock.now()
        self.refreshes[token] = Refresh(token, user, scopes, now, now)
        own = [one.token for one in self.refreshes.values() if one.user is user]
        for old in own[:-TOKENS_PER_USER]:
            del self.refreshes[old]
        return token

    def who(self, token: str) -> Access:
        """Raises Refused."""
        found = self.accesses.get(token)
        is_good = found is not None and found.expires > self.clock.now() and found.user.state != State.DELETED
        if found is None or not is_good:
            raise errors.unauthenticated(has_token=bool(token))
        return found

    def has_access(self, token: str) -> bool:
        found = self.accesses.get(token)
        return found is not None and found.expires > self.clock.now()

    def has_refresh(self, token: str) -> bool:
        return token in self.refreshes

    def refreshed(self, token: str) -> Refresh:
        """Raises Refused: what ends a refresh token is in Google's guide."""
        found, now = self.refreshes.get(token), self.clock.now()
        if found is None:
            raise errors.invalid_grant()
        _check(found.user)
        is_over = self._is_past(found.used, "idle-tokens", now) or (
            self._is_past(found.issued, "testing-client", now)
            and any("/auth/calendar" in scope for scope in found.scopes)
        )
        if is_over:
            del self.refreshes[token]
            raise errors.invalid_grant()
        found.used = now
        return found

    def _is_past(self, since: datetime, quirk: str, now: datetime) -> bool:
        days = timedelta(days=self.quirks.number(quirk, "days"))
        return self.quirks.is_on(quirk) and now - since > days

    def revoke(self, token: str) -> None:
        """Ends the whole grant of that user; raises Refused for a token that is none."""
        refresh, access = self.refreshes.get(token), self.accesses.get(token)
        if refresh is None and access is None:
            raise errors.oauth("invalid_token", "Token expired or revoked")
        user = refresh.user if refresh else access.user if access else None
        if user is not None:
            self.revoke_all(user)

    def revoke_all(self, user: User) -> None:
        self.granted.pop(user.email, None)
        self.refreshes = {key: one for key, one in self.refreshes.items() if one.user is not user}
        self.accesses = {key: one for key, one in self.accesses.items() if one.user is not user}
        self.codes = {key: one for key, one in self.codes.items() if one.user is not user}


def full_scope(name: str) -> str:
    """A scope as it is on the wire: short names of the calendar's are taken too."""
    if name in _IDENTITY or "://" in name:
        return name
    return f"https://www.googleapis.com/auth/{name}"


def _check(user: User) -> None:
    if user.state == State.DELETED:
        raise errors.invalid_grant("Account has been deleted")
    if user.state == State.RESTRICTED:
        raise errors.oauth("admin_policy_enforced", "The administrator restricts this.")
    if user.state == State.RAPT_REQUIRED:
        raise rapt()


def rapt() -> errors.Refused:
    return errors.invalid_grant(
        "reauth related error (invalid_rapt)",
        error_subtype="invalid_rapt",
        error_uri="https://support.google.com/a/answer/9368756",
    )
