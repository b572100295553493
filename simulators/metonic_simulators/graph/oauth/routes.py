"""The addresses of sign-in: below a tenant, on the same origin as Graph."""

from collections.abc import Callable, Iterable
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from aiohttp import web

from metonic_simulators.graph.errors import GrantRefused
from metonic_simulators.graph.oauth import consent, exchange
from metonic_simulators.graph.oauth.consent import Request
from metonic_simulators.graph.oauth.exchange import ISSUER
from metonic_simulators.graph.world import World
from metonic_simulators.wire import sign_in
from metonic_simulators.wire.log import Entry
from metonic_simulators.wire.sign_in import PageError, Pages, SentBack
from metonic_simulators.wire.signing import Keys

_TITLE = "A stand-in for Microsoft: sign in"
_POSTED = '<form method="post" action="{address}">{fields}<button>Go on</button></form>'


class SignIn:
    """``world``: of the moment, as a reset makes another."""

    def __init__(self, world: Callable[[], World], keys: Keys) -> None:
        self._world = world
        self._keys = keys
        self._pages: Pages[Request] = Pages(_TITLE)

    async def ask(self, request: web.Request) -> web.Response:
        people = self._world().people
        try:
            asked = consent.read(request.match_info["tenant"], request.query, people)
            if asked.prompt == "none":
                return sign_in.redirected(consent.without_asking(asked, people))
            users = [(one.email, one.name) for one in consent.accounts(asked, people)]
            if not users:
                raise PageError("invalid_request", "AADSTS50020: No account can sign in there.")  # noqa: TRY301
        except PageError as error:
            return sign_in.problem(f"Sorry: {error.code}", str(error))
        except SentBack as error:
            return sign_in.redirected(error.address)
        key = people.seeds.text("consent", 32)
        chosen = consent.hinted(asked, people)
        scopes = [(one, False) for one in asked.scopes]
        return self._pages.opened(key, asked, users, chosen.email if chosen else "", scopes)

    async def answer(self, request: web.Request) -> web.Response:
        """What the form says: ``user``, ``answer``."""
        form, people = await request.post(), self._world().people
        asked = self._pages.answered(form)
        user = people.users.get(str(form.get("user", "")))
        if asked is None or user not in consent.accounts(asked, people):
            return sign_in.problem("Sorry", "This page has been answered already, or not by who was asked.")
        address = consent.denied(asked)
        if form.get("answer") == "allow":
            try:
                address = consent.allowed(asked, people, user)
            except SentBack as error:
                address = error.address
        return _posted(address) if asked.mode == "form_post" else sign_in.redirected(address)

    async def token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        world = self._world()
        try:
            _befall(world, request.path)
            authorization = request.headers.get("Authorization", "")
            status, body = 200, exchange.token(form, authorization, world.people, self._keys)
        except GrantRefused as refused:
            status, body = refused.status, _refusal(world, refused, form)
        at = world.clock.now().timestamp()
        world.log.append(Entry(at, "POST", request.path, "", "token", status, 0, "", "", part=False))
        return web.json_response(body, status=status, headers={"Cache-Control": "no-store, no-cache"})

    async def keys(self, _: web.Request) -> web.Response:
        return web.json_response(self._keys.public())

    async def discovery(self, request: web.Request) -> web.Response:
        """OpenID Connect Discovery 1.0; there is no revocation endpoint."""
        tenant = request.match_info["tenant"]
        base = f"{request.scheme}://{request.host}/{tenant}"
        return web.json_response(
            {
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "issuer": ISSUER if tenant == "common" else ISSUER.format(tenantid=tenant),
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "response_modes_supported": ["query", "fragment", "form_post"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
            }
        )


def routes(asked: SignIn) -> Iterable[web.RouteDef]:
    return [
        web.get("/{tenant}/oauth2/v2.0/authorize", asked.ask),
        web.post("/{tenant}/oauth2/v2.0/consent", asked.answer),
        web.post("/{tenant}/oauth2/v2.0/token", asked.token),
        web.get("/{tenant}/discovery/v2.0/keys", asked.keys),
        web.get("/{tenant}/v2.0/.well-known/openid-configuration", asked.discovery),
    ]


def _befall(world: World, path: str) -> None:
    """Raises GrantRefused where it was armed."""
    if fault := world.faults.next("POST", path, "token-refused"):
        number, status = int(fault.option("number")), int(fault.option("status"))
        raise GrantRefused(str(fault.option("code")), number, "It was armed to be so.", status)


def _refusal(world: World, refused: GrantRefused, form: dict[str, str]) -> dict[str, Any]:
    """https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes."""
    if _is_personal(world, form) and world.quirks.is_on("plain-personal-errors"):
        return {"error": refused.error, "error_description": refused.message}
    stamp = f"{world.clock.now():%Y-%m-%d %H:%M:%SZ}"
    trace, correlation = world.people.new_guid("trace"), world.people.new_guid("correlation")
    return {
        "error": refused.error,
        "error_description": f"{refused}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\n"
        f"Timestamp: {stamp}",
        "error_codes": [refused.number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={refused.number}",
    }


def _is_personal(world: World, form: dict[str, str]) -> bool:
    refresh = world.people.refreshes.get(form.get("refresh_token", ""))
    return refresh is not None and refresh.user.is_personal


def _posted(address: str) -> web.Response:
    """The page that posts itself to the client in ``response_mode=form_post``; here somebody has to press."""
    parts = urlsplit(address)
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in parse_qsl(parts.query)
    )
    to = urlunsplit(parts._replace(query=""))
    return sign_in.shown(_TITLE, _POSTED.format(address=escape(to), fields=fields))
