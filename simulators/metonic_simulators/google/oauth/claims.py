"""What an id token says: https://developers.google.com/identity/openid-connect/openid-connect."""

from datetime import datetime, timedelta
from typing import Any

from metonic_simulators.google.people import Code
from metonic_simulators.wire.signing import Keys

ISSUER = "https://accounts.google.com"
_LIFE = timedelta(hours=1)


def id_token(keys: Keys, code: Code, client: str, now: datetime) -> str:
    """Of the user of the code, for that client."""
    issued, user = int(now.timestamp()), code.user
    claims: dict[str, Any] = {"iss": ISSUER, "azp": client, "aud": client, "sub": user.sub, "iat": issued}
    claims["exp"] = issued + int(_LIFE.total_seconds())
    if any(one.rpartition(".")[2] == "email" or one == "email" for one in code.scopes):
        claims |= {"email": user.email, "email_verified": True}
    if "profile" in code.scopes:
        claims["name"] = user.name
    if code.nonce:
        claims["nonce"] = code.nonce
    return keys.signed(claims)
