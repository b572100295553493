"""How servers spell and fill multistatus documents (RFC 4918 13)."""

import copy
import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from metonic_simulators.icloud import dav
from metonic_simulators.icloud.exchange import Answer, Asked, Go
from metonic_simulators.icloud.quirks.asking import listing, multiget, propfind
from metonic_simulators.icloud.world import Quirk, World

_PLAIN = re.compile(rb"[A-Za-z0-9./]")
_BEARABLE = re.compile(r"%(2[146789ABC]|3[ABD]|40|7E)", re.IGNORECASE)


async def empty_propstat(_: World, asked: Asked, go: Go) -> Answer:
    def doubled(root: Element) -> None:
        for member in dav.responses(root):
            tags = {one.tag for one in dav.found(member)} & {dav.CTAG, dav.NAME}
            if tags:
                member.append(dav.propstat(dav.MISSING, [Element(tag) for tag in sorted(tags)]))

    return (await go(asked)).edit(doubled)


async def empty_status(_: World, asked: Asked, go: Go) -> Answer:
    def marked(root: Element) -> None:
        for member in dav.responses(root):
            if dav.path_of(member).endswith("/"):
                member.append(Element(dav.STATUS))

    return (await go(asked)).edit(marked)


async def unprefixed(_: World, asked: Asked, go: Go) -> Answer:
    return (await go(asked)).edit(dav.unprefix)


async def absolute_hrefs(_: World, asked: Asked, go: Go) -> Answer:
    return (await go(_read_back(asked, str))).edit(_respelled(lambda path: asked.origin + path))


async def entry_host_hrefs(world: World, asked: Asked, go: Go) -> Answer:
    return (await go(_read_back(asked, str))).edit(_respelled(lambda path: world.entry + path))


async def percent_encoded_hrefs(_: World, asked: Asked, go: Go) -> Answer:
    return (await go(_read_back(asked, unquote))).edit(_respelled(_encoded))


async def decoded_hrefs(_: World, asked: Asked, go: Go) -> Answer:
    return (await go(asked)).edit(_respelled(lambda path: _BEARABLE.sub(lambda one: unquote(one[0]), path)))


async def missing_as_propstat(_: World, asked: Asked, go: Go) -> Answer:
    def moved(root: Element) -> None:
        for member in dav.responses(root):
            if " 404 " in member.findtext(dav.STATUS, ""):
                root.remove(member)
                root.append(dav.response(dav.path_of(member), missing=[Element(dav.ETAG), Element(dav.DATA)]))

    return (await go(asked)).edit(moved)


async def read_only_privileges(_: World, asked: Asked, go: Go) -> Answer:
    def reduced(root: Element) -> None:
        for rights in root.iter(f"{dav.D}current-user-privilege-set"):
            for right in list(rights):
                if right.find(f"{dav.D}read") is None:
                    rights.remove(right)
            if not len(rights):
                rights.append(dav.nested(f"{dav.D}privilege", f"{dav.D}read"))

    return (await go(asked)).edit(reduced)


def _respelled(spell: Callable[[str], str]) -> Callable[[Element], None]:
    def change(root: Element) -> None:
        for href in dav.every_href(root):
            href.text = spell(urlsplit(href.text or "").path)

    return change


def _encoded(path: str) -> str:
    """Percent-encoded where it need not be, which is the same path (RFC 3986 6.2.2.2)."""
    return "".join(
        chr(octet) if _PLAIN.match(bytes([octet])) else f"%{octet:02X}" for octet in unquote(path).encode()
    )


def _read_back(asked: Asked, spell: Callable[[str], str]) -> Asked:
    """A server that spells otherwise understands its own spelling."""
    root = copy.deepcopy(asked.xml) if asked.hrefs else None
    if root is None:
        return asked
    for href in root.findall(dav.HREF):
        href.text = spell(urlsplit(href.text or "").path)
    return asked.with_xml(root)


QUIRKS = (
    Quirk(
        "empty-propstat",
        propfind,
        empty_propstat,
        "A second propstat, with status 404, names `getctag` and `displayname` again, empty.",
        "org-caldav#305 (iCloud); AndroidCaldavSyncAdapater#186",
    ),
    Quirk(
        "unprefixed",
        listing,
        unprefixed,
        "No element has a prefix: each says its namespace where that is not its parent's.",
        "org-caldav#305 (iCloud)",
    ),
    Quirk(
        "empty-status",
        listing,
        empty_status,
        "Responses about collections have an empty `status`.",
        "org-caldav#305 (iCloud)",
    ),
    Quirk("absolute-hrefs", listing, absolute_hrefs, "Hrefs are whole URLs.", "RFC 4918 8.3"),
    Quirk(
        "entry-host-hrefs",
        listing,
        entry_host_hrefs,
        "Hrefs are whole URLs on the entry host, whichever host was asked.",
        "python-caldav iCloud probe",
    ),
    Quirk(
        "percent-encoded-hrefs",
        listing,
        percent_encoded_hrefs,
        "Hrefs are percent-encoded where the client's were not.",
        "measured on Radicale 3.9.0 (`x@y.ics` becomes `x%40y.ics`)",
    ),
    Quirk(
        "decoded-hrefs",
        listing,
        decoded_hrefs,
        "Hrefs are not percent-encoded where a path can do without (`@`, `:`, `'` and the like).",
        "measured on Xandikos 0.4.10; zm-mailbox#1129, sabre-io/dav#498 (one server spells in two ways)",
    ),
    Quirk(
        "missing-as-propstat",
        multiget,
        missing_as_propstat,
        "A multiget tells a missing resource by properties that are missing, not by a status.",
        "RFC 4918 14.24 allows both",
    ),
    Quirk(
        "read-only-privileges",
        propfind,
        read_only_privileges,
        "`current-user-privilege-set` grants reading alone.",
        "RFC 3744 5.4: subscribed and shared calendars, holidays",
    ),
)
