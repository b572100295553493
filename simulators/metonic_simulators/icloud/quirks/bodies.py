"""What servers do to the iCalendar text that they keep (RFC 4791 5.3.4)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from metonic_simulators.icloud import dav, text
from metonic_simulators.icloud.exchange import Answer, Asked, Go, matches
from metonic_simulators.icloud.quirks.asking import bodies, names, put
from metonic_simulators.icloud.world import Quirk, World

_FIRST_FETCH = datetime(2026, 1, 1, tzinfo=UTC)
_GARBAGE = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY"


async def duplicate_dtstamp(world: World, asked: Asked, go: Go) -> Answer:
    world.fetches += 1
    stamp = f"DTSTAMP:{_FIRST_FETCH + timedelta(seconds=world.fetches):%Y%m%dT%H%M%SZ}"
    return _with_texts(
        await go(asked),
        asked,
        lambda body: text.each_event(body, lambda event: _before_override(stamp, event)),
    )


async def recurrence_exception(_: World, asked: Asked, go: Go) -> Answer:
    if names(asked, f"{dav.C}time-range"):
        return await go(asked)
    line = "X-RECURRENCE-EXCEPTION:TRUE"
    return _with_texts(
        await go(asked),
        asked,
        lambda body: text.each_event(body, lambda event: _before_override(line, event)),
    )


async def unreadable(_: World, asked: Asked, go: Go, *, item: str = "*") -> Answer:
    return _with_texts(await go(asked), asked, lambda _: _GARBAGE, item)


async def re_serialised(_: World, asked: Asked, go: Go) -> Answer:
    body = asked.body.decode("utf-8", "replace")
    return await go(asked.but(body=text.each_event(body, _sorted).encode()))


def _before_override(line: str, event: list[str]) -> list[str]:
    return [line, *event] if text.has(event, "RECURRENCE-ID") else event


def _sorted(event: list[str]) -> list[str]:
    """Properties in alphabetical order; alarms stay at the end."""
    alarms = next((at for at, line in enumerate(event) if line.upper().startswith("BEGIN:")), len(event))
    return [*sorted([*event[:alarms], "X-APPLE-REWRITTEN:TRUE"]), *event[alarms:]]


def _with_texts(answer: Answer, asked: Asked, change: Callable[[str], str], item: str = "*") -> Answer:
    """The answer after a change of each text in it that is of such an item."""
    if asked.method == "GET":
        if answer.has_succeeded and matches(asked.path, item):
            answer.body = change(answer.body.decode("utf-8", "replace")).encode()
        return answer

    def changed(root: Element) -> None:
        for member in dav.responses(root):
            for data in dav.found(member):
                if data.tag == dav.DATA and matches(dav.path_of(member), item):
                    data.text = change(data.text or "")

    return answer.edit(changed)


QUIRKS = (
    Quirk(
        "duplicate-dtstamp",
        bodies,
        duplicate_dtstamp,
        "Overrides have two DTSTAMP lines, and the first one changes with every fetch.",
        "home-assistant/core#86938, #140087, #153046 (iCloud)",
    ),
    Quirk(
        "recurrence-exception",
        bodies,
        recurrence_exception,
        "Overrides have a X-RECURRENCE-EXCEPTION, or have none, depending on the range of time in the query.",
        "caldir#71 (iCloud)",
    ),
    Quirk(
        "unreadable",
        bodies,
        unreadable,
        "The text of some resources (`item`) is cut off in the middle of a line.",
        "RFC 4791 5.3.2.1 forbids it",
    ),
    Quirk(
        "re-serialised",
        put,
        re_serialised,
        "What was written is kept in another order, folded elsewhere, and with a line more.",
        "measured on Radicale 3.9.0 and Xandikos 0.4.10; iCloud adds X- lines",
    ),
)
