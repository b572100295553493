"""Where iCloud has what: an entry host, a principal by number, a home on a partition host, inboxes in it."""

import copy
import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from multidict import CIMultiDict

from metonic_simulators.icloud import dav
from metonic_simulators.icloud.exchange import Answer, Asked, Go, xml_answer
from metonic_simulators.icloud.quirks.asking import anything, propfind
from metonic_simulators.icloud.world import LAYOUT, Quirk, World

_WELL_KNOWN = "/.well-known/caldav"
_BOXES = {
    "inbox/": f"{dav.C}schedule-inbox",
    "outbox/": f"{dav.C}schedule-outbox",
    "notification/": f"{dav.CS}notification",
}
_PRINCIPALS = frozenset({f"{dav.D}current-user-principal", f"{dav.D}owner", f"{dav.D}principal-URL"})
_HOME = f"{dav.C}calendar-home-set"
_OTHERS = re.compile(r"/\d+/")
_DAV = "1, access-control, calendar-access, calendar-schedule, calendar-auto-schedule"


async def icloud_layout(world: World, asked: Asked, go: Go) -> Answer:
    account, path = world.account, unquote(asked.path)
    if path == _WELL_KNOWN:
        return Answer(301, headers=CIMultiDict({"Location": "/"}))
    if path in {"/", account.principal, "/principal/"}:
        return _about_the_account(world, asked, path)
    if path.removeprefix(account.home) in _BOXES:
        return _about_a_box(world, asked, path.removeprefix(account.home))
    if not path.startswith(account.home):
        return Answer(403 if _OTHERS.match(path) else 404)
    answer = await go(_translated(world, asked))
    if "Location" in answer.headers:
        answer.headers["Location"] = asked.origin + _ours(world, answer.headers["Location"])
    answer.headers["DAV"] = _DAV
    answer.headers.popall("Schedule-Tag", None)
    return answer.edit(lambda root: _translate_back(world, asked, root))


async def principal_without_dsid(_: World, asked: Asked, go: Go) -> Answer:
    def shortened(root: Element) -> None:
        for named in root.iter(f"{dav.D}current-user-principal"):
            for href in named.findall(dav.HREF):
                href.text = "/principal/"

    return (await go(asked)).edit(shortened)


async def unauthenticated(_: World, asked: Asked, go: Go) -> Answer:
    def nobody(root: Element) -> None:
        for named in root.iter(f"{dav.D}current-user-principal"):
            for href in named.findall(dav.HREF):
                href.tag, href.text = f"{dav.D}unauthenticated", None

    return (await go(asked)).edit(nobody)


async def plain_http_links(_: World, asked: Asked, go: Go, *, to: str = "") -> Answer:
    place = to.rstrip("/") or f"http://{urlsplit(asked.origin).netloc}"

    def spelled(root: Element) -> None:
        for href in _links(root):
            href.text = place + urlsplit(href.text or "").path

    return (await go(asked)).edit(spelled)


async def moved_account(world: World, asked: Asked, go: Go, *, status: int = 301) -> Answer:
    if asked.origin == world.partition:
        is_passed_on = 300 <= status < 400  # noqa: PLR2004 - a redirect
        return Answer(
            status, headers=CIMultiDict({"Location": world.entry + asked.path} if is_passed_on else {})
        )

    def leading_here(root: Element) -> None:
        for href in _links(root):
            href.text = (href.text or "").replace(world.partition, world.entry)

    return (await go(asked)).edit(leading_here)


def _links(root: Element) -> list[Element]:
    """The hrefs of principals and homes."""
    named = (f"{dav.D}current-user-principal", _HOME)
    return [href for tag in named for one in root.iter(tag) for href in one.findall(dav.HREF)]


def _about_the_account(world: World, asked: Asked, path: str) -> Answer:
    if asked.method == "OPTIONS":
        return Answer(200, headers=CIMultiDict({"DAV": _DAV}))
    if asked.method != "PROPFIND" or (path != "/" and asked.depth not in {"", "0"}):
        return Answer(400)
    account = world.account
    known = [dav.link(f"{dav.D}current-user-principal", account.principal)]
    if path == "/":
        known.append(dav.nested(dav.TYPE, f"{dav.D}collection"))
        return _told(asked, [(path, known)])
    home = world.partition + account.home
    known += [
        dav.nested(dav.TYPE, f"{dav.D}collection", f"{dav.D}principal"),
        dav.leaf(dav.NAME, account.user.partition("@")[0].title()),
        dav.link(f"{dav.D}principal-URL", account.principal),
        dav.link(_HOME, home),
        dav.link(f"{dav.C}calendar-user-address-set", f"mailto:{account.user}", account.principal),
        dav.link(f"{dav.C}schedule-inbox-URL", f"{home}inbox/"),
        dav.link(f"{dav.C}schedule-outbox-URL", f"{home}outbox/"),
    ]
    return _told(asked, [(path, known)])


def _about_a_box(world: World, asked: Asked, name: str) -> Answer:
    return _told(asked, [_box(world, name)]) if asked.method == "PROPFIND" else Answer(403)


def _box(world: World, name: str) -> tuple[str, list[Element]]:
    known = [dav.nested(dav.TYPE, f"{dav.D}collection", _BOXES[name]), dav.leaf(dav.NAME, name.rstrip("/"))]
    return world.account.home + name, [*known, dav.link(f"{dav.D}owner", world.account.principal)]


def _told(asked: Asked, resources: Iterable[tuple[str, list[Element]]]) -> Answer:
    return xml_answer(dav.MULTISTATUS, dav.multistatus(*(_response(asked, *one) for one in resources)))


def _response(asked: Asked, href: str, known: list[Element]) -> Element:
    """What is known of a resource, as far as it was asked for."""
    named = asked.xml.find(dav.PROP) if asked.xml is not None else None
    if named is None:
        return dav.response(href, known)
    by_tag = {one.tag: one for one in known}
    wanted = [one.tag for one in named]
    return dav.response(
        href,
        [by_tag[tag] for tag in wanted if tag in by_tag],
        [Element(tag) for tag in wanted if tag not in by_tag],
    )


def _translated(world: World, asked: Asked) -> Asked:
    """The request in the calendar server's paths."""
    headers = {}
    if "Destination" in asked.headers:
        headers["Destination"] = _theirs(world, asked.headers["Destination"])
    made = asked.but(headers=headers, path=_theirs(world, asked.path))
    root = copy.deepcopy(asked.xml) if asked.hrefs else None
    if root is None:
        return made
    for href in root.findall(dav.HREF):
        href.text = _theirs(world, href.text or "")
    return made.with_xml(root)


def _translate_back(world: World, asked: Asked, root: Element) -> None:
    for href in root.iter(dav.HREF):
        href.text = _ours(world, href.text or "")
    for one in [found for member in dav.responses(root) for found in dav.found(member)]:
        if one.tag in _PRINCIPALS:
            _link_to(one, world.account.principal)
        elif one.tag == _HOME:
            _link_to(one, world.partition + world.account.home)
        elif one.tag == dav.TYPE:
            for kind in one.findall(f"{dav.D}principal"):
                one.remove(kind)
    dav.hide(root, f"{dav.C}schedule-tag")
    is_home = unquote(asked.path) == world.account.home
    if is_home and propfind(asked) and asked.depth != "0":
        root.extend(_response(asked, *_box(world, name)) for name in _BOXES)


def _link_to(element: Element, href: str) -> None:
    for old in list(element):
        element.remove(old)
    element.append(dav.leaf(dav.HREF, href))


def _theirs(world: World, href: str) -> str:
    """The path at the calendar server; whatever names no resource of the home names none there."""
    path = urlsplit(href).path
    home = world.account.home
    return world.server.home + path[len(home) :] if path.startswith(home) else "/elsewhere" + path


def _ours(world: World, href: str) -> str:
    path = urlsplit(href).path
    home = world.server.home
    if path.startswith(home):
        return world.account.home + path[len(home) :]
    return path.removeprefix("/elsewhere") if path.startswith("/elsewhere") else world.account.principal


QUIRKS = (
    Quirk(
        "principal-without-dsid",
        propfind,
        principal_without_dsid,
        "The principal's path lacks the number of the account.",
        "python-caldav#186 (iCloud)",
    ),
    Quirk(
        "unauthenticated",
        propfind,
        unauthenticated,
        "`current-user-principal` is `unauthenticated`, although user and password were taken.",
        "RFC 5397 3",
    ),
    Quirk(
        "plain-http-links",
        propfind,
        plain_http_links,
        "`current-user-principal` and `calendar-home-set` are whole URLs without encryption: on the host "
        "that was asked, or on `to`.",
        "RFC 4918 8.3; cyrus-imapd#2634, Baikal#1391 (something before the server ends the encryption)",
    ),
    Quirk(
        "moved-account",
        anything,
        moved_account,
        "The account lives on the entry host by now: that says so, and the partition host answers with "
        "`status`: 301 leads there, 404 and 421 do not.",
        "RFC 9110 15.4.2 and 15.5.20; python-caldav#3 (iCloud's partitions)",
    ),
    Quirk(
        LAYOUT,
        anything,
        icloud_layout,
        "The entry host leads by `/.well-known/caldav` and `/` to the principal `/<dsid>/principal/`, and "
        "that to the home, a whole URL on the partition host, with inbox, outbox and notification in it. "
        "400 for a GET of `/` and for a listing of the principal, 403 for the number of another account. No "
        "Schedule-Tag.",
        "python-caldav#3, davx5-ose#1859, lambdabaa/dav#130, org-caldav#151; python-caldav probe",
    ),
)
