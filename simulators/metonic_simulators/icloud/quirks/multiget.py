"""What goes wrong when many resources are read at once (RFC 4791 7.9)."""

import asyncio
import copy

from metonic_simulators.icloud import dav
from metonic_simulators.icloud.exchange import Answer, Asked, Go, matches, xml_answer
from metonic_simulators.icloud.quirks.asking import get, multiget
from metonic_simulators.icloud.world import Quirk, World


async def phantom(_: World, asked: Asked, go: Go, *, item: str = "*") -> Answer:
    if get(asked):
        return Answer(404) if matches(asked.path, item) else await go(asked)
    unread = [href for href in asked.hrefs if matches(href, item)]
    answer = await _read(asked, go, [href for href in asked.hrefs if href not in unread])
    return answer.edit(lambda root: root.extend(dav.told(href, dav.MISSING) for href in unread))


async def left_out(_: World, asked: Asked, go: Go, *, item: str = "*") -> Answer:
    return await _read(asked, go, [href for href in asked.hrefs if not matches(href, item)])


async def multiget_capped(_: World, asked: Asked, go: Go, *, size: int = 10) -> Answer:
    return await _read(asked, go, asked.hrefs[:size])


async def multiget_fails(_: World, asked: Asked, go: Go, *, above: int = 10, status: int = 500) -> Answer:
    return Answer(status) if len(asked.hrefs) > above else await go(asked)


async def poison(_: World, asked: Asked, go: Go, *, item: str = "*", status: int = 500) -> Answer:
    asked_for = asked.hrefs or [asked.path]
    return Answer(status) if any(matches(href, item) for href in asked_for) else await go(asked)


async def slow_multiget(_: World, asked: Asked, go: Go, *, seconds_each: float = 0.035) -> Answer:
    await asyncio.sleep(seconds_each * len(asked.hrefs))
    return await go(asked)


async def _read(asked: Asked, go: Go, hrefs: list[str]) -> Answer:
    """The answer for these hrefs alone."""
    root = copy.deepcopy(asked.xml)
    if root is None or not hrefs:
        return xml_answer(dav.MULTISTATUS, dav.multistatus())
    for href in root.findall(dav.HREF):
        if href.text not in hrefs:
            root.remove(href)
    return await go(asked.with_xml(root))


def _multiget_or_get(asked: Asked) -> bool:
    return multiget(asked) or get(asked)


QUIRKS = (
    Quirk(
        "phantom",
        _multiget_or_get,
        phantom,
        "Resources that are listed (`item`) answer 404 when they are read.",
        "dankcalendar#108 (iCloud), chroncal#576 (Google)",
    ),
    Quirk(
        "left-out",
        multiget,
        left_out,
        "A multiget says nothing of some hrefs (`item`).",
        "dankcalendar#108 (iCloud)",
    ),
    Quirk(
        "multiget-capped",
        multiget,
        multiget_capped,
        "A multiget answers the first `size` hrefs and is silent about the others.",
        "keeper.sh#461 (Zoho, 1000)",
    ),
    Quirk(
        "multiget-fails",
        multiget,
        multiget_fails,
        "A multiget of more than `above` hrefs fails with `status`.",
        "ccs-calendarserver#514",
    ),
    Quirk(
        "poison",
        _multiget_or_get,
        poison,
        "Whatever reads a certain resource (`item`) fails with `status`.",
        "ccs-calendarserver#514; any server with a broken row",
    ),
    Quirk(
        "slow-multiget",
        multiget,
        slow_multiget,
        "A multiget takes `seconds_each` for every href.",
        "chroncal#768 (iCloud: 30 to 35 s for a calendar)",
    ),
)
