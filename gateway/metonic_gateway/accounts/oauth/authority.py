"""A provider's authorization server: where one signs in, and what turns codes into grants.

Authlib makes the requests and reads the answers; they travel through our own way out, and what goes wrong
is one of the errors that the engine knows. Nothing that a server writes for developers is passed on: it may
quote what was sent.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from yarl import URL

from metonic_core.spi.client import Answer
from metonic_core.spi.errors import Misconfigured, ProviderError, RateLimited, SignInNeeded, Unavailable
from metonic_core.spi.provider import OAuth2
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.accounts.oauth.grant import Grant, lifetime, renewal
from metonic_gateway.setting_values import OAuthClient
from metonic_gateway.telemetry import get_logger

DEADLINE = 30.0
"""After so many seconds a request is given up, less than others wait for who is renewing."""

ADMIN_NEEDED = "admin_consent_required"
"""The code of it, in the API and for the page where a sign-in goes on."""

_CODE = re.compile(r"[a-z_]{1,40}")
# RFC 6749 A.12 and A.17, but for blanks, which a header would not carry (RFC 6750 2.1).
_TOKEN = re.compile(r"[!-~]{1,8000}")
_TOO_MANY = 429
_FAULTS = 500
_REFUSALS = 400
# RFC 6749 5.2, and what Google and Microsoft add.
_OVER = frozenset(
    {
        "invalid_grant",
        "unauthorized_client",
        "deleted_client",
        "access_denied",
        "consent_required",
        "interaction_required",
    }
)
_LATER = frozenset({"temporarily_unavailable", "server_error", "internal_failure", "slow_down"})

_log = get_logger(__name__)


class AdminNeeded(SignInNeeded):
    """Not the user but an administrator of their organization has to agree."""

    def __init__(self, title: str) -> None:
        super().__init__(f"{title} wants an administrator of your organization to allow this service.")


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a code was worth. ``id_token`` says who signed in, and is still to be checked."""

    grant: Grant
    id_token: str


class Authority:
    """``title`` is the provider's, for sentences. All but ``page`` raise ProviderError."""

    def __init__(
        self,
        sign_in: OAuth2,
        client: OAuthClient,
        egress: Egress,
        title: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._sign_in = sign_in
        self._egress = egress
        self._title = title
        self._clock = clock
        self._client = _Client(sign_in, client, egress, title)

    def page(self, state: str, verifier: str, **parameters: str) -> str:
        """The address of the page where the user signs in and agrees."""
        page = self._egress.stand_ins.of(URL(self._sign_in.authorize_url))
        given = {**self._sign_in.parameters, **parameters}
        made, _ = self._client.create_authorization_url(str(page), state, verifier, **given)
        return made

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> Exchanged:
        """The grant that a code stands for, once; SignInNeeded where it stands for none."""
        token = await self._client.fetch_token(
            self._sign_in.token_url,
            code=code,
            code_verifier=verifier,
            redirect_uri=redirect_uri,
            grant_type="authorization_code",
        )
        refresh, id_token = token.get("refresh_token"), token.get("id_token")
        if not isinstance(refresh, str) or not refresh:
            raise SignInNeeded(f"{self._title} lets us in for a short time only, not for good.")
        if not isinstance(id_token, str):
            raise SignInNeeded(f"{self._title} does not say who signed in.")
        scopes = _scopes(token.get("scope"), self._sign_in.scopes)
        renew_at = renewal(token, self._clock())
        return Exchanged(Grant(str(token["access_token"]), refresh, renew_at, scopes), id_token)

    async def renewed(self, grant: Grant, claims: str = "") -> Grant:
        """The grant with a new access token, which says what is claimed; SignInNeeded where it is over."""
        named = {"scope": " ".join(self._sign_in.scopes)} if self._sign_in.names_scopes else {}
        if claims:
            named["claims"] = claims
        url = self._sign_in.token_url
        token = await self._client.refresh_token(url, refresh_token=grant.refresh, **named)
        return grant.with_answer(token, self._clock())

    async def revoke(self, grant: Grant, url: str) -> None:
        """End the grant at the provider (RFC 7009); one that is over already is fine."""
        ask: Callable[..., Awaitable[_Answer]] = self._client.revoke_token
        answer = await ask(url, token=grant.refresh)
        code = _code_of(answer.object())
        if answer.status_code >= _REFUSALS and code not in {"invalid_token", "invalid_grant"}:
            raise _meaning(code, self._title)


class _Answer:
    """An answer as Authlib looks at it."""

    def __init__(self, answer: Answer, title: str) -> None:
        self.status_code = answer.status
        self._body = answer.body
        self._title = title

    def json(self) -> object:
        """Raises ValueError. What the answer says of its end is taken only where it can be true."""
        try:
            found = json.loads(self._body)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        if isinstance(found, dict):
            found.pop("expires_at", None)
            seconds = lifetime(found.pop("expires_in", None))
            return found if seconds is None else {**found, "expires_in": seconds}
        return found

    def object(self) -> object:
        try:
            return self.json()
        except ValueError:
            return None

    def raise_for_status(self) -> None:
        raise self.oddity()

    def oddity(self) -> Unavailable:
        return Unavailable(f"{self._title} did not answer as an authorization server does.")


class _Client(OAuth2Client):
    """Authlib's client, which knows what to say, over the egress, which says it."""

    def __init__(self, sign_in: OAuth2, client: OAuthClient, egress: Egress, title: str) -> None:
        super().__init__(
            egress,
            client.id,
            client.secret,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 - the name of a method
            revocation_endpoint_auth_method="client_secret_post",
            code_challenge_method="S256",
        )
        self._sign_in = sign_in
        self._title = title

    async def _fetch_token(self, url: str, body: str, auth: ClientAuth, **_: object) -> dict[str, Any]:
        return self._token(await self._http_post(url, body, auth))

    async def _refresh_token(self, url: str, body: str, auth: ClientAuth, **_: object) -> dict[str, Any]:
        return self._token(await self._http_post(url, body, auth))

    async def _http_post(self, url: str, body: str, auth: ClientAuth, **_: object) -> _Answer:
        own = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        prepare: Callable[..., tuple[str, dict[str, str], str]] = auth.prepare
        url, headers, body = prepare("POST", url, own, body)
        try:
            async with asyncio.timeout(DEADLINE):
                answer = await self.session.ask("POST", URL(url), headers, body.encode())
        except TimeoutError:
            raise Unavailable(f"{self._title} did not answer in time.") from None
        if answer.status == _TOO_MANY:
            raise RateLimited(f"{self._title} asks for a pause.", answer.retry_after)
        if answer.status >= _FAULTS:
            raise Unavailable(f"{self._title} cannot sign anybody in at the moment.")
        return _Answer(answer, self._title)

    def _token(self, answer: _Answer) -> dict[str, Any]:
        # Authlib takes no error whose description has characters that RFC 6749 5.2 does not allow; those of
        # Microsoft have line breaks.
        told = answer.object()
        if isinstance(told, Mapping) and "error" in told:
            raise self._refusal(told)
        try:
            read: Callable[[_Answer], dict[str, Any]] = self.parse_response_token
            token = read(answer)
        except (ValueError, TypeError):
            raise answer.oddity() from None
        if not _is_token(token.get("access_token")):
            raise answer.oddity()
        refresh = token.get("refresh_token")
        if isinstance(refresh, str) and refresh and not _is_token(refresh):
            raise answer.oddity()
        return token

    def _refusal(self, told: Mapping[str, object]) -> ProviderError:
        if wants_admin(self._sign_in, told.get("error_description")):
            _log.warning("authorization_server_refused", code=ADMIN_NEEDED)
            return AdminNeeded(self._title)
        return _meaning(_code_of(told), self._title)

    def __del__(self) -> None:
        """The egress is not ours to let go."""


def wants_admin(sign_in: OAuth2, description: object) -> bool:
    """Whether the description of an error says that an administrator has to agree."""
    return isinstance(description, str) and any(word in description for word in sign_in.admin_errors)


def _is_token(value: object) -> bool:
    return isinstance(value, str) and bool(_TOKEN.fullmatch(value))


def _scopes(told: object, asked: tuple[str, ...]) -> tuple[str, ...]:
    """RFC 6749 5.1: the answer names the scopes only if they are not those that were asked for."""
    if told is None:
        return asked
    return tuple(told.split()) if isinstance(told, str) else ()


def _code_of(body: object) -> str:
    """The error code in an answer, if it is one."""
    code = body.get("error") if isinstance(body, Mapping) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "unknown"


def _meaning(code: str, title: str) -> ProviderError:
    """What an error code of an authorization server means to us."""
    _log.warning("authorization_server_refused", code=code)
    if code in _OVER:
        return SignInNeeded(f"{title} does not accept the sign-in (any more): {code}.")
    if code in _LATER or code == "unknown":
        return Unavailable(f"{title} cannot sign anybody in at the moment.")
    return Misconfigured(f"{title} refuses this service, not you: {code}.")
