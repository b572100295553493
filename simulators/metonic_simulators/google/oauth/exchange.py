"""The token endpoint and its neighbours: https://developers.google.com/identity/protocols/oauth2/web-server."""

import hmac
from collections.abc import Mapping
from typing import Any

from metonic_simulators.google import errors
from metonic_simulators.google.oauth.claims import id_token
from metonic_simulators.google.people import ACCESS_LIFE, Code, People
from metonic_simulators.wire.sign_in import basic, fits
from metonic_simulators.wire.signing import Keys

Form = Mapping[str, str]
_EXPIRES_IN = int(ACCESS_LIFE.total_seconds()) - 1


def token(form: Form, authorization: str, people: People, keys: Keys) -> dict[str, Any]:
    """The answer to POST /token; raises Refused."""
    _check_client(form, authorization, people)
    kind = form.get("grant_type", "")
    if kind == "authorization_code":
        return _by_code(form, people, keys)
    if kind == "refresh_token":
        return _by_refresh(form, people, keys)
    raise errors.oauth("unsupported_grant_type", f"Invalid grant_type: {kind}")


def token_meaning(form: Form, people: People) -> dict[str, Any]:
    """The answer to /tokeninfo; raises Refused."""
    access = people.accesses.get(form.get("access_token", ""))
    now = people.clock.now()
    if access is None or access.expires <= now:
        raise errors.oauth("invalid_token", "Invalid Value")
    return {
        "azp": people.client_id,
        "aud": people.client_id,
        "sub": access.user.sub,
        "scope": " ".join(sorted(access.scopes)),
        "exp": str(int(access.expires.timestamp())),
        "expires_in": str(int((access.expires - now).total_seconds())),
        "email": access.user.email,
        "email_verified": "true",
        "access_type": "offline",
    }


def person(authorization: str, people: People) -> dict[str, Any]:
    """The answer to userinfo; raises Refused."""
    access = people.who(authorization.removeprefix("Bearer "))
    user = access.user
    return {"sub": user.sub, "email": user.email, "email_verified": True, "name": user.name}


def _check_client(form: Form, authorization: str, people: People) -> None:
    """By Basic or in the body (RFC 6749 2.3.1)."""
    given = basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
    if given[0] != people.client_id:
        raise errors.oauth("invalid_client", "The OAuth client was not found.", 401)
    if not hmac.compare_digest(given[1].encode(), people.client_secret.encode()):
        raise errors.oauth("invalid_client", "Unauthorized", 401)


def _by_code(form: Form, people: People, keys: Keys) -> dict[str, Any]:
    name = form.get("code", "")
    if not name.startswith("4/"):
        raise errors.invalid_grant("Malformed auth code.")
    code = people.codes.pop(name, None)
    if code is None or code.expires <= people.clock.now():
        raise errors.invalid_grant("Bad Request")
    if form.get("redirect_uri") != code.redirect_uri:
        raise errors.oauth("redirect_uri_mismatch", "Bad Request")
    _check_verifier(form.get("code_verifier", ""), code)
    answer = _access(people, keys, code)
    if code.has_refresh:
        answer["refresh_token"] = people.issue_refresh(code.user, code.scopes)
    return answer


def _access(people: People, keys: Keys, code: Code) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "access_token": people.issue_access(code.user, code.scopes),
        "expires_in": _EXPIRES_IN,
        "scope": " ".join(sorted(code.scopes)),
        "token_type": "Bearer",
    }
    if "openid" in code.scopes:
        now = people.clock.now()
        answer["id_token"] = id_token(keys, code, people.client_id, now)
    return answer


def _by_refresh(form: Form, people: People, keys: Keys) -> dict[str, Any]:
    refresh = people.refreshed(form.get("refresh_token", ""))
    wanted = frozenset(form.get("scope", "").split())
    if not wanted <= refresh.scopes:
        raise errors.oauth("invalid_scope", "Bad Request")
    now = people.clock.now()
    code = Code(refresh.user, wanted or refresh.scopes, "", "", "", "", now, has_refresh=False)
    return _access(people, keys, code)


def _check_verifier(verifier: str, code: Code) -> None:
    """RFC 7636 4.6; raises Refused."""
    if not code.challenge:
        return
    if not verifier:
        raise errors.invalid_grant("Missing code verifier.")
    if not fits(verifier, code.challenge, code.method):
        raise errors.invalid_grant("Invalid code verifier.")
