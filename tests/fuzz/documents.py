"""What must hold of any answer of a server: each thing that is asked ends well or with an error by name."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from tests.fuzz.reasons import REASONS

from metonic_apple.adapter import AppleAdapter
from metonic_core.spi import (
    Account,
    Answer,
    Content,
    Create,
    Delete,
    Failed,
    Misconfigured,
    ProviderError,
    RateLimited,
    Timed,
    Unknown,
    Unreadable,
    Update,
    Window,
    Write,
)

WEEK = 7 * 24 * 3600
HOST = "calendar.example.com"
CALENDAR = "/123/calendars/work/"
IDS = [f"{CALENDAR}{name}" for name in ("a%40b.ics", "b.ics", "c.ics")]
_TEN = datetime(2026, 12, 1, 10)  # noqa: DTZ001 - wall time
_LESSON = Content("Lesson", Timed(_TEN, _TEN.replace(hour=11), "Europe/Berlin"))
_WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC))
_SOUND = Path(__file__).with_name("seeds").joinpath("texts.xml").read_bytes()
_WRITING = frozenset({"PUT", "DELETE"})
_FAULTS = (200, 201, 301, 302, 400, 401, 403, 404, 409, 412, 415, 429, 500, 503, 507)
_HEADERS: tuple[Mapping[str, str], ...] = (
    {},
    {"etag": '"1"', "location": "/123/calendars/"},
    {"etag": "W/\u00ff", "location": "https://evil.example.com/", "retry-after": "9" * 400},
    {"location": "http://[::1/x", "retry-after": "Fri, 99 Foo 2026"},
    {"location": "//x:port/", "retry-after": "-1"},
    {"location": "ftp://calendar.example.com/x", "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT", "date": "x"},
)


@dataclass(frozen=True, slots=True)
class Replying:
    """A server that answers alike whatever is asked, or where ``is_sound`` whatever is written.

    It is asked over the client that plugins are given.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_sound: bool

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002 - it looks at neither
        body: bytes | None = None,  # noqa: ARG002 - likewise
    ) -> Answer:
        if urlsplit(url).hostname != HOST:
            raise Misconfigured("The host may not see the password.")
        if self.is_sound and method not in _WRITING:
            return Answer(207, {}, _SOUND, url)
        return Answer(self.status, self.headers, self.body, url)


async def _listed(adapter: AppleAdapter) -> Sequence[object]:
    return await adapter.list_calendars()


async def _signed_in(adapter: AppleAdapter) -> Sequence[object]:
    return [await adapter.authenticate()]


async def _changed(adapter: AppleAdapter) -> Sequence[object]:
    return (await adapter.get_changes(CALENDAR, "token", _WINDOW)).changes


async def _hydrated(adapter: AppleAdapter) -> Sequence[object]:
    found = await adapter.hydrate(CALENDAR, IDS)
    assert len(found) == len(IDS), "an event without an answer"
    return found


async def _read_all(adapter: AppleAdapter) -> Sequence[object]:
    return (await adapter.get_events(CALENDAR, _WINDOW)).changes


async def _written(adapter: AppleAdapter) -> Sequence[object]:
    writes: list[Write] = [
        Create(UUID(int=7), "v1;marker", _LESSON),
        Update(IDS[1], '"2"', _LESSON, frozenset({"title"})),
        Delete(IDS[0], '"1"'),
    ]
    found = await adapter.write_events(CALENDAR, writes)
    assert len(found) == len(writes), "a write without an outcome"
    return found


_ASKED: tuple[Callable[[AppleAdapter], Coroutine[Any, Any, Sequence[object]]], ...] = (
    _hydrated,
    _changed,
    _listed,
    _signed_in,
    _written,
    _read_all,
)


def judged_document(runner: asyncio.Runner, text: str, turn: int) -> str:
    """What came of it, in a word or by the name of the error."""
    kind, rest = turn % len(_ASKED), turn // len(_ASKED)
    status = _FAULTS[rest // 3 % len(_FAULTS)] if rest % 3 == 0 else 207
    headers = _HEADERS[turn % 7 if turn % 7 < len(_HEADERS) else 0]
    body = text.encode("utf-8", "surrogatepass")
    server = Replying(status, headers, body, is_sound=rest % 2 == 0 and _ASKED[kind] is _written)
    account = Account("", "Jo", f"https://{HOST}/123/calendars/", "jo")
    what = _ASKED[kind].__name__.strip("_")
    try:
        found = runner.run(_ASKED[kind](AppleAdapter(server, account)))
    except ProviderError as error:
        _check_wait(error)
        return f"{what}: {type(error).__name__}"
    for one in found:
        _check(one)
    return what


def _check_wait(error: ProviderError) -> None:
    wait = error.retry_after if isinstance(error, RateLimited) else None
    assert wait is None or 0 <= wait <= WEEK, "no time that anybody could wait"


def _check(one: object) -> None:
    if isinstance(one, Unreadable):
        known = one.reason in REASONS or one.reason.startswith(
            ("The calendar server", "The event cannot be had")
        )
        assert known, f"no reason that is known: {one.reason}"
    if isinstance(one, Failed | Unknown):
        assert one.error.message.endswith("."), one.error.message
