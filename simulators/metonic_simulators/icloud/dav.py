"""The XML of WebDAV: reading and writing multistatus documents (RFC 4918 14) and moving things in them."""

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

XML = "application/xml; charset=utf-8"
MULTISTATUS = 207

D, C, CS = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
HREF, RESPONSE, PROPSTAT, PROP, STATUS = f"{D}href", f"{D}response", f"{D}propstat", f"{D}prop", f"{D}status"
TOKEN, ETAG, NAME, TYPE = f"{D}sync-token", f"{D}getetag", f"{D}displayname", f"{D}resourcetype"
CTAG, DATA = f"{CS}getctag", f"{C}calendar-data"
OK, MISSING, FULL = "HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.1 507 Insufficient Storage"

_CALDAV_CONDITIONS = (
    *("calendar-collection-location-ok", "initialize-calendar-collection", "max-attendees-per-instance"),
    *("max-date-time", "max-instances", "max-resource-size", "min-date-time", "no-uid-conflict"),
    *("supported-calendar-component", "supported-calendar-data", "supported-filter", "valid-calendar-data"),
    *("valid-calendar-object-resource", "unique-scheduling-object-resource"),
    *("same-organizer-in-all-components", "allowed-organizer-scheduling-object-change"),
    "allowed-attendee-scheduling-object-change",
)


def parsed(body: bytes) -> Element | None:
    try:
        root: Element = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return root


def written(root: Element) -> bytes:
    """The document; a carriage return is written so that a reader sees it (XML 1.0, 2.11)."""
    document: bytes = tostring(root, "utf-8", xml_declaration=True)
    return document.replace(b"\r", b"&#13;")


def local(element: Element) -> str:
    """The name without its namespace."""
    return element.tag.rpartition("}")[2]


def responses(root: Element) -> list[Element]:
    return root.findall(RESPONSE)


def path_of(member: Element) -> str:
    """The path of a response's href, spelled as in the document."""
    return urlsplit(member.findtext(HREF) or "").path


def every_href(root: Element) -> Iterator[Element]:
    """The hrefs that name a response."""
    for member in responses(root):
        yield from member.findall(HREF)


def found(member: Element) -> Iterator[Element]:
    """The properties that were found: those of a propstat with a status of 2xx."""
    for stat in member.findall(PROPSTAT):
        if " 2" in stat.findtext(STATUS, ""):
            yield from stat.findall(f"{PROP}/*")


def response(href: str, properties: Iterable[Element] = (), missing: Iterable[Element] = ()) -> Element:
    """A response with properties that were found and others that were not."""
    made = Element(RESPONSE)
    SubElement(made, HREF).text = href
    for status, group in ((OK, list(properties)), (MISSING, list(missing))):
        if group:
            made.append(propstat(status, group))
    return made


def propstat(status: str, properties: Iterable[Element]) -> Element:
    made = Element(PROPSTAT)
    SubElement(made, PROP).extend(properties)
    SubElement(made, STATUS).text = status
    return made


def told(href: str, status: str, *, condition: str = "") -> Element:
    """A response about the resource as a whole."""
    made = Element(RESPONSE)
    SubElement(made, HREF).text = href
    SubElement(made, STATUS).text = status
    if condition:
        made.append(error(condition))
    return made


def multistatus(*members: Element, token: str | None = None) -> Element:
    root = Element(f"{D}multistatus")
    root.extend(members)
    if token is not None:
        SubElement(root, TOKEN).text = token
    return root


def error(*conditions: str) -> Element:
    root = Element(f"{D}error")
    for name in conditions:
        SubElement(root, (C if name in _CALDAV_CONDITIONS else D) + name)
    return root


def leaf(tag: str, text: str) -> Element:
    made = Element(tag)
    made.text = text
    return made


def link(tag: str, *hrefs: str) -> Element:
    """A property that names resources."""
    made = Element(tag)
    made.extend(leaf(HREF, href) for href in hrefs)
    return made


def without(root: Element, is_unwanted: Callable[[Element], bool]) -> None:
    """Leave out responses."""
    for member in responses(root):
        if is_unwanted(member):
            root.remove(member)


def hide(root: Element, *tags: str) -> None:
    """Tell properties as missing that were found."""
    for member in responses(root):
        hidden = [prop for prop in found(member) if prop.tag in tags]
        for prop in [prop for stat in member.findall(PROPSTAT) for prop in stat.findall(PROP)]:
            for one in hidden:
                if one in list(prop):
                    prop.remove(one)
        if hidden:
            member.append(propstat(MISSING, [Element(one.tag) for one in hidden]))


def retoken(root: Element, token: str) -> None:
    """Put another sync token in a request or an answer."""
    found_token = root.find(TOKEN)
    if found_token is None:
        found_token = SubElement(root, TOKEN)
    found_token.text = token


def nested(tag: str, *inner: str) -> Element:
    """An element with empty ones in it."""
    made = Element(tag)
    made.extend(Element(name) for name in inner)
    return made


def unprefix(element: Element, inherited: str = "") -> None:
    """Names without prefixes, by default namespaces."""
    space, _, name = element.tag.removeprefix("{").rpartition("}")
    if space != inherited:
        element.set("xmlns", space)
    element.tag = name
    for inner in element:
        unprefix(inner, space)
