"""Who signed in: the id_token of a provider (OpenID Connect Core 1.0, 3.1.3.7; RFC 7519)."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from yarl import URL

from metonic_core.spi.errors import SignInNeeded, Unavailable
from metonic_core.spi.provider import OAuth2
from metonic_gateway.accounts.egress import Egress

_ALGORITHMS = ["RS256", "ES256"]
_LEEWAY_SECONDS = 30
_LONGEST = 255
_FRESH = timedelta(hours=1)
# Whoever shows us keys that nobody has makes us ask once a minute, not once each.
_AT_MOST_EVERY = timedelta(minutes=1)
_OK = 200
# What joserfc lets through where JSON has another shape than it expects.
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError)
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Identity:
    """``subject`` never changes for the same account; ``name`` is its e-mail address, if it shows one."""

    subject: str
    name: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What an id_token has to be: one of this provider, for this client and this sign-in, and good now."""

    sign_in: OAuth2
    client_id: str
    nonce: str
    now: datetime


class Keys:
    """The keys that providers sign with, kept for an hour."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[KeySet, datetime]] = {}

    async def at(self, url: str, egress: Egress, now: datetime, *, has_to_be_new: bool = False) -> KeySet:
        """Those that stand at ``url`` (RFC 7517 5); raises Unavailable."""
        keys, at = self._known.get(url, (None, now))
        if keys is not None and now - at < (_AT_MOST_EVERY if has_to_be_new else _FRESH):
            return keys
        read = await _read(url, egress)
        self._known[url] = read, now
        return read


async def identify(id_token: str, expected: Expected, keys: Keys, egress: Egress) -> Identity:
    """Whose token that is; raises SignInNeeded where it is not what was expected, and Unavailable."""
    try:
        claims = await _signed(id_token, expected, keys, egress)
        _rules(expected).validate(claims)
    except (JoseError, *_MALFORMED):
        raise SignInNeeded("The provider does not say in a trustworthy way who signed in.") from None
    subject = _text(claims.get("sub"))
    if subject is None:
        raise SignInNeeded("The provider does not say who signed in.")
    return Identity(subject, _text(claims.get("email")) or subject)


async def _signed(id_token: str, expected: Expected, keys: Keys, egress: Egress) -> dict[str, object]:
    url, now = expected.sign_in.keys_url, expected.now
    known = await keys.at(url, egress, now)
    try:
        return jwt.decode(id_token, known, _ALGORITHMS).claims
    except InvalidKeyIdError:
        # Providers change their keys at any time.
        newer = await keys.at(url, egress, now, has_to_be_new=True)
        return jwt.decode(id_token, newer, _ALGORITHMS).claims


def _rules(expected: Expected) -> jwt.JWTClaimsRegistry:
    # Google's own page on id_tokens: the issuer comes with or without its scheme.
    issuer = expected.sign_in.issuer
    return jwt.JWTClaimsRegistry(
        int(expected.now.timestamp()),
        _LEEWAY_SECONDS,
        iss={"essential": True, "values": [issuer, issuer.removeprefix("https://")]},
        aud={"essential": True, "value": expected.client_id},
        exp={"essential": True},
        nonce={"essential": True, "value": expected.nonce},
    )


async def _read(url: str, egress: Egress) -> KeySet:
    answer = await egress.ask("GET", URL(url), {"Accept": "application/json"}, None)
    try:
        if answer.status == _OK:
            return KeySet.import_key_set(json.loads(answer.body))
    except (JoseError, *_MALFORMED):
        pass
    raise Unavailable("The keys of the provider, by which it proves who signed in, cannot be read.")


def _text(value: object) -> str | None:
    is_usable = isinstance(value, str) and 0 < len(value) <= _LONGEST and not _UNSTORABLE.search(value)
    return str(value) if is_usable else None
