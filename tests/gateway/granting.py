"""An authorization server of its own on loopback, and a provider in memory that one signs in to there.

It checks what RFC 6749, RFC 7636 and RFC 7009 ask it to check, and remembers what it was asked.
"""

import base64
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import RSAKey
from tests.gateway.house import House
from tests.gateway.memory import MemoryEgress, World
from tests.gateway.registered import AskingAdapter, register, stand_ins
from yarl import URL

from metonic_core.spi import Account, Client, OAuth2, Password, Provider
from metonic_gateway.accounts.egress import Egress

CLIENT_ID, CLIENT_SECRET = "metonic-here", "a-secret-of-the-client"
ACCOUNTS, API = "https://accounts.granting.test", "https://api.granting.test"
SCOPES = ("https://api.granting.test/auth/events", "https://api.granting.test/auth/calendars")
Json = dict[str, Any]


@dataclass
class Code:
    """What a code was issued for."""

    asked: dict[str, str]
    subject: str
    email: str


@dataclass
class Granting:
    """Whoever comes to its page is ``email`` and agrees to ``agrees_to``, None for all that is asked.

    ``answers`` are for the next requests of an endpoint, instead of what it would do; ``intercept`` gets the
    requests for tokens first, and ``silences`` whatever comes to an endpoint.
    """

    clock: Callable[[], datetime]
    subject: str = "1001"
    email: str = "toni@granting.test"
    agrees_to: Sequence[str] | None = None
    lasts: object = 3600
    rotates: bool = False
    claims: Json = field(default_factory=dict)
    answers: dict[str, list[web.Response]] = field(default_factory=dict)
    asked: list[tuple[str, Json]] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    refreshes: dict[str, str] = field(default_factory=dict)
    accesses: dict[str, str] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    origin: str = ""
    intercept: Callable[[web.Request], Awaitable[web.Response]] | None = None
    silences: dict[str, Callable[[], Awaitable[web.Response]]] = field(default_factory=dict)

    def forms(self, endpoint: str) -> list[Json]:
        return [form for name, form in self.asked if name == endpoint]

    def refused(self, endpoint: str, status: int, error: str) -> None:
        body = {"error": error, "error_description": "private words of the server"}
        self.answers.setdefault(endpoint, []).append(web.json_response(body, status=status))

    async def agree(self, auth_url: str) -> URL:
        """What the browser is sent to once its user has agreed."""
        asked = dict(URL(auth_url).query)
        code = f"4/{secrets.token_urlsafe(8)}"
        self.codes[code] = Code(asked, self.subject, self.email)
        return URL(asked["redirect_uri"]).update_query({"code": code, "state": asked["state"], "scope": "x"})

    def forget(self) -> None:
        """The user takes our access away."""
        self.refreshes.clear()
        self.accesses.clear()

    def expire(self) -> None:
        """All access tokens end, though nobody was told."""
        self.accesses.clear()

    async def receive(self, request: web.Request) -> web.Response:
        intercept = self.intercept if request.path == "/token" else None
        return await (intercept or self.answer)(request)

    async def answer(self, request: web.Request) -> web.Response:
        endpoint = request.path.strip("/")
        form = dict(await request.post())
        self.asked.append((endpoint, form))
        if endpoint in self.silences:
            return await self.silences[endpoint]()
        prepared = self.answers.get(endpoint)
        if prepared:
            return prepared.pop(0)
        match endpoint:
            case "token":
                return self._token(form)
            case "keys":
                return web.json_response({"keys": [self.key.as_dict(private=False)]})
            case "revoke":
                return self._revoked(str(form["token"]))
        token = request.headers["Authorization"].removeprefix("Bearer ")
        return web.Response(status=200 if token in self.accesses else 401)

    def _token(self, form: Json) -> web.Response:
        if (form["client_id"], form["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        if form["grant_type"] == "refresh_token":
            return self._refreshed(form["refresh_token"])
        code = self.codes.pop(form["code"], None)
        if code is None or not _is_proof(code.asked, form):
            return web.json_response({"error": "invalid_grant"}, status=400)
        refresh = f"1//{secrets.token_urlsafe(8)}"
        self.refreshes[refresh] = code.subject
        scopes = code.asked["scope"].split() if self.agrees_to is None else self.agrees_to
        given = {"scope": " ".join(scopes), "refresh_token": refresh, "id_token": self.id_token(code)}
        return web.json_response(self._access(refresh) | given)

    def _refreshed(self, refresh: str) -> web.Response:
        if refresh not in self.refreshes:
            return web.json_response({"error": "invalid_grant"}, status=400)
        if not self.rotates:
            return web.json_response(self._access(refresh))
        newer = f"1//{secrets.token_urlsafe(8)}"
        self.refreshes[newer] = self.refreshes.pop(refresh)
        return web.json_response(self._access(newer) | {"refresh_token": newer})

    def _access(self, refresh: str) -> Json:
        access = f"ya29.{secrets.token_urlsafe(8)}"
        self.accesses[access] = refresh
        return {"access_token": access, "token_type": "Bearer", "expires_in": self.lasts}

    def _revoked(self, token: str) -> web.Response:
        subject = self.refreshes.get(token)
        if subject is None:
            return web.json_response({"error": "invalid_token"}, status=400)
        # Whatever an account has granted ends with any of it, as at Google.
        self.refreshes = {other: whose for other, whose in self.refreshes.items() if whose != subject}
        self.expire()
        return web.json_response({})

    def id_token(self, code: Code) -> str:
        claims = {
            "iss": ACCOUNTS,
            "aud": CLIENT_ID,
            "sub": code.subject,
            "email": code.email,
            "nonce": code.asked["nonce"],
            "exp": int(self.clock().timestamp()) + 3600,
        }
        given = {name: value for name, value in (claims | self.claims).items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, given, self.key, ["RS256"])


def _is_proof(asked: dict[str, str], form: Json) -> bool:
    """RFC 7636 4.6, and RFC 6749 4.1.3."""
    digest = sha256(str(form["code_verifier"]).encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    is_same = asked["code_challenge_method"] == "S256" and asked["code_challenge"] == challenge
    return is_same and asked["redirect_uri"] == form["redirect_uri"]


class GrantedAdapter(AskingAdapter):
    """Asks for its calendars."""

    address = f"{API}/calendars"

    async def authenticate(self) -> Account:
        await self._look()
        return replace(self._who, subject="as the adapter says", name="likewise")


def granting_provider(
    world: World, name: str = "granting", revoke_url: str | None = f"{API}/revoke"
) -> Provider:
    return Provider(
        name=name,
        title="Granting",
        sign_in=OAuth2(
            server=API,
            authorize_url=f"{ACCOUNTS}/page",
            token_url=f"{API}/token",
            scopes=SCOPES,
            issuer=ACCOUNTS,
            keys_url=f"{API}/keys",
            revoke_url=revoke_url,
            parameters={"access_type": "offline", "prompt": "consent"},
        ),
        adapter=lambda client, account: GrantedAdapter(world, client, account),
    )


class _Egress(Egress):
    """The real one, but for the provider with a form, which has no server."""

    def client(self, provider: Provider, server: str, authorization: str) -> Client:
        if isinstance(provider.sign_in, Password):
            return MemoryEgress().client(provider, server, authorization)
        return super().client(provider, server, authorization)


@asynccontextmanager
async def granting_server(
    house: House, name: str = "granting", world: World | None = None
) -> AsyncIterator[Granting]:
    """The server, and a house one of whose providers it is; its calendars are those of ``world``."""
    granting = Granting(lambda: house.now)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", granting.receive)
    async with TestServer(app, host="127.0.0.1") as server:
        granting.origin = str(server.make_url("")).rstrip("/")
        provider = granting_provider(world or house.world, name)
        way = stand_ins(provider, granting.origin)
        async with _Egress(allow_private_addresses=True, stand_ins=way) as egress:
            others = house.services.registry.providers
            register(house, provider, (CLIENT_ID, CLIENT_SECRET), egress, others)
            yield granting
