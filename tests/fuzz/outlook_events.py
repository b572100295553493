"""What must hold of any item of Outlook's: read or refused by name, hiding no other, and edited."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from tests.fuzz.kept import WINDOW, check_change, check_error, check_kept, storable
from tests.fuzz.outlook_server import CALENDAR, HOST, Item, Mailbox
from tests.plugins.apple.edits import EDITS, OF_TIMES, edits_of, groups_of
from tests.plugins.outlook.others_bodies import event as sound_event

from metonic_core.spi import (
    Account,
    Content,
    Failed,
    Gone,
    ProviderError,
    Stored,
    StoredEvent,
    Touched,
    Unknown,
    Unreadable,
    Update,
)
from metonic_outlook.adapter import OutlookAdapter
from metonic_outlook.items import is_series
from metonic_outlook.reading import Whole

_ROUND = "/me/calendars/home%3D/calendarView/delta"
_CURSORS = (
    None,
    f'{{"path":"{_ROUND}?$deltatoken=before"}}',
    f'{{"path":"{_ROUND}?$skiptoken=second"}}',
    f'{{"path":"{_ROUND}?$skiptoken=second","series":{{"lessons":"hint-0"}}}}',
)
_BEFORE, _AFTER = sound_event(id="sound-before"), sound_event(id="sound-after")
_LINKS = (
    f'"@odata.deltaLink": "https://{HOST}/v1.0{_ROUND}?$deltatoken=next"',
    f'"@odata.nextLink": "https://{HOST}/v1.0{_ROUND}?$skiptoken=next"',
)


def adapter_at(mailbox: Mailbox) -> OutlookAdapter:
    return OutlookAdapter(mailbox, Account("", "Jo", f"https://{HOST}", "jo", zone="Europe/Berlin"))


def judged_event(runner: asyncio.Runner, text: str, turn: int) -> str:
    """What became of the items of the text, in a word or by the reason for which the first is refused."""
    items = _parsed(text)
    if items is None:
        return _judged_broken(runner, text, turn)
    whole = [item for item in items if isinstance(item, dict)]
    check_feed(runner, text, turn)
    if not whole:
        return "no event"
    read = Whole(whole[0], whole[1:]).read
    if isinstance(read, Unreadable):
        check_change(read, is_named=False)
        return read.reason
    if isinstance(read, Gone):
        return "called off"
    adapter, content = adapter_at(Mailbox()), read.event.content
    assert all(adapter.same(group, content, content) for group in content.groups())
    assert all(unfit.reason.endswith(".") for unfit in adapter.fit(content))
    return _judged_edit(runner, whole, read.event, turn) if read.event.id else "without an id"


def _parsed(text: str) -> list[Any] | None:
    """The items, if that is JSON: Python alone refuses numbers of thousands of digits."""
    try:
        found = json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else []


def _judged_broken(runner: asyncio.Runner, text: str, turn: int) -> str:
    try:
        check_feed(runner, text, turn)
    except ProviderError as error:
        return f"a feed that is no JSON: {type(error).__name__}"
    return "a feed that is JSON to Outlook's plugin alone"


def check_feed(runner: asyncio.Runner, text: str, turn: int) -> None:
    """What stands beside them in the feed is told, whatever they are."""
    inner = text.strip().removeprefix("[").removesuffix("]").strip()
    around = [json.dumps(_BEFORE), *([inner] if inner else []), json.dumps(_AFTER)]
    page = f'{{{_LINKS[turn // 4 % 2]}, "value": [{",".join(around)}]}}'
    items = [item for item in _parsed(text) or [] if isinstance(item, dict)]
    adapter = adapter_at(Mailbox(_held(items), page))
    cursor = _CURSORS[turn % len(_CURSORS)]
    found = runner.run(adapter.get_changes(CALENDAR, cursor, WINDOW))
    storable(found.done or "")
    storable(found.more or "")
    told = [check_change(change) for change in found.changes]
    assert {"sound-before", "sound-after"} <= set(told), "an event hides another"
    again = [change.id for change in found.changes if isinstance(change, Touched)]
    read = runner.run(adapter.hydrate(CALENDAR, again))
    assert [check_change(change) for change in read] == again, "another event than was asked for"


def _held(items: Sequence[Item]) -> list[Item]:
    """The first of them as Graph hands it out by its id: with its exceptions, which are the others."""
    return [{**items[0], "exceptionOccurrences": [*items[1:]]}, *items[1:]] if items else []


def _judged_edit(runner: asyncio.Runner, items: Sequence[Item], event: StoredEvent, turn: int) -> str:
    names = [name for name in edits_of(event.content) if event.can_write_time or name not in OF_TIMES]
    name = names[turn % len(names)]
    try:
        wanted = EDITS[name](event.content)
    except (StopIteration, ValueError, OverflowError):
        return "read"
    groups = groups_of(event.content, name)
    write = Update(event.id, event.etag, wanted, groups, "v1;marker" if turn % 2 else None)
    adapter = adapter_at(Mailbox(_held(items)))
    (outcome,) = runner.run(adapter.write_events(CALENDAR, [write]))
    if isinstance(outcome, Failed | Unknown):
        check_error(outcome.error)
        return f"read, its edit refused: {type(outcome.error).__name__}"
    assert isinstance(outcome, Stored)
    assert outcome.event.id == event.id, "another event than was written"
    check_kept(outcome.event)
    if not is_series(items[0]) and wanted.recurrence is None:
        _check_edited(adapter, outcome.event.content, event.content.take(groups, wanted))
    return "read and edited"


def _check_edited(adapter: OutlookAdapter, found: Content, wanted: Content) -> None:
    differing = [g for g in wanted.groups() if not adapter.same(g, found, wanted)]
    assert not differing, f"edited, and it reads otherwise in {differing}"
