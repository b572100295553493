"""How servers tell what changed, and what becomes of their sync tokens (RFC 6578)."""

import copy
from itertools import count
from xml.etree.ElementTree import Element

from metonic_simulators.icloud import dav
from metonic_simulators.icloud.exchange import Answer, Asked, Go, matches, refused, xml_answer
from metonic_simulators.icloud.quirks.asking import changes, changes_since, propfind
from metonic_simulators.icloud.world import Quirk, Rest, World

_BAD_TOKEN = {
    "403": (403, "valid-sync-token"),
    "412": (412, "valid-sync-token"),
    "415": (415,),
    "418": (418,),
    "500": (500,),
}
_LIMIT = f"{dav.D}limit"


async def silent_reset(_: World, asked: Asked, go: Go) -> Answer:
    def without_gone(root: Element) -> None:
        dav.without(root, lambda member: member.find(dav.STATUS) is not None)

    return (await go(_with_token(asked, ""))).edit(without_gone)


async def bad_token(_: World, __: Asked, ___: Go, *, shape: str = "403") -> Answer:
    status, *conditions = _BAD_TOKEN[shape]
    return refused(int(status), *map(str, conditions))


async def paged(world: World, asked: Asked, go: Go, *, size: int = 2) -> Answer:
    rest = world.rests.get(asked.token)
    if rest is None:
        answer = await go(asked)
        root = dav.parsed(answer.body) if answer.status == dav.MULTISTATUS else None
        if root is None:
            return answer
        rest = Rest(dav.responses(root), root.findtext(dav.TOKEN, ""))
    page, left = rest.members[:size], rest.members[size:]
    token = rest.token
    if left:
        token = f"data:,page-{len(world.rests) + 1}"
        world.rests[token] = Rest(left, rest.token)
        page.append(dav.told(asked.path, dav.FULL, condition="number-of-matches-within-limits"))
    return xml_answer(dav.MULTISTATUS, dav.multistatus(*page, token=token))


async def stuck_paging(_: World, asked: Asked, go: Go) -> Answer:
    answer = await go(asked)
    full = dav.told(asked.path, dav.FULL, condition="number-of-matches-within-limits")

    def without_end(root: Element) -> None:
        root.append(full)
        dav.retoken(root, asked.token)

    return answer.edit(without_end)


async def collection_listed(_: World, asked: Asked, go: Go) -> Answer:
    itself = dav.response(asked.path, [dav.leaf(dav.ETAG, '"the-collection"')])
    return (await go(asked)).edit(lambda root: root.insert(0, itself))


async def no_sync_collection(_: World, asked: Asked, go: Go) -> Answer:
    if changes(asked):
        return refused(403, "supported-report")
    return (await go(asked)).edit(lambda root: dav.hide(root, dav.TOKEN, f"{dav.D}supported-report-set"))


async def no_ctag(_: World, asked: Asked, go: Go) -> Answer:
    return (await go(asked)).edit(lambda root: dav.hide(root, dav.CTAG))


async def limit_ignored(_: World, asked: Asked, go: Go) -> Answer:
    root = copy.deepcopy(asked.xml)
    if root is None:
        return await go(asked)
    for limit in root.findall(_LIMIT):
        root.remove(limit)
    return await go(asked.with_xml(root))


async def limit_loses_the_rest(_: World, asked: Asked, go: Go) -> Answer:
    wanted = asked.xml.findtext(f"{_LIMIT}/{dav.D}nresults") if asked.xml is not None else None
    if wanted is None:
        return await go(asked)
    position = count()
    return (await go(asked)).edit(lambda root: dav.without(root, lambda _: next(position) >= int(wanted)))


async def foreign_member(_: World, asked: Asked, go: Go, *, status: int = 403) -> Answer:
    told = dav.told(f"{asked.path}not-for-you.ics", f"HTTP/1.1 {status} Unusual")
    return (await go(asked)).edit(lambda root: root.insert(0, told))


async def over_limits(_: World, __: Asked, ___: Go) -> Answer:
    return refused(507, "number-of-matches-within-limits")


async def named_twice(_: World, asked: Asked, go: Go, *, item: str = "*") -> Answer:
    def doubled(root: Element) -> None:
        there = [dav.path_of(member) for member in dav.responses(root) if member.find(dav.STATUS) is None]
        root.extend(dav.told(path, dav.MISSING) for path in there if matches(path, item))

    return (await go(asked)).edit(doubled)


def _with_token(asked: Asked, token: str) -> Asked:
    root = copy.deepcopy(asked.xml)
    if root is None:
        return asked
    dav.retoken(root, token)
    return asked.with_xml(root)


def _changes_or_propfind(asked: Asked) -> bool:
    return changes(asked) or propfind(asked)


QUIRKS = (
    Quirk(
        "silent-reset",
        changes_since,
        silent_reset,
        "A token is forgotten without a word: 207 with every resource, and no word of those that are gone.",
        "python-caldav#122 (iCloud); DAViCal, SOGo, Synology, Stalwart (python-caldav compatibility hints)",
    ),
    Quirk(
        "bad-token",
        changes_since,
        bad_token,
        "A token is refused; `shape`: 403 or 412 with `valid-sync-token`, or a bare 415, 418 or 500.",
        "RFC 6578 3.2 and Radicale (403), Xandikos (412), sabre/dav#1075 (415), Nextcloud (418), "
        "Calendar Server (500)",
    ),
    Quirk(
        "paged",
        changes,
        paged,
        "Changes come in pages of `size`; a 507 for the collection says that there is more.",
        "RFC 6578 3.6; Google, Stalwart",
    ),
    Quirk(
        "stuck-paging",
        changes,
        stuck_paging,
        "Every page says 507, and its token is the one that was sent: a client that only asks on never ends.",
        "RFC 6578 3.6, misread",
    ),
    Quirk(
        "collection-listed",
        changes,
        collection_listed,
        "The collection is among the changes, with an etag.",
        "python-caldav iCloud probe; Net::DAVTalk 0.26 changelog",
    ),
    Quirk(
        "foreign-member",
        changes,
        foreign_member,
        "One of the changes has a `status` that says neither changed nor gone.",
        "RFC 6578 3.3 (403 and 405 for members that cannot be synced)",
    ),
    Quirk(
        "no-sync-collection",
        _changes_or_propfind,
        no_sync_collection,
        "There is no `sync-collection`, no `sync-token` and no `supported-report-set`.",
        "Posteo, Robur, GMX, Yahoo (python-caldav compatibility hints)",
    ),
    Quirk("no-ctag", propfind, no_ctag, "Collections have no `getctag`.", "RFC 4791 knows none"),
    Quirk(
        "limit-ignored",
        changes,
        limit_ignored,
        "A `DAV:limit` is not heard.",
        "iCloud (python-caldav probe), Radicale",
    ),
    Quirk(
        "limit-loses-the-rest",
        changes,
        limit_loses_the_rest,
        "A `DAV:limit` cuts the list without a 507; the token is the final one, so the rest is lost.",
        "measured on Xandikos 0.4.10; Nextcloud (python-caldav compatibility hints)",
    ),
    Quirk(
        "over-limits",
        changes,
        over_limits,
        "A `sync-collection` is refused as a whole: 507 with `number-of-matches-within-limits`.",
        "RFC 6578 3.2 and 3.6; Calendar Server; python-caldav#353 (Yandex)",
    ),
    Quirk(
        "named-twice",
        changes,
        named_twice,
        "What is among the changes with its etag (`item`) is among them as gone as well.",
        "RFC 4918 14.24 has each resource once",
    ),
)
