"""What iCloud refuses that other servers answer."""

from xml.etree.ElementTree import Element

from metonic_simulators.icloud import dav
from metonic_simulators.icloud.exchange import Answer, Asked, Go
from metonic_simulators.icloud.quirks.asking import propfind
from metonic_simulators.icloud.world import Quirk, World

_EVENTS = f"{dav.C}filter/{dav.C}comp-filter[@name='VCALENDAR']/{dav.C}comp-filter"


async def strict_queries(_: World, asked: Asked, go: Go) -> Answer:
    root = asked.xml
    if root is None or asked.report == "free-busy-query":
        return Answer(400)
    if asked.report == "calendar-query" and root.find(f"{_EVENTS}[@name='VEVENT']") is None:
        return Answer(400)
    return await go(asked)


async def allprop_untyped(_: World, asked: Asked, go: Go) -> Answer:
    if asked.xml is not None and asked.xml.find(dav.PROP) is not None:
        return await go(asked)
    return (await go(asked)).edit(_untyped)


def _untyped(root: Element) -> None:
    for stat in root.iter(dav.PROP):
        for kind in stat.findall(dav.TYPE):
            stat.remove(kind)


def _report(asked: Asked) -> bool:
    return asked.method == "REPORT"


QUIRKS = (
    Quirk(
        "strict-queries",
        _report,
        strict_queries,
        "400 for a query that does not filter by VEVENT inside VCALENDAR, for `free-busy-query` and for what "
        "is no XML.",
        "calcurse#30; python-caldav iCloud probe",
    ),
    Quirk(
        "allprop-untyped",
        propfind,
        allprop_untyped,
        "A PROPFIND that names no properties is not told the `resourcetype`.",
        "python-caldav iCloud probe",
    ),
)
