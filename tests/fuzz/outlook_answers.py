"""What must hold of any answer of Graph's, alone or in a batch: all ends well or with an error by name."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.fuzz.kept import WINDOW, check_answer, check_change, check_error
from tests.fuzz.outlook_events import adapter_at
from tests.fuzz.outlook_server import CALENDAR, Damage, Item, Mailbox
from tests.plugins.outlook.others_bodies import all_day, cancelled, event, exception, series

from metonic_core.spi import (
    Channel,
    ChannelAsk,
    Content,
    Create,
    Delete,
    Outcome,
    ProviderError,
    Seen,
    Stored,
    Timed,
    Update,
    Write,
)
from metonic_outlook.adapter import OutlookAdapter

_TEN = datetime(2028, 3, 7, 10)  # noqa: DTZ001 - wall time
_LESSON = Content("Lesson", Timed(_TEN, _TEN.replace(hour=11), "Europe/Berlin"))
_UNTIL = datetime(2028, 1, 1, tzinfo=UTC)
_ASK = ChannelAsk("channel", "secret", "https://us.example.com/", _UNTIL)
_CHANNEL = Channel("channel", "secret", "subscription", _UNTIL)
_IDENTITY = UUID(int=7)
_FAULTS = (200, 201, 204, 302, 400, 401, 403, 404, 408, 409, 410, 412, 413, 424, 429, 500, 503, 504, 999, 0)
_HEADERS: tuple[Mapping[str, str], ...] = (
    {},
    {},
    {"retry-after": "9" * 400},
    {"retry-after": "2.128"},
    {"retry-after": "-1"},
    {"retry-after": "nan"},
    {"date": "Fri, 99 Foo 2026"},
    {"date": "Fri, 26 Nov 2027 10:00:00 GMT"},
)
IDS = ["single", "lessons", "days", "unknown"]
_SERIES = ["lessons", "days"]
_DELTA = '{"path":"/me/calendars/home%3D/calendarView/delta?$deltatoken=before"}'


def held() -> list[Item]:
    """What is in the calendar: a single event, and two series of which an occurrence differs."""
    differing = {**exception("14", subject="Exam"), "seriesMasterId": "lessons"}
    off = [cancelled("2028-03-21")]
    return [
        event(id="single"),
        series(id="lessons", cancelledOccurrences=off, exceptionOccurrences=[differing]),
        series(**all_day(id="days", type="seriesMaster", recurrence=series()["recurrence"])),
    ]


async def _hydrated(adapter: OutlookAdapter) -> Sequence[object]:
    found = await adapter.hydrate(CALENDAR, IDS)
    assert [check_change(one) for one in found] == IDS, "another event than was asked for"
    return found


async def _hydrated_one(adapter: OutlookAdapter) -> Sequence[object]:
    (found,) = await adapter.hydrate(CALENDAR, ["lessons"])
    assert check_change(found) == "lessons", "another event than was asked for"
    return [found]


async def _found(adapter: OutlookAdapter) -> Sequence[object]:
    """What is found was made as what was asked for."""
    (found,) = await adapter.find_events(CALENDAR, [_IDENTITY])
    assert all(one.identity == str(_IDENTITY) for one in found)
    return [Seen(one) for one in found]


async def _changed(adapter: OutlookAdapter) -> Sequence[object]:
    page = await adapter.get_changes(CALENDAR, _DELTA, WINDOW)
    return [*page.changes, page.more or "", page.done or ""]


async def _read_all(adapter: OutlookAdapter) -> Sequence[object]:
    page = await adapter.get_events(CALENDAR, WINDOW)
    return [*page.changes, page.more or ""]


async def _listed(adapter: OutlookAdapter) -> Sequence[object]:
    return await adapter.list_calendars()


async def _signed_in(adapter: OutlookAdapter) -> Sequence[object]:
    return [await adapter.authenticate()]


async def _written(adapter: OutlookAdapter) -> Sequence[object]:
    read = await adapter.hydrate(CALENDAR, ["single"])
    known = [one.event for one in read if isinstance(one, Seen)]
    writes: list[Write] = [
        Create(_IDENTITY, "v1;marker", _LESSON),
        *(Update(e.id, e.etag, _LESSON, frozenset({"title", "visibility"})) for e in known),
        Delete("lessons", "series-0"),
    ]
    return _of(writes, await adapter.write_events(CALENDAR, writes))


async def _series_written(adapter: OutlookAdapter) -> Sequence[object]:
    read = await adapter.hydrate(CALENDAR, _SERIES)
    writes: list[Write] = [
        Update(one.event.id, one.event.etag, _LESSON, frozenset({"title", "notes"}), "v1;marker")
        for one in read
        if isinstance(one, Seen)
    ]
    return _of(writes, await adapter.write_events(CALENDAR, writes))


def _of(writes: Sequence[Write], outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    assert len(outcomes) == len(writes), "a write without an outcome"
    for write, outcome in zip(writes, outcomes, strict=True):
        if not isinstance(outcome, Stored):
            continue
        if isinstance(write, Create):
            assert outcome.event.identity == str(write.identity), "another event than was made"
        else:
            assert outcome.event.id == write.id, "another event than was written"
    return outcomes


async def _opened(adapter: OutlookAdapter) -> Sequence[object]:
    return [await adapter.setup_webhook(CALENDAR, _ASK)]


async def _renewed(adapter: OutlookAdapter) -> Sequence[object]:
    return [await adapter.renew_webhook(CALENDAR, _CHANNEL, _UNTIL)]


async def _closed(adapter: OutlookAdapter) -> Sequence[object]:
    await adapter.stop_webhook(CALENDAR, _CHANNEL)
    return []


_ASKED: tuple[Callable[[OutlookAdapter], Coroutine[Any, Any, Sequence[object]]], ...] = (
    _hydrated,
    _hydrated_one,
    _found,
    _changed,
    _read_all,
    _listed,
    _signed_in,
    _written,
    _series_written,
    _opened,
    _renewed,
    _closed,
)
_IN_BATCHES = (_hydrated, _written, _series_written, _read_all)


def judged_answer(runner: asyncio.Runner, text: str, turn: int) -> str:
    """What came of asking for something, one answer to which is that text."""
    kind, rest = turn % len(_ASKED), turn // len(_ASKED)
    status = _FAULTS[rest // 3 % len(_FAULTS)] if rest % 3 == 0 else 200
    damage = Damage(1 + rest % 5, status, _HEADERS[turn % len(_HEADERS)], text)
    return _judged(runner, _ASKED[kind], damage)


def judged_batch(runner: asyncio.Runner, text: str, turn: int) -> str:
    """Likewise of a batch, as a whole."""
    kind, rest = turn % len(_IN_BATCHES), turn // len(_IN_BATCHES)
    status = _FAULTS[rest // 8 % len(_FAULTS)] if rest % 8 == 0 else 200
    damage = Damage(1 + rest % 4, status, _HEADERS[turn % len(_HEADERS)], text, is_batch=True)
    return _judged(runner, _IN_BATCHES[kind], damage)


def _judged(
    runner: asyncio.Runner,
    ask: Callable[[OutlookAdapter], Coroutine[Any, Any, Sequence[object]]],
    damage: Damage,
) -> str:
    what = ask.__name__.strip("_") + (" in batches" if damage.is_batch else "")
    try:
        found = runner.run(ask(adapter_at(Mailbox(held(), damage=damage))))
    except ProviderError as error:
        check_error(error)
        return f"{what}: {type(error).__name__}"
    for one in found:
        check_answer(one)
    return what
