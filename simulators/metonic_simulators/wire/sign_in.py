"""What sign-in is made of at every provider: RFC 6749 and RFC 7636, and a plain page that asks."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Generic, TypeVar
from urllib.parse import SplitResult, unquote_plus, urlencode, urlsplit, urlunsplit

from aiohttp import web

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>
{content}
</body></html>
"""
_FORM = """<form method="post" action="consent">
<input type="hidden" name="request" value="{key}">
<fieldset><legend>Account</legend>
{users}
</fieldset>
<fieldset><legend>What it may do</legend>
{scopes}
</fieldset>
<button name="answer" value="allow">Allow</button>
<button name="answer" value="deny">Deny</button>
</form>"""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
OneRequest = TypeVar("OneRequest")


class PageError(Exception):
    """Shown to the user, as the address to go back to cannot be trusted."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SentBack(Exception):
    """The browser goes back to the client with an error."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def with_query(address: str, told: dict[str, str]) -> str:
    """The address with what is told added to its query."""
    parts = urlsplit(address)
    query = "&".join(one for one in (parts.query, urlencode(told)) if one)
    return urlunsplit(parts._replace(query=query))


def is_https(address: str) -> bool:
    parts = _parts(address)
    return parts is not None and parts.scheme == "https" and bool(parts.netloc)


def is_loopback(address: str) -> bool:
    """On this machine, by http."""
    parts = _parts(address)
    return parts is not None and parts.scheme == "http" and parts.hostname in _LOOPBACK


def _parts(address: str) -> SplitResult | None:
    """None for what is no address."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def basic(authorization: str) -> tuple[str, str] | None:
    """Who a client says that it is by Basic (RFC 6749 2.3.1); none if it does not."""
    scheme, _, text = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def fits(verifier: str, challenge: str, method: str) -> bool:
    """RFC 7636 4.6."""
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest((hashed if method == "S256" else verifier).encode(), challenge.encode())


class Pages(Generic[OneRequest]):
    """The requests whose page is open, by the key of the page."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._asked: dict[str, OneRequest] = {}

    def opened(
        self,
        key: str,
        request: OneRequest,
        users: Sequence[tuple[str, str]],
        chosen: str,
        scopes: Iterable[tuple[str, bool]],
    ) -> web.Response:
        """The page that asks: users by address and name; scopes with whether they can be unticked."""
        self._asked[key] = request
        first = chosen or users[0][0]
        content = _FORM.format(
            key=escape(key),
            users="\n".join(_user(email, name, is_chosen=email == first) for email, name in users),
            scopes="\n".join(_scope(scope, is_free=is_free) for scope, is_free in scopes),
        )
        return shown(self._title, content)

    def answered(self, form: Mapping[str, object]) -> OneRequest | None:
        """The request that the form answers, the first time that it does."""
        return self._asked.pop(str(form.get("request", "")), None)


def shown(title: str, content: str, status: int = 200) -> web.Response:
    """A page; ``content`` is HTML."""
    text = _PAGE.format(title=escape(title), content=content)
    return web.Response(text=text, status=status, content_type="text/html")


def problem(title: str, message: str) -> web.Response:
    return shown(title, f"<p>{escape(message)}</p>", 400)


def redirected(address: str) -> web.Response:
    return web.Response(status=302, headers={"Location": address})


def _user(email: str, name: str, *, is_chosen: bool) -> str:
    mark = " checked" if is_chosen else ""
    return (
        f'<label><input type="radio" name="user" value="{escape(email)}"{mark}> '
        f"{escape(name)} ({escape(email)})</label><br>"
    )


def _scope(scope: str, *, is_free: bool) -> str:
    fixed = "" if is_free else " disabled"
    return (
        f'<label><input type="checkbox" name="scope" value="{escape(scope)}" checked{fixed}> '
        f"{escape(scope)}</label><br>"
    )
