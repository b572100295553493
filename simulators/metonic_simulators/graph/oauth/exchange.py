"""The token endpoint: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow."""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from metonic_simulators.graph import errors, scopes
from metonic_simulators.graph.errors import GrantRefused
from metonic_simulators.graph.people import Code, People, User
from metonic_simulators.wire.sign_in import basic, fits
from metonic_simulators.wire.signing import Keys

Form = Mapping[str, str]
ISSUER = "https://login.microsoftonline.com/{tenantid}/v2.0"
"""As `common` has it: of a token, with the tenant of its account."""

_ID_LIFE = timedelta(hours=1)


def token(form: Form, authorization: str, people: People, keys: Keys) -> dict[str, Any]:
    """The answer to POST /token; raises GrantRefused."""
    kind = form.get("grant_type", "")
    if not kind:
        raise GrantRefused("invalid_request", 900144, _missing("grant_type"))
    _check_client(form, authorization, people)
    claims = form.get("claims", "")
    if kind == "authorization_code":
        return _by_code(form, people, keys, claims)
    if kind == "refresh_token":
        return _by_refresh(form, people, claims)
    message = f"The app requested an unsupported grant type '{kind}'."
    raise GrantRefused("unsupported_grant_type", 70003, message)


def _check_client(form: Form, authorization: str, people: People) -> None:
    """By Basic or in the body (RFC 6749 2.3.1)."""
    name, secret = basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
    if name != people.client_id:
        message = f"Application with identifier '{name}' was not found in the directory."
        raise GrantRefused("unauthorized_client", 700016, message)
    if not secret:
        message = (
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        )
        raise GrantRefused("invalid_client", 7000218, message, 401)
    if not hmac.compare_digest(secret.encode(), people.client_secret.encode()):
        message = f"Invalid client secret provided for app '{name}'."
        raise GrantRefused("invalid_client", 7000215, message, 401)


def _by_code(form: Form, people: People, keys: Keys, claims: str) -> dict[str, Any]:
    if not form.get("code"):
        raise GrantRefused("invalid_request", 900144, _missing("code"))
    code = people.redeemed(form["code"])
    if form.get("redirect_uri") != code.redirect_uri:
        message = "The reply address does not match the reply addresses of the request for the code."
        raise errors.invalid_grant(500112, message)
    if code.challenge and not fits(form.get("code_verifier", ""), code.challenge, code.method):
        message = "The Code_Verifier does not match the code_challenge of the authorization request."
        raise errors.invalid_grant(501481, message)
    wanted = _narrowed(form, code.scopes)
    answer = _answer(people, code.user, wanted, claims)
    if "offline_access" in code.scopes:
        answer["refresh_token"] = people.issue_refresh(code.user, code.scopes)
    if "openid" in code.scopes:
        answer["id_token"] = keys.signed(_claims(people, code))
    return answer


def _by_refresh(form: Form, people: People, claims: str) -> dict[str, Any]:
    if not form.get("refresh_token"):
        raise GrantRefused("invalid_request", 900144, _missing("refresh_token"))
    if people.quirks.is_on("scope-on-refresh") and not form.get("scope"):
        message = "The token is a policy offer token: the parameter 'scope' is required."
        raise GrantRefused("invalid_request", 90023, message)
    refresh = people.refreshed(form["refresh_token"])
    answer = _answer(people, refresh.user, _narrowed(form, refresh.scopes), claims)
    return answer | {"refresh_token": people.issue_refresh(refresh.user, refresh.scopes)}


def _narrowed(form: Form, granted: frozenset[str]) -> frozenset[str]:
    """The scopes that this request asks for, of those that were granted; raises GrantRefused."""
    asked = form.get("scope", "").split()
    if any(scopes.is_foreign(one) for one in asked):
        raise GrantRefused("invalid_scope", 28000, "The scope has more than one resource.")
    wanted = frozenset(scopes.short(one) for one in asked)
    if "" in wanted:
        raise GrantRefused("invalid_scope", 70011, "The provided value for the scope is not valid.")
    if not wanted <= granted | scopes.IDENTITY:
        message = "The user or administrator has not consented to use the application with these scopes."
        raise errors.invalid_grant(65001, message)
    return wanted & granted or granted


def _answer(people: People, user: User, wanted: frozenset[str], claims: str) -> dict[str, Any]:
    seconds = int(people.token_life.total_seconds()) - 1
    return {
        "token_type": "Bearer",
        "scope": scopes.shown(wanted, is_long=people.quirks.is_on("scopes-long")),
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": people.issue_access(user, wanted, claims),
    }


def _claims(people: People, code: Code) -> dict[str, Any]:
    """https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference."""
    user, issued = code.user, int(people.clock.now().timestamp())
    found: dict[str, Any] = {
        "aud": people.client_id,
        "iss": ISSUER.format(tenantid=user.tenant),
        "iat": issued,
        "nbf": issued,
        "exp": issued + int(_ID_LIFE.total_seconds()),
        "sub": f"sub-{user.id}",
        "oid": user.id,
        "tid": user.tenant,
        "ver": "2.0",
    }
    if "profile" in code.scopes:
        found |= {"name": user.name, "preferred_username": user.email}
    if "email" in code.scopes:
        found["email"] = user.email
    return found | ({"nonce": code.nonce} if code.nonce else {})


def _missing(name: str) -> str:
    return f"The request body must contain the following parameter: '{name}'."
