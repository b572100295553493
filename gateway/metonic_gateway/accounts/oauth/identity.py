"""Who signed in: the id_token of a provider (OpenID Connect Core 1.0, 3.1.3.7; RFC 7519)."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey, import_key
from yarl import URL

from metonic_core.spi.errors import SignInNeeded, Unavailable
from metonic_core.spi.provider import OAuth2
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.telemetry import get_logger

_KEY_TYPES: dict[str, type[RSAKey | ECKey]] = {"RS256": RSAKey, "ES256": ECKey}
_ALGORITHMS = list(_KEY_TYPES)
_LEEWAY_SECONDS = 120
_LONGEST = 255
_FRESH = timedelta(hours=1)
# Whoever shows us keys that nobody has makes us ask once a minute, not once each.
_AT_MOST_EVERY = timedelta(minutes=1)
_OK = 200
# What joserfc lets through where JSON has another shape than it expects.
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
_TENANT = "{tenantid}"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Identity:
    """``subject`` never changes for the same account; ``name`` is its e-mail address, if it shows one.

    The name is for people alone: its user may have chosen it, be it the address of somebody else.
    """

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
        # Clocks are set back: keys from the future are of no known age.
        is_known = timedelta(0) <= now - at < (_AT_MOST_EVERY if has_to_be_new else _FRESH)
        if keys is not None and is_known:
            return keys
        read = await _read(url, egress)
        self._known[url] = read, now
        return read


async def identify(id_token: str, expected: Expected, keys: Keys, egress: Egress) -> Identity:
    """Whose token that is; raises SignInNeeded where it is not what was expected, and Unavailable."""
    try:
        claims = await _signed(id_token, expected, keys, egress)
        _rules(expected, claims).validate(claims)
    except (JoseError, *_MALFORMED) as error:
        claim = error.claim if isinstance(error, ClaimError) else None
        _log.warning("id_token_not_believed", reason=type(error).__name__, code=claim)
        raise SignInNeeded("The provider does not say in a trustworthy way who signed in.") from None
    subject = _subject(claims, expected.sign_in)
    if subject is None:
        raise SignInNeeded("The provider does not say who signed in.")
    names = (_text(claims.get(name)) for name in ("email", "preferred_username"))
    return Identity(subject, next(filter(None, names), subject))


def told_subject(id_token: str, sign_in: OAuth2) -> str | None:
    """Whose token it says that it is, believed or not; None where it does not say so."""
    try:
        return _subject(json.loads(jws.extract_compact(id_token.encode()).payload), sign_in)
    except (JoseError, *_MALFORMED):
        return None


def _subject(claims: Mapping[str, object], sign_in: OAuth2) -> str | None:
    """Of several claims only without a colon in any, so that no two accounts have the same."""
    parts = [_text(claims.get(name)) or "" for name in sign_in.identity]
    if len(parts) > 1 and not all(part and ":" not in part for part in parts):
        return None
    return _text(":".join(parts))


async def _signed(id_token: str, expected: Expected, keys: Keys, egress: Egress) -> dict[str, object]:
    url, now = expected.sign_in.keys_url, expected.now
    known = await keys.at(url, egress, now)
    try:
        return _opened(id_token, known)
    except InvalidKeyIdError:
        # Providers change their keys at any time.
        newer = await keys.at(url, egress, now, has_to_be_new=True)
        return _opened(id_token, newer)


def _opened(id_token: str, keys: KeySet) -> dict[str, object]:
    """What it says, where one of the keys signed it; it need not name the key (OpenID Connect Core 10.1)."""
    header = jws.extract_compact(id_token.encode()).headers()
    if header.get("kid"):
        return jwt.decode(id_token, keys, _ALGORITHMS).claims
    for key in keys:
        if isinstance(key, _KEY_TYPES.get(str(header.get("alg")), ())):
            with suppress(JoseError):
                return jwt.decode(id_token, key, _ALGORITHMS).claims
    raise InvalidKeyIdError


class _Rules(jwt.JWTClaimsRegistry):
    """Without that on when it was issued: clocks differ, and its end and its nonce say whether it is old."""

    def validate_iat(self, value: object) -> None:
        """Whatever it is."""


def _rules(expected: Expected, claims: dict[str, object]) -> jwt.JWTClaimsRegistry:
    # Google's own page on id_tokens: the issuer comes with or without its scheme.
    issuer = _issuer(expected.sign_in.issuer, claims)
    is_for_several = isinstance(aud := claims.get("aud"), list) and len(aud) > 1
    return _Rules(
        int(expected.now.timestamp()),
        _LEEWAY_SECONDS,
        iss={"essential": True, "values": [issuer, issuer.removeprefix("https://")]},
        aud={"essential": True, "value": expected.client_id},
        exp={"essential": True},
        nonce={"essential": True, "value": expected.nonce},
        azp={"essential": True, "value": expected.client_id} if is_for_several else {},
    )


def _issuer(known: str, claims: Mapping[str, object]) -> str:
    """That of the token's tenant where each has its own: Microsoft's page on access tokens, "Issuer"."""
    tenant = claims.get("tid")
    is_named = isinstance(tenant, str) and _UUID.fullmatch(tenant)
    return known.replace(_TENANT, str(tenant)) if is_named else known


async def _read(url: str, egress: Egress) -> KeySet:
    answer = await egress.ask("GET", URL(url), {"Accept": "application/json"}, None)
    try:
        if answer.status == _OK and (keys := _usable(json.loads(answer.body)["keys"])):
            return KeySet(keys)
    except (JoseError, *_MALFORMED):
        pass
    raise Unavailable("The keys of the provider, by which it proves who signed in, cannot be read.")


def _usable(listed: list[Any]) -> list[Key]:
    """Those that we understand: whatever else stands beside them must not matter (RFC 7517 5)."""
    keys: list[Key] = []
    for each in (one for one in listed if isinstance(one, dict)):
        with suppress(JoseError, *_MALFORMED):
            key = import_key(each)
            key.ensure_kid()
            keys.append(key)
    return keys


def _text(value: object) -> str | None:
    is_usable = isinstance(value, str) and 0 < len(value) <= _LONGEST and not _UNSTORABLE.search(value)
    return str(value) if is_usable else None
