"""Addresses of calendars and events: absolute paths, spelled as the server spells them.

Servers write one resource in several ways: as a URL or as a path, `@` or `%40`. Comparison is by decoded
segment; what is sent back is the server's own spelling.
"""

import re
import string
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit
from uuid import UUID

from metonic_core.spi import NotACalendarServer

_UNRESERVED = frozenset(f"{string.ascii_letters}{string.digits}-._~")
# What a segment of a path may hold encoded or not, besides (RFC 3986 3.3); servers are of all opinions.
_EITHER_WAY = frozenset("!$&'()*+,;=:@")
# Each has two spellings, so that the rarer ones of a name are taken together.
_MOST_KINDS = 3
# Of a name of 255 octets, all of them encoded: what is longer is no name in a file system.
_LONGEST = 3 * 255
_SINGLE = re.compile("[A-Za-z0-9._~-]*")
_ENCODED = re.compile("%([0-9A-Fa-f]{2})")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NO_ADDRESS = "That is no address that a calendar server can have."
_UNENCRYPTED = "That address passes on to one without encryption, where no password is sent."


def resolved(base: str, href: str) -> str:
    """The absolute URL of an href found in the answer from ``base``; raises NotACalendarServer."""
    href = href.strip()
    try:
        # Not urljoin: a path that begins with two slashes (Xandikos has sent one) would name another host.
        url = origin(base) + href if href.startswith("/") else urljoin(base, href)
        origin(url)
    except ValueError as error:
        raise NotACalendarServer(_NO_ADDRESS) from error
    return url


def asked_next(base: str, href: str) -> str:
    """The URL to ask, with the password, because the answer from ``base`` named it.

    What stands behind a proxy that ends the encryption says ``http`` of itself, and means the place that
    answered; anything else that would send the password without encryption raises NotACalendarServer.
    """
    url = resolved(base, href)
    here, there = urlsplit(base), urlsplit(url)
    if there.scheme == "https" or there.scheme == here.scheme == "http":
        return url
    ports = {None, _DEFAULT_PORTS["http"], here.port or _DEFAULT_PORTS["https"]}
    is_here = there.hostname == here.hostname and there.port in ports
    meant = urlunsplit(("https", here.netloc, there.path, there.query, ""))
    if there.scheme == "http" and is_here:
        return meant
    raise NotACalendarServer(_UNENCRYPTED)


def passed_on(base: str, href: str) -> str:
    """The URL to ask because the answer from ``base`` redirects there: as ``asked_next``.

    A redirect to the very place without encryption is refused too, as it would come again and again.
    """
    target = asked_next(base, href)
    if target == base != resolved(base, href):
        raise NotACalendarServer(_UNENCRYPTED)
    return target


def path_of(base: str, href: str) -> str:
    """The path of an href, percent-encoded as the server wrote it, without query or fragment.

    Raises NotACalendarServer.
    """
    if href.startswith("/"):
        return resolved(base, href).removeprefix(origin(base)).partition("?")[0].partition("#")[0]
    path = urlsplit(resolved(base, href)).path
    if not path.startswith("/"):
        # Of an address without a host the path may be another address.
        raise NotACalendarServer(_NO_ADDRESS)
    return path


@lru_cache(maxsize=1024)
def origin(url: str) -> str:
    """Scheme, host and port, without the port that the scheme implies."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def tidy(url: str) -> str:
    """The URL without user, default port, query or fragment."""
    return origin(url) + (urlunsplit(("", "", urlsplit(url).path, "", "")) or "/")


def key(path: str) -> str:
    """What two spellings of one path have in common: an encoded slash stays apart from a real one.

    Names that differ in their Unicode normal form are different names (RFC 3986 6.2.2 knows no such rule): no
    server is known to mix the forms, and one that has both would lose an event.
    """
    return "/".join(_decoded(segment) for segment in path.split("/"))


def _decoded(segment: str) -> str:
    plain = unquote(segment, errors="surrogateescape")
    return plain.replace("%", "%25").replace("/", "%2F")


def collection_key(path: str) -> str:
    """The key of a collection, which some servers name without its final slash."""
    return key(path).rstrip("/") + "/"


def event_id(calendar_id: str, path: str) -> str:
    """The id of a member: its own name as the server spells it, behind the calendar's id.

    So an id stays the same when a server spells the way to the calendar differently from answer to answer.
    What needs no encoding is not encoded, as in the names of what we create; that is the same name everywhere
    (RFC 3986 6.2.2.2).
    """
    parent, slash, name = path.rpartition("/")
    named = _ENCODED.sub(_plain, name)
    return calendar_id + named if key(parent + slash) == key(calendar_id) else parent + slash + named


def _plain(encoded: re.Match[str]) -> str:
    character = chr(int(encoded.group(1), 16))
    return character if character in _UNRESERVED else encoded.group().upper()


def other_ids(event_id: str) -> Sequence[str]:
    """The ids of the same event where its name is spelled otherwise, each kind of character throughout.

    All have the same ``key``. A name like those of what we create has one spelling alone.
    """
    parent, slash, name = event_id.rpartition("/")
    if _SINGLE.fullmatch(name) or len(name) > _LONGEST:
        return ()
    characters = [(_kind(one), one, _percent(one)) for one in unquote(name, errors="surrogateescape")]
    kinds = sorted({kind for kind, _, _ in characters if kind})
    groups = list(filter(None, [*kinds[:_MOST_KINDS], kinds[_MOST_KINDS:]]))
    names = set()
    for choice in product((False, True), repeat=len(groups)):
        bare = {kind for group, is_bare in zip(groups, choice, strict=True) if is_bare for kind in group}
        names.add("".join(one if kind in bare else encoded for kind, one, encoded in characters))
    return [parent + slash + other for other in sorted(names - {name})]


def _kind(character: str) -> str:
    """What is encoded together: nothing for what has one spelling, a blank for all that should be encoded."""
    if character in _EITHER_WAY:
        return character
    has_one = character in _UNRESERVED or character in "%/?#" or not character.isprintable()
    return "" if has_one else " "


def _percent(character: str) -> str:
    if character in _UNRESERVED:
        return character
    return "".join(f"%{octet:02X}" for octet in character.encode("utf-8", "surrogateescape"))


def created_id(calendar_id: str, identity: UUID) -> str:
    """The id of the event that is made with this identity."""
    return f"{calendar_id}{identity}.ics"


def with_scheme(address: str) -> str:
    """The address that somebody typed as a URL: encrypted unless they said otherwise."""
    address = address.strip()
    address = address if "://" in address else f"https://{address}"
    return tidy(resolved(address, address))
