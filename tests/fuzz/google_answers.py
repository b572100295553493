"""What must hold of any answer of Google's, alone or in a batch: all ends well or with an error by name."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.fuzz.google_events import adapter_at
from tests.fuzz.google_server import CALENDAR, SOUND_TYPE, Calendar, Damage, Item
from tests.fuzz.kept import WINDOW, check_answer, check_change, check_error

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
from metonic_google.adapter import GoogleAdapter

_TEN = datetime(2028, 3, 7, 10)  # noqa: DTZ001 - wall time
_LESSON = Content("Lesson", Timed(_TEN, _TEN.replace(hour=11), "Europe/Berlin"))
_ASK = ChannelAsk("channel", "secret", "https://us.example.com/", datetime(2028, 1, 1, tzinfo=UTC))
_IDENTITY = UUID(int=7)
_FAULTS = (200, 204, 302, 400, 401, 403, 404, 408, 409, 410, 412, 429, 500, 503, 999, 0)
_HEADERS: tuple[Mapping[str, str], ...] = (
    {},
    {},
    {"retry-after": "9" * 400},
    {"retry-after": "Fri, 99 Foo 2026"},
    {"retry-after": "-1"},
    {"content-type": "text/html"},
)
TYPES = (
    SOUND_TYPE,
    SOUND_TYPE,
    SOUND_TYPE,
    SOUND_TYPE,
    'multipart/mixed; boundary="batch_sound"',
    "multipart/mixed; boundary=another",
    "multipart/mixed; boundary=",
    "multipart/mixed; boundary=-",
    "multipart/mixed; boundary=\udcff",
    "multipart/mixed; boundary*=utf-8''batch_sound",
    "multipart/mixed; boundary*0=batch_; boundary*1=sound",
    f"multipart/mixed; boundary*{'9' * 5000}=x",
    "multipart/mixed; boundary*0*=x''%ff",
    "application/json",
    "",
)


def held() -> list[Item]:
    """What is in the calendar: a single event, and two series with an occurrence that differs."""
    at = {"dateTime": "2028-03-07T10:00:00+01:00", "timeZone": "Europe/Berlin"}
    later = {"dateTime": "2028-03-14T10:00:00+01:00", "timeZone": "Europe/Berlin"}
    single = {
        "id": "single",
        "etag": '"1"',
        "status": "confirmed",
        "updated": "2028-01-01T10:00:00.000Z",
        "summary": "Lesson",
        "start": at,
        "end": {**at, "dateTime": "2028-03-07T11:00:00+01:00"},
        "iCalUID": "single@google.com",
    }
    series = {**single, "id": "lessons", "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=8"], "iCalUID": "lessons"}
    differing = {
        **single,
        "id": "lessons_20280314T090000Z",
        "recurringEventId": "lessons",
        "originalStartTime": later,
        "summary": "Exam",
        "iCalUID": "lessons",
    }
    return [single, series, differing, *_of_days(single)]


def _of_days(single: Item) -> list[Item]:
    span = {"start": {"date": "2028-03-07"}, "end": {"date": "2028-03-08"}}
    lines = ["RRULE:FREQ=DAILY", "EXDATE;VALUE=DATE:20280310"]
    series = {**single, **span, "id": "days", "recurrence": lines, "iCalUID": "days"}
    gone = {
        "id": "days_20280309",
        "etag": '"1"',
        "status": "cancelled",
        "recurringEventId": "days",
        "originalStartTime": {"date": "2028-03-09"},
        "iCalUID": "days",
    }
    return [series, gone]


IDS = ["single", "lessons", "days", "unknown"]
_SERIES = ["lessons", "days"]


async def _hydrated(adapter: GoogleAdapter) -> Sequence[object]:
    found = await adapter.hydrate(CALENDAR, IDS)
    assert [check_change(one) for one in found] == IDS, "another event than was asked for"
    return found


async def _hydrated_one(adapter: GoogleAdapter) -> Sequence[object]:
    (found,) = await adapter.hydrate(CALENDAR, ["single"])
    assert check_change(found) == "single", "another event than was asked for"
    return [found]


async def _changed(adapter: GoogleAdapter) -> Sequence[object]:
    page = await adapter.get_changes(CALENDAR, '{"sync":"before"}', WINDOW)
    return [*page.changes, page.more or "", page.done or ""]


async def _read_all(adapter: GoogleAdapter) -> Sequence[object]:
    page = await adapter.get_events(CALENDAR, WINDOW)
    return [*page.changes, page.more or ""]


async def _listed(adapter: GoogleAdapter) -> Sequence[object]:
    return await adapter.list_calendars()


async def _signed_in(adapter: GoogleAdapter) -> Sequence[object]:
    return [await adapter.authenticate()]


async def _written(adapter: GoogleAdapter) -> Sequence[object]:
    writes: list[Write] = [
        Create(_IDENTITY, "v1;marker", _LESSON),
        Update("single", '"1"', _LESSON, frozenset({"title", "visibility"})),
        Delete("lessons_20280314T090000Z", '"1"'),
    ]
    return _of(writes, await adapter.write_events(CALENDAR, writes))


async def _series_written(adapter: GoogleAdapter) -> Sequence[object]:
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
        if isinstance(outcome, Stored):
            wanted = write.identity.hex if isinstance(write, Create) else write.id
            assert outcome.event.id == wanted, "another event than was written"
    return outcomes


async def _opened(adapter: GoogleAdapter) -> Sequence[object]:
    return [await adapter.setup_webhook(CALENDAR, _ASK)]


async def _closed(adapter: GoogleAdapter) -> Sequence[object]:
    await adapter.stop_webhook(CALENDAR, Channel("channel", "secret", "resource", _ASK.until))
    return []


_ASKED: tuple[Callable[[GoogleAdapter], Coroutine[Any, Any, Sequence[object]]], ...] = (
    _hydrated,
    _hydrated_one,
    _changed,
    _read_all,
    _listed,
    _signed_in,
    _written,
    _series_written,
    _opened,
    _closed,
)
_IN_BATCHES = (_hydrated, _written, _series_written, _read_all)


def judged_answer(runner: asyncio.Runner, text: str, turn: int) -> str:
    """What came of asking for something, one answer to which is that text."""
    kind, rest = turn % len(_ASKED), turn // len(_ASKED)
    status = _FAULTS[rest // 3 % len(_FAULTS)] if rest % 3 == 0 else 200
    body = text.encode("utf-8", "surrogatepass")
    damage = Damage(1 + rest % 5, status, _HEADERS[turn % len(_HEADERS)], body)
    return _judged(runner, _ASKED[kind], damage)


def judged_batch(runner: asyncio.Runner, text: str, turn: int) -> str:
    """Likewise of a batch, as a whole."""
    kind, rest = turn % len(_IN_BATCHES), turn // len(_IN_BATCHES)
    status = _FAULTS[rest // 8 % len(_FAULTS)] if rest % 8 == 0 else 200
    body = text.replace("\n", "\r\n").encode("utf-8", "surrogatepass")
    damage = Damage(1 + rest % 3, status, {"content-type": TYPES[turn % len(TYPES)]}, body, is_batch=True)
    return _judged(runner, _IN_BATCHES[kind], damage)


def _judged(
    runner: asyncio.Runner,
    ask: Callable[[GoogleAdapter], Coroutine[Any, Any, Sequence[object]]],
    damage: Damage,
) -> str:
    what = ask.__name__.strip("_") + (" in batches" if damage.is_batch else "")
    try:
        found = runner.run(ask(adapter_at(Calendar(held(), damage=damage))))
    except ProviderError as error:
        check_error(error)
        return f"{what}: {type(error).__name__}"
    for one in found:
        check_answer(one)
    return what
