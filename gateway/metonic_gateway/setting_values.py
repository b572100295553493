"""What the text of a setting says, where that is more than a word or a number.

What cannot be used raises ValueError with a message that shows nothing of the text.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from metonic_core.spi.errors import Scope
from metonic_core.spi.pace import COUNTED_TOGETHER

_LAST_PORT = 65535
_ORIGIN = re.compile(r"(https?)://([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::([1-9][0-9]{0,4}))?")
_PUBLIC_URL = re.compile(_ORIGIN.pattern + r"((?:/[A-Za-z0-9._~-]+)*)/?", re.IGNORECASE)
_PAGE = re.compile(_ORIGIN.pattern + r"(?:/[!-~]*)?", re.IGNORECASE)
_OURSELVES = {"localhost", "127.0.0.1"}
_USUAL_PORTS = {"http": "80", "https": "443"}
_PROVIDER = re.compile(r"[a-z][a-z0-9_]{0,19}")


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """What a provider knows this installation as; ``secret`` is one."""

    id: str
    secret: str


def read_origins(text: str) -> tuple[str, ...]:
    """Origins, comma separated; ``*`` alone is any."""
    listed = [each.lower() for each in _listed(text)]
    return ("*",) if listed == ["*"] else tuple(_origin(each, n) for n, each in enumerate(listed, 1))


def read_pages(text: str) -> tuple[str, ...]:
    """Addresses of pages, comma separated, as they stand there but for blanks around them."""
    return tuple(_page(each, number) for number, each in enumerate(_listed(text), 1))


def read_public_url(text: str) -> str:
    """The URL at which outsiders reach the service, without a slash at its end."""
    found = _PUBLIC_URL.fullmatch(text.strip())
    if not found or int(found[3] or 0) > _LAST_PORT:
        raise ValueError("must be a URL such as https://sync.example.org, with nothing after its path")
    scheme, host, port, path = found.groups()
    if scheme.lower() == "http" and host.lower() not in _OURSELVES:
        raise ValueError("must begin with https://; http:// is for trials with localhost and 127.0.0.1 alone")
    return f"{scheme}://{host}".lower() + (f":{port}" if port else "") + path


def read_otlp_endpoint(text: str) -> str:
    """The URL of a collector of traces, without a slash at its end."""
    try:
        parts = urlsplit(text.strip())
        is_whole = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:
        is_whole = False
        parts = urlsplit("")
    if not is_whole or parts.scheme not in _USUAL_PORTS:
        raise ValueError("must be a URL such as http://127.0.0.1:4318, with nothing after its path")
    if "@" in parts.netloc:
        raise ValueError("must hold no password: set OTEL_EXPORTER_OTLP_HEADERS, as the collector wants it")
    return text.strip().rstrip("/")


def check_broker_url(text: str) -> None:
    """Nothing, or the URL of RabbitMQ or Redis."""
    _check_server_url(text, ("amqp", "amqps", "redis", "rediss"))


def check_redis_url(text: str) -> None:
    """Nothing, or the URL of Redis."""
    _check_server_url(text, ("redis", "rediss"))


def _check_server_url(text: str, schemes: Sequence[str]) -> None:
    shape = f"must be a URL such as {schemes[0]}://user:password@host:port"
    try:
        parts = urlsplit(text.strip())
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise ValueError(shape) from None
    if text and not (has_host and parts.scheme in schemes):
        raise ValueError(f"{shape}, and begin with {' or '.join(f'{each}://' for each in schemes)}")


def read_oauth_clients(text: str) -> dict[str, OAuthClient]:
    """By the name of the provider, from JSON such as ``{"google": {"id": "...", "secret": "..."}}``."""
    shape = 'must be JSON such as {"google": {"id": "...", "secret": "..."}}'
    clients: dict[str, OAuthClient] = {}
    for name, given in _object(text, shape):
        if name in clients:
            raise ValueError(f"{shape}: {name[:20]} stands there twice")
        if not _PROVIDER.fullmatch(name):
            raise ValueError(f"{shape}: one of its names is not that of a provider")
        match given:
            case {"id": str(own), "secret": str(secret), **others} if (
                own.strip() and secret.strip() and not others
            ):
                clients[name] = OAuthClient(own.strip(), secret.strip())
            case _:
                raise ValueError(f"{shape}: what stands there for {name} is something else")
    return clients


def read_stand_ins(text: str) -> dict[str, str]:
    """Origin by origin, from JSON such as ``{"https://www.example.com": "http://127.0.0.1:9001"}``."""
    shape = 'must be JSON such as {"https://www.example.com": "http://127.0.0.1:9001"}'
    stand_ins: dict[str, str] = {}
    for number, (true, other) in enumerate(_object(text, shape), 1):
        if not isinstance(other, str):
            raise ValueError(shape)  # noqa: TRY004 - pydantic makes a message of this kind only
        try:
            origin, instead = (
                _origin(one.strip().lower().removesuffix("/"), number) for one in (true, other)
            )
        except ValueError:
            raise ValueError(f"{shape}: number {number} has an address with more than an origin") from None
        if origin in stand_ins:
            raise ValueError(f"{shape}: number {number} names an origin that stands there already")
        stand_ins[origin] = instead
    return stand_ins


def read_paces(text: str) -> dict[str, dict[Scope, int]]:
    """By the name of the provider, from JSON such as ``{"google": {"account": 600, "project": 10000}}``."""
    shape = 'must be JSON such as {"google": {"account": 600, "project": 10000}}'
    paces: dict[str, dict[Scope, int]] = {}
    for name, given in _object(text, shape):
        if name in paces or not _PROVIDER.fullmatch(name) or not isinstance(given, dict) or not given:
            raise ValueError(f"{shape}: each provider once, and something for it")
        if not given.keys() <= COUNTED_TOGETHER:
            raise ValueError(f"{shape}: what stands there for {name} is of an account or of the project")
        if not all(type(units) is int and units > 0 for units in given.values()):
            raise ValueError(f"{shape}: what stands there for {name} is more than nothing")
        paces[name] = {Scope(scope): units for scope, units in given.items()}
    return paces


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _origin(text: str, number: int) -> str:
    """The origin as browsers send it (RFC 6454 6.2), without a port that goes without saying."""
    found = _ORIGIN.fullmatch(text)
    scheme, host, port = found.groups() if found else ("", "", None)
    if not host or int(port or 0) > _LAST_PORT:
        raise ValueError(
            f"number {number} is no origin; name them as https://app.example.org, comma separated, or use `*`"
        )
    return f"{scheme}://{host}" if port in {None, _USUAL_PORTS[scheme]} else f"{scheme}://{host}:{port}"


def _page(text: str, number: int) -> str:
    """Absolute and without a fragment (RFC 6749 3.1.2); what stays on the machine needs no TLS (RFC 8252)."""
    found = _PAGE.fullmatch(text)
    is_ours = found is not None and found[2].lower() in _OURSELVES
    is_plain = found is not None and found[1].lower() == "http" and not is_ours
    if found is None or "#" in text or is_plain or int(found[3] or 0) > _LAST_PORT:
        raise ValueError(
            f"number {number} is no address of a page; name them as https://app.example.org/connected, "
            "without a `#`, and with http:// only at localhost and 127.0.0.1"
        )
    return text


class _Object(list[tuple[str, object]]):
    """The members of an object as they were written, twice where they stand there twice."""


def _object(text: str, shape: str) -> Sequence[tuple[str, object]]:
    """The members of the outermost object; what stands in them is made of dicts, their last ones win."""
    if not text.strip():
        return ()
    try:
        found = json.loads(text, object_pairs_hook=_Object)
    except (ValueError, RecursionError):
        raise ValueError(shape) from None
    if not isinstance(found, _Object):
        raise ValueError(shape)  # noqa: TRY004 - likewise
    return [(name, dict(given) if isinstance(given, _Object) else given) for name, given in found]
