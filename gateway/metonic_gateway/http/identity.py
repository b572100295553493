"""Who is asking: a bearer token of the platform, a JWT signed with HS256 (RFC 7519, RFC 8725)."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError
from joserfc.jwk import OctKey

from metonic_core.model.when import is_zone

_ALGORITHMS = ["HS256"]
_LEEWAY_SECONDS = 30
_LONGEST = 255
# Control characters and lone surrogates: PostgreSQL stores neither NUL nor half a character.
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Role(StrEnum):
    TRAINER = "trainer"
    CLIENT = "client"
    BACKEND = "backend"


@dataclass(frozen=True, slots=True)
class Identity:
    """``user_id`` is the platform's id of the user, None for the platform's backend; ``zone`` is IANA."""

    role: Role
    user_id: str | None
    name: str | None = None
    zone: str | None = None


class NotSignedIn(Exception):
    """There is no valid token; ``message`` is a sentence for the caller."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def token_key(secret: str) -> OctKey:
    """The key to sign and read tokens with; made once, as it is costly."""
    return OctKey.import_key(secret)


def issue_token(key: OctKey, identity: Identity, expires_at: datetime) -> str:
    """The token that ``identify`` reads back as ``identity`` until ``expires_at`` (aware)."""
    claims = {
        "sub": identity.user_id,
        "role": identity.role.value,
        "name": identity.name,
        "zoneinfo": identity.zone,
        "exp": int(expires_at.timestamp()),
    }
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "HS256"}, given, key, _ALGORITHMS)


def seconds_left(key: OctKey, token: str, now: datetime) -> float:
    """For how long the token is still believed; raises NotSignedIn."""
    expires = _verified(key, token, now)["exp"]
    return float(str(expires)) + _LEEWAY_SECONDS - now.timestamp()


def identify(key: OctKey, token: str, now: datetime) -> Identity:
    """Whose token that is; raises NotSignedIn."""
    claims = _verified(key, token, now)
    role = _role(claims.get("role"))
    return Identity(role, _user_id(role, claims), _name(claims.get("name")), _zone(claims.get("zoneinfo")))


def _verified(key: OctKey, token: str, now: datetime) -> dict[str, object]:
    rules = jwt.JWTClaimsRegistry(int(now.timestamp()), _LEEWAY_SECONDS, exp={"essential": True})
    try:
        claims = jwt.decode(token, key, _ALGORITHMS).claims
        rules.validate(claims)
    except ExpiredTokenError:
        raise NotSignedIn("The token has expired: sign in again.") from None
    except ClaimError as error:
        raise NotSignedIn(f"The claim {error.claim!r} of the token is missing or wrong.") from None
    except Exception:  # noqa: BLE001 - whatever it holds: a "crit" that is no list is a TypeError
        raise NotSignedIn(
            "The token is not valid: it must be a JWT, signed with HS256 and our key."
        ) from None
    return claims


def _role(value: object) -> Role:
    if not isinstance(value, str) or value not in list(Role):
        raise NotSignedIn(f"The claim 'role' of the token must be one of {', '.join(Role)}.")
    return Role(value)


def _user_id(role: Role, claims: dict[str, object]) -> str | None:
    if role is Role.BACKEND:
        if "sub" in claims:
            raise NotSignedIn("A token of the backend must have no claim 'sub': it speaks for no user.")
        return None
    return _text("sub", claims.get("sub"))


def _name(value: object) -> str | None:
    return None if value is None else _text("name", value)


def _zone(value: object) -> str | None:
    if value is None:
        return None
    zone = _text("zoneinfo", value)
    if not is_zone(zone):
        raise NotSignedIn("The claim 'zoneinfo' of the token must be an IANA time zone like Europe/Paris.")
    return zone


def _text(claim: str, value: object) -> str:
    if not isinstance(value, str) or _UNSTORABLE.search(value) or not 0 < len(value) <= _LONGEST:
        raise NotSignedIn(f"The claim {claim!r} of the token must be a line of 1 to {_LONGEST} characters.")
    return value
