"""What the sign-in page is asked for, and what comes of the user's answer.

https://developers.google.com/identity/protocols/oauth2/web-server
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from metonic_simulators.google.people import Code, People, User
from metonic_simulators.wire.sign_in import PageError, SentBack, is_https, is_loopback, with_query

CODE_LIFE = timedelta(minutes=10)
ALWAYS = frozenset({"openid", "email", "profile"})
"""What nobody can untick."""


@dataclass(frozen=True)
class Request:
    """``prompt``: words out of none, consent, select_account; ``hint``: an e-mail or a sub."""

    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    is_offline: bool
    prompt: frozenset[str]
    is_incremental: bool
    hint: str
    challenge: str
    method: str
    nonce: str

    def back(self, **parameters: str) -> str:
        """The client's address with what it is told."""
        told = parameters | ({"state": self.state} if self.state else {})
        return with_query(self.redirect_uri, told)


def read(query: Mapping[str, str], people: People) -> Request:
    """Raises PageError or SentBack."""
    if query.get("client_id") != people.client_id:
        raise PageError("invalid_client", "The OAuth client was not found.")
    redirect_uri = query.get("redirect_uri", "")
    if not _is_allowed(redirect_uri, people.redirect_uris):
        raise PageError(
            "redirect_uri_mismatch", "The redirect URI in the request is not one of the client's."
        )
    request = Request(
        redirect_uri,
        tuple(dict.fromkeys(query.get("scope", "").split())),
        query.get("state", ""),
        query.get("access_type", "online") == "offline",
        frozenset(query.get("prompt", "").split()),
        query.get("include_granted_scopes", "false") == "true",
        query.get("login_hint", ""),
        query.get("code_challenge", ""),
        query.get("code_challenge_method", "plain"),
        query.get("nonce", ""),
    )
    if query.get("response_type") != "code":
        raise PageError("invalid_request", "Required parameter is missing or wrong: response_type")
    if not request.scopes:
        raise PageError("invalid_request", "Missing required parameter: scope")
    if request.method not in {"plain", "S256"}:
        raise PageError("invalid_request", "code_challenge_method is neither plain nor S256.")
    return request


def without_asking(request: Request, people: People) -> str:
    """Where ``prompt=none`` leads: only what was granted before can be given; raises SentBack."""
    user = hinted(request, people)
    if user is None:
        raise SentBack(request.back(error="interaction_required"))
    if not set(request.scopes) <= people.granted.get(user.email, frozenset()):
        raise SentBack(request.back(error="consent_required"))
    return allowed(request, people, user, frozenset(request.scopes))


def allowed(request: Request, people: People, user: User, ticked: frozenset[str]) -> str:
    """Where the browser goes after the user allowed what is ticked."""
    before = people.granted.get(user.email, frozenset())
    given = frozenset(one for one in request.scopes if one in ticked or one in ALWAYS)
    people.granted[user.email] = before | given
    is_first = not given <= before or not before
    code = "4/0A" + people.seeds.text("code", 56)
    people.codes[code] = Code(
        user=user,
        scopes=given | before if request.is_incremental else given,
        redirect_uri=request.redirect_uri,
        challenge=request.challenge,
        method=request.method,
        nonce=request.nonce,
        expires=people.clock.now() + CODE_LIFE,
        has_refresh=request.is_offline and (is_first or "consent" in request.prompt),
    )
    scope = " ".join(sorted(people.codes[code].scopes))
    return request.back(code=code, scope=scope, authuser="0", prompt="consent")


def hinted(request: Request, people: People) -> User | None:
    """The user that the client expects, or the only one there is."""
    for user in people.users.values():
        if request.hint in {user.email, user.sub}:
            return user
    return next(iter(people.users.values())) if len(people.users) == 1 else None


def _is_allowed(address: str, known: tuple[str, ...]) -> bool:
    return address in known if known else is_https(address) or is_loopback(address)
