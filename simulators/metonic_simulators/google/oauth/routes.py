"""The addresses of sign-in, on one origin: at Google they are on several hosts."""

from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from metonic_simulators.google import errors
from metonic_simulators.google.oauth import consent, exchange
from metonic_simulators.google.oauth.claims import ISSUER
from metonic_simulators.google.oauth.consent import ALWAYS, Request
from metonic_simulators.google.people import rapt
from metonic_simulators.google.world import World
from metonic_simulators.wire import sign_in
from metonic_simulators.wire.log import Entry
from metonic_simulators.wire.sign_in import PageError, Pages, SentBack
from metonic_simulators.wire.signing import Keys

CONSENT = "/o/oauth2/v2/consent"
AUTH = "/o/oauth2/v2/auth"


class SignIn:
    """``world``: of the moment, as a reset makes another."""

    def __init__(self, world: Callable[[], World], keys: Keys) -> None:
        self._world = world
        self._keys = keys
        self._pages: Pages[Request] = Pages("A stand-in for Google: sign in")

    async def ask(self, request: web.Request) -> web.Response:
        people = self._world().people
        try:
            asked = consent.read(request.query, people)
            if "none" in asked.prompt:
                raise SentBack(consent.without_asking(asked, people))  # noqa: TRY301 - both ways lead there
        except PageError as error:
            return sign_in.problem(f"Error 400: {error.code}", str(error))
        except SentBack as error:
            return sign_in.redirected(error.address)
        key = people.seeds.text("consent", 32)
        users = [(one.email, one.name) for one in people.users.values()]
        chosen = consent.hinted(asked, people)
        scopes = [(one, one not in ALWAYS) for one in asked.scopes]
        return self._pages.opened(key, asked, users, chosen.email if chosen else "", scopes)

    async def answer(self, request: web.Request) -> web.Response:
        """What the form says: ``user``, the ticked ``scope``, ``answer``."""
        form, people = await request.post(), self._world().people
        asked = self._pages.answered(form)
        user = people.users.get(str(form.get("user", "")))
        if asked is None or user is None:
            return sign_in.problem("Error 400: invalid_request", "This page has been answered already.")
        address = asked.back(error="access_denied")
        if form.get("answer") == "allow":
            ticked = frozenset(str(one) for one in form.getall("scope", []))
            address = consent.allowed(asked, people, user, ticked)
        return sign_in.redirected(address)

    async def token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        world = self._world()

        def given() -> dict[str, Any]:
            fault = world.faults.next("POST", "/token", "invalid-rapt", "failing")
            if fault is not None and fault.kind.name == "invalid-rapt":
                raise rapt()
            if fault is not None:
                raise errors.oauth("internal_failure", status=int(fault.option("status")))
            return exchange.token(form, request.headers.get("Authorization", ""), world.people, self._keys)

        return self._answered("token", request, given)

    async def revoke(self, request: web.Request) -> web.Response:
        form = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
        world = self._world()

        def done() -> dict[str, Any]:
            if fault := world.faults.next("POST", "/revoke", "failing"):
                raise errors.oauth("internal_failure", status=int(fault.option("status")))
            world.people.revoke(form.get("token", ""))
            return {}

        return self._answered("revoke", request, done)

    async def token_meaning(self, request: web.Request) -> web.Response:
        form = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
        people = self._world().people
        return self._answered("tokeninfo", request, lambda: exchange.token_meaning(form, people))

    async def person(self, request: web.Request) -> web.Response:
        authorization, people = request.headers.get("Authorization", ""), self._world().people
        return self._answered("userinfo", request, lambda: exchange.person(authorization, people))

    async def certs(self, _: web.Request) -> web.Response:
        return web.json_response(self._keys.public(), headers={"Cache-Control": "public, max-age=19800"})

    async def discovery(self, request: web.Request) -> web.Response:
        """OpenID Connect Discovery 1.0."""
        origin = f"{request.scheme}://{request.host}"
        return web.json_response(
            {
                "issuer": ISSUER,
                "authorization_endpoint": origin + AUTH,
                "token_endpoint": f"{origin}/token",
                "revocation_endpoint": f"{origin}/revoke",
                "userinfo_endpoint": f"{origin}/v1/userinfo",
                "jwks_uri": f"{origin}/oauth2/v3/certs",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["plain", "S256"],
            }
        )

    def _answered(
        self, operation: str, request: web.Request, make: Callable[[], dict[str, Any]]
    ) -> web.Response:
        try:
            status, body, headers = 200, make(), {}
        except errors.Refused as refused:
            status, body, headers = refused.status, refused.body, refused.headers
        world = self._world()
        at = world.clock.now().timestamp()
        world.log.append(
            Entry(at, request.method, request.path, "", operation, status, 0, "", "", part=False)
        )
        return web.json_response(body, status=status, headers={"Cache-Control": "no-store", **headers})


def routes(asked: SignIn) -> Iterable[web.RouteDef]:
    return [
        web.get(AUTH, asked.ask),
        web.post(CONSENT, asked.answer),
        web.post("/token", asked.token),
        web.post("/revoke", asked.revoke),
        web.get("/tokeninfo", asked.token_meaning),
        web.post("/tokeninfo", asked.token_meaning),
        web.get("/v1/userinfo", asked.person),
        web.get("/oauth2/v2/userinfo", asked.person),
        web.get("/oauth2/v3/certs", asked.certs),
        web.get("/.well-known/openid-configuration", asked.discovery),
    ]
