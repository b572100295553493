"""What the sign-in page is asked for, and what comes of the user's answer.

https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from metonic_simulators.graph import scopes
from metonic_simulators.graph.errors import GrantRefused
from metonic_simulators.graph.people import CODE_LIFE, CONSUMERS, Code, People, User
from metonic_simulators.wire.sign_in import PageError, SentBack, is_https, is_loopback, with_query

_MODES = frozenset({"query", "fragment", "form_post"})


@dataclass(frozen=True)
class Request:
    """``scopes`` are short; ``mode``: how the answer goes back."""

    tenant: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    prompt: str
    hint: str
    challenge: str
    method: str
    nonce: str
    mode: str

    def back(self, **parameters: str) -> str:
        """The client's address with what it is told."""
        told = parameters | ({"state": self.state} if self.state else {})
        if self.mode != "fragment":
            return with_query(self.redirect_uri, told)
        return f"{self.redirect_uri}#{with_query('', told).removeprefix('?')}"

    def refused(self, error: str, number: int, message: str) -> SentBack:
        return SentBack(self.back(error=error, error_description=f"AADSTS{number}: {message}"))


def read(tenant: str, query: Mapping[str, str], people: People) -> Request:
    """Raises PageError or SentBack."""
    if tenant not in {"common", "organizations", "consumers", CONSUMERS, people.tenant}:
        raise PageError("invalid_request", f"AADSTS90002: Tenant '{tenant}' not found.")
    client, address = query.get("client_id", ""), query.get("redirect_uri", "")
    if client != people.client_id:
        message = f"Application with identifier '{client}' was not found in the directory."
        raise PageError("unauthorized_client", f"AADSTS700016: {message}")
    if not _is_allowed(address, people.redirect_uris):
        message = f"The redirect URI '{address}' specified in the request does not match."
        raise PageError("invalid_request", f"AADSTS50011: {message}")
    request = Request(
        tenant,
        address,
        tuple(dict.fromkeys(scopes.short(one) for one in query.get("scope", "").split())),
        query.get("state", ""),
        query.get("prompt", ""),
        query.get("login_hint", ""),
        query.get("code_challenge", ""),
        query.get("code_challenge_method", "plain"),
        query.get("nonce", ""),
        query.get("response_mode", "query"),
    )
    _check(request, query)
    return request


def _check(request: Request, query: Mapping[str, str]) -> None:
    """Raises SentBack."""
    if query.get("response_type") != "code":
        message = "The response_type is not supported."
        raise request.refused("unsupported_response_type", 700051, message)
    asked = query.get("scope", "").split()
    if not asked:
        message = "The request body must contain the following parameter: 'scope'."
        raise request.refused("invalid_request", 900144, message)
    if any(scopes.is_foreign(one) for one in asked):
        message = "Provided value for the input parameter scope is not valid: it has several resources."
        raise request.refused("invalid_request", 28000, message)
    if "" in request.scopes:
        message = f"The application asked for a scope that does not exist: {' '.join(asked)}."
        raise request.refused("invalid_scope", 70011, message)
    if request.method not in {"plain", "S256"} or request.mode not in _MODES:
        message = "A parameter of the request is malformed."
        raise request.refused("invalid_request", 9002313, message)


def accounts(request: Request, people: People) -> list[User]:
    """Who can sign in to that tenant."""
    wants_personal = request.tenant in {"common", "consumers", CONSUMERS}
    wants_work = request.tenant not in {"consumers", CONSUMERS}
    return [one for one in people.users.values() if (wants_personal if one.is_personal else wants_work)]


def without_asking(request: Request, people: People) -> str:
    """Where ``prompt=none`` leads; raises SentBack."""
    user = hinted(request, people)
    if user is None:
        raise request.refused("login_required", 50058, "A silent sign-in was asked but no user is signed in.")
    if not set(request.scopes) <= people.granted.get(user.email, frozenset()):
        message = "The user or administrator has not consented to use the application."
        raise request.refused("interaction_required", 65001, message)
    return allowed(request, people, user)


def allowed(request: Request, people: People, user: User) -> str:
    """Where the browser goes after the user allowed what was asked: one cannot allow a part of it.

    Raises SentBack for an account whose administrator decides.
    """
    try:
        people.check(user)
    except GrantRefused as refused:
        raise request.refused(refused.error, refused.number, refused.message) from refused
    people.granted[user.email] = people.granted.get(user.email, frozenset()) | set(request.scopes)
    code = ("M.C5_BAY.2.U." if user.is_personal else "1.AXoA") + people.seeds.text("code", 80)
    people.codes[code] = Code(
        user=user,
        scopes=frozenset(request.scopes),
        redirect_uri=request.redirect_uri,
        challenge=request.challenge,
        method=request.method,
        nonce=request.nonce,
        expires=people.clock.now() + CODE_LIFE,
    )
    return request.back(code=code, session_state=people.new_guid("session"))


def denied(request: Request) -> str:
    """Where the browser goes after the user refused."""
    message = "AADSTS65004: User declined to consent to access the app."
    return request.back(error="access_denied", error_description=message)


def hinted(request: Request, people: People) -> User | None:
    """The user that the client expects, or the only one there is."""
    found = accounts(request, people)
    for user in found:
        if request.hint.lower() in {user.email.lower(), user.id.lower()}:
            return user
    return found[0] if len(found) == 1 else None


def _is_allowed(address: str, known: tuple[str, ...]) -> bool:
    """To the letter, but for the port of a native app."""
    if not known:
        return is_https(address) or is_loopback(address)
    return address in known or (is_loopback(address) and _portless(address) in map(_portless, known))


def _portless(address: str) -> str:
    parts = urlsplit(address)
    if parts.hostname != "localhost":
        return address
    return urlunsplit(parts._replace(netloc=parts.hostname))
