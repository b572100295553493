"""WebDAV bodies: what is asked, and how a multistatus is read (RFC 4918 13, RFC 4791 7.9, RFC 6578 3.2)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from metonic_apple.errors import MULTISTATUS
from metonic_apple.paths import path_of
from metonic_apple.xmltext import root_of
from metonic_core.spi import Answer, NotACalendarServer

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
APPLE = "{http://apple.com/ns/ical/}"
SERVER = "{http://calendarserver.org/ns/}"
GETETAG, GETCTAG = f"{DAV}getetag", f"{SERVER}getctag"

_OPENING = '<?xml version="1.0" encoding="utf-8"?>\n'
_PREFIXES = {DAV: "", CALDAV: "C:", APPLE: "A:", SERVER: "S:"}
_NAMESPACES = " ".join(f'xmlns{":" * bool(p)}{p[:-1]}="{space[1:-1]}"' for space, p in _PREFIXES.items())
_STATUS = re.compile(r"\s*\S+\s+([0-9]{3})(?!\S)")


@dataclass(frozen=True, slots=True)
class Member:
    """One response: ``status`` where the resource as a whole has one, else the properties that were found."""

    path: str
    status: int | None
    properties: Mapping[str, Element]

    def text(self, name: str) -> str:
        """The text of a property, stripped; empty if it is not there."""
        found = self.properties.get(name)
        return (found.text or "").strip() if found is not None else ""

    def hrefs(self, name: str) -> list[str]:
        """The hrefs in a property."""
        found = self.properties.get(name)
        return [e.text.strip() for e in found.iter(f"{DAV}href") if e.text] if found is not None else []

    def has(self, name: str, inner: str) -> bool:
        """Whether the property has that element anywhere inside."""
        found = self.properties.get(name)
        return found is not None and next(found.iter(inner), None) is not None


@dataclass(frozen=True, slots=True)
class Multistatus:
    """All responses of an answer, and its sync token if it has one."""

    members: tuple[Member, ...]
    token: str | None = None


def propfind(*properties: str) -> bytes:
    """Ask for these properties by name: iCloud's allprop leaves some out."""
    return f"{_OPENING}<propfind {_NAMESPACES}>{_prop(properties)}</propfind>".encode()


def sync_collection(token: str) -> bytes:
    """Ask what changed since the token, empty for everything; only etags.

    Never DAV:limit: some servers cut the list there and hand out a token as if it were whole.
    """
    asked = f"<sync-token>{escape(token)}</sync-token><sync-level>1</sync-level>{_prop([GETETAG])}"
    return f"{_OPENING}<sync-collection {_NAMESPACES}>{asked}</sync-collection>".encode()


def multiget(paths: Iterable[str], names: Iterable[str] = (GETETAG, f"{CALDAV}calendar-data")) -> bytes:
    """Ask for these properties of these resources: their etag and text."""
    hrefs = "".join(f"<href>{escape(path)}</href>" for path in paths)
    asked = _prop(names) + hrefs
    return f"{_OPENING}<C:calendar-multiget {_NAMESPACES}>{asked}</C:calendar-multiget>".encode()


def _prop(names: Iterable[str]) -> str:
    spaces = ((name.partition("}")[0] + "}", name.partition("}")[2]) for name in names)
    return "<prop>" + "".join(f"<{_PREFIXES[space]}{local}/>" for space, local in spaces) + "</prop>"


def multistatus(answer: Answer) -> Multistatus:
    """The multistatus in that answer; raises NotACalendarServer for anything else."""
    found = within(answer) if answer.status == MULTISTATUS else None
    if found is None:
        raise NotACalendarServer(
            "That address is not a CalDAV server: it answered with something else than WebDAV."
        )
    return found


def within(answer: Answer) -> Multistatus | None:
    """The multistatus in that answer, whatever its status, if it has one."""
    root = root_of(answer.body, answer.headers.get("content-type", ""))
    if root is None or root.tag != f"{DAV}multistatus":
        return None
    members = tuple(m for response in root.iter(f"{DAV}response") for m in _members(response, answer.url))
    token = root.find(f"{DAV}sync-token")
    return Multistatus(members, (token.text or "").strip() or None if token is not None else None)


def _members(response: Element, base: str) -> Iterator[Member]:
    """Mostly one: a status may be said of several hrefs at once.

    What has no address is left out, so that no other member suffers from it.
    """
    found: dict[str, Element] = {}
    for propstat in response.findall(f"{DAV}propstat"):
        # iCloud sends properties it does not have, empty, in a second propstat with 404.
        if _is_good(_status(propstat)):
            found |= {e.tag: e for prop in propstat.findall(f"{DAV}prop") for e in prop}
    status = _status(response)
    for href in response.findall(f"{DAV}href"):
        try:
            path = path_of(base, (href.text or "").strip())
        except NotACalendarServer:
            continue
        yield Member(path, status, found)


def _status(element: Element) -> int | None:
    found = _STATUS.match(element.findtext(f"{DAV}status") or "")
    return int(found.group(1)) if found else None


def _is_good(status: int | None) -> bool:
    return status is None or 200 <= status < 300  # noqa: PLR2004 - 2xx; iCloud has sent an empty status for success
