"""Accounts, the app they allow things to, and what was granted.

https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
"""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from metonic_simulators.graph import errors
from metonic_simulators.store.clock import Clock
from metonic_simulators.store.seeds import Seeds
from metonic_simulators.wire.faults import Switches

CONSUMERS = "9188040d-6c67-4b5b-b112-36a304b66dad"
"""The tenant of personal accounts."""

CODE_LIFE = timedelta(minutes=10)
_HEX = "0123456789abcdef"


class State(StrEnum):
    """What an account is like that is not ``active`` any more."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"
    MFA_REQUIRED = "mfa-required"
    ADMIN_REQUIRED = "admin-required"
    NO_MAILBOX = "no-mailbox"


_REFUSED = {
    State.DISABLED: ("invalid_grant", 50057, "The user account is disabled."),
    State.DELETED: ("invalid_grant", 50034, "The user account does not exist in the directory."),
    State.MFA_REQUIRED: (
        "interaction_required",
        50076,
        "Due to a configuration change made by your administrator, you must use multi-factor authentication.",
    ),
    State.ADMIN_REQUIRED: (
        "invalid_grant",
        90094,
        "An administrator of the organization must grant permission to this app.",
    ),
}


@dataclass
class User:
    """``challenged``: when it was that only newer sign-ins count, in seconds since 1970; empty if never."""

    email: str
    id: str
    name: str
    zone: str
    tenant: str
    state: State = State.ACTIVE
    challenged: str = ""

    @property
    def is_personal(self) -> bool:
        return self.tenant == CONSUMERS


@dataclass(frozen=True, slots=True)
class Access:
    user: User
    scopes: frozenset[str]
    expires: datetime
    claims: str = ""


@dataclass
class Refresh:
    token: str
    user: User
    scopes: frozenset[str]
    used: datetime
    is_revoked: bool = False


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


@dataclass
class People:
    """``granted``: by user, what the app may do. ``tenant``: of work accounts.

    The app may send users back to the addresses in ``redirect_uris``; to any at all if there are none.
    """

    clock: Clock
    seeds: Seeds
    quirks: Switches
    redirect_uris: tuple[str, ...] = ()
    users: dict[str, User] = field(default_factory=dict)
    granted: dict[str, frozenset[str]] = field(default_factory=dict)
    accesses: dict[str, Access] = field(default_factory=dict)
    refreshes: dict[str, Refresh] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    client_id: str = ""
    client_secret: str = ""
    tenant: str = ""

    def __post_init__(self) -> None:
        self.client_id = self.new_guid("client")
        self.client_secret = f"{self.seeds.text('secret', 3)}8Q~{self.seeds.text('secret', 34)}"
        self.tenant = self.new_guid("tenant")

    @property
    def token_life(self) -> timedelta:
        return timedelta(seconds=self.quirks.number("token-life", "seconds"))

    def new_guid(self, kind: str) -> str:
        text = self.seeds.text(kind, 32, _HEX)
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"

    def add(self, email: str, name: str, zone: str, *, is_personal: bool) -> User:
        new_id = f"000{self.seeds.text('cid', 13, _HEX)}" if is_personal else self.new_guid("user")
        user = User(email, new_id, name, zone, CONSUMERS if is_personal else self.tenant)
        self.users[email] = user
        return user

    def named(self, name: str) -> User | None:
        """By id or principal name, in any case."""
        for user in self.users.values():
            if name.lower() in {user.id.lower(), user.email.lower()}:
                return user
        return None

    def issue_access(self, user: User, scopes: frozenset[str], claims: str = "") -> str:
        """Nobody can read anything in it: a personal one does not even look like a JWT."""
        text = self.seeds.text("access", 120)
        token = f"EwB{text}" if user.is_personal else f"eyJ0{text[:30]}.eyJh{text[30:80]}.{text[80:]}"
        self.accesses[token] = Access(user, scopes, self.clock.now() + self.token_life, claims)
        return token

    def issue_refresh(self, user: User, scopes: frozenset[str]) -> str:
        mark = "M.C5_BAY.0.U.-" if user.is_personal else "1.AXoA"
        token = mark + self.seeds.text("refresh", 100)
        self.refreshes[token] = Refresh(token, user, scopes, self.clock.now())
        return token

    def who(self, token: str) -> Access:
        """Raises Refused."""
        found = self.accesses.get(token)
        gone = {State.DELETED, State.DISABLED}
        if found is None or found.expires <= self.clock.now() or found.user.state in gone:
            raise errors.unauthenticated(has_token=bool(token))
        if found.user.challenged and not _answers(found.claims, found.user.challenged):
            claims = json.dumps(_challenge(found.user.challenged), separators=(",", ":"))
            raise errors.claims_wanted(base64.b64encode(claims.encode()).decode())
        return found

    def has_access(self, token: str) -> bool:
        found = self.accesses.get(token)
        return found is not None and found.expires > self.clock.now()

    def has_refresh(self, token: str) -> bool:
        found = self.refreshes.get(token)
        return found is not None and not found.is_revoked

    def challenge(self, user: User) -> None:
        """From now on only tokens are taken that are asked for with the claims of the refusal."""
        user.challenged = str(int(self.clock.now().timestamp()))

    def redeemed(self, code: str) -> Code:
        """Raises GrantRefused."""
        found = self.codes.pop(code, None)
        if found is None and code in self.spent:
            message = "OAuth2 Authorization code was already redeemed, please retry with a new valid code."
            raise errors.invalid_grant(54005, message)
        if found is None:
            raise errors.invalid_grant(9002313, "Invalid request. Request is malformed or invalid.")
        self.spent.add(code)
        if found.expires <= self.clock.now():
            raise errors.invalid_grant(70008, "The provided authorization code has expired.")
        self.check(found.user)
        return found

    def refreshed(self, token: str) -> Refresh:
        """Raises GrantRefused."""
        found, now = self.refreshes.get(token), self.clock.now()
        if found is None:
            raise errors.invalid_grant(9002313, "Invalid request. Request is malformed or invalid.")
        self.check(found.user)
        if found.is_revoked:
            message = "The provided grant has expired due to it being revoked, a fresh auth token is needed."
            raise errors.invalid_grant(50173, message)
        days = timedelta(days=self.quirks.number("idle-tokens", "days"))
        if self.quirks.is_on("idle-tokens") and now - found.used > days:
            raise errors.invalid_grant(700082, "The refresh token has expired due to inactivity.")
        found.used = now
        found.is_revoked = self.quirks.is_on("refresh-once")
        return found

    def check(self, user: User) -> None:
        """Raises GrantRefused for an account that gets no tokens."""
        if user.state in _REFUSED:
            error, number, message = _REFUSED[user.state]
            raise errors.GrantRefused(error, number, message)

    def revoke(self, user: User) -> None:
        """The consent is taken back: access tokens that are out stay good until they end."""
        self.granted.pop(user.email, None)
        for one in self.refreshes.values():
            one.is_revoked = one.is_revoked or one.user is user
        self.codes = {key: one for key, one in self.codes.items() if one.user is not user}


def _challenge(moment: str) -> dict[str, Any]:
    return {"access_token": {"nbf": {"essential": True, "value": moment}}}


def _answers(claims: str, moment: str) -> bool:
    """Whether a token was asked for with these claims, whatever else came with them."""
    try:
        return bool(json.loads(claims)["access_token"]["nbf"]["value"] == moment)
    except (ValueError, KeyError, TypeError):
        return False
