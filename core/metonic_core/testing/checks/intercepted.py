"""Answers that are not the service's: a portal that wants a click, a page about a failure, half a document.

They come with status 200. Nothing that was asked has happened then, and nothing is known of the calendar.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

from metonic_core.model.event import StoredEvent
from metonic_core.spi.changes import Gone, Seen
from metonic_core.spi.errors import CursorExpired, NotACalendarServer, ProviderError, Unavailable
from metonic_core.spi.push import ChannelAsk
from metonic_core.spi.writes import Delete, Failed, Removed, Stored, Unknown, Write
from metonic_core.testing.checks.batches import retitling
from metonic_core.testing.checks.contents import LESSON, WINDOW, creating
from metonic_core.testing.checks.expecting import Broken, error_of, expect, expect_error, named
from metonic_core.testing.checks.following import follow, make, read
from metonic_core.testing.stand import Stand

_HTML = "text/html; charset=utf-8"
_PORTAL = (
    b"<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><form>Sign in</form></body></html>"
)
_ODD = (
    *(
        b"",
        b"null",
        b"0",
        b'"text"',
        b"{",
        b"{}",
        b"[]",
        b"[null]",
        b"[[]]",
        b'{"error": []}',
        b"\xff\xfe\x00",
    ),
    *(b'{"id": 1, "etag": [], "items": {}, "name": null}', b'[{"id": "a", "etag": null}]', b"[" * 5000),
    *(b'[{"id": 7, "etag": "1", "title": 3}]', b'{"items": [null, 1, {"id": {}}], "nextPageToken": 7}'),
    *(b"<a/>", b'<multistatus xmlns="DAV:"/>', b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
)
_IN_PLACE = (Unavailable, NotACalendarServer)
_MEND = (
    "look at what came before it is believed: raise Unavailable for every answer that is not the document "
    "that was asked for, whatever its status; a page of HTML is nobody's calendar."
)
_WRITES = (
    "take a write for done only when the service's own answer says so (its document, its status for that "
    "method, the event read again): raise Unavailable for anything else, so that the outcome is unknown."
)
_ERRORS = (
    "catch what goes wrong with an answer where it is taken apart (no JSON or XML, a field that is missing "
    "or of another type) and raise Unavailable; the engine knows nothing but the errors of metonic_core.spi."
)


async def _portal(stand: Stand) -> None:
    await stand.intercept(_PORTAL, _HTML)


async def _ended(stand: Stand, write: Write) -> Stored | Removed | ProviderError:
    """How a write ended, whether that was raised or is its outcome."""
    try:
        (outcome,) = await stand.adapter.write_events(stand.calendar_id, [write])
    except ProviderError as error:
        return error
    return outcome.error if isinstance(outcome, Failed | Unknown) else outcome


class Intercepted:
    """What comes of an answer that somebody else gave."""

    async def test_a_page_of_a_portal_is_no_empty_calendar(self, stand: Stand) -> None:
        await stand.put(LESSON)
        start = await follow(stand)
        await _portal(stand)

        adapter, calendar_id = stand.adapter, stand.calendar_id
        questions: tuple[tuple[Callable[[], Awaitable[object]], tuple[type[ProviderError], ...]], ...] = (
            (lambda: adapter.get_changes(calendar_id, None, WINDOW), _IN_PLACE),
            (lambda: adapter.get_changes(calendar_id, start.done, WINDOW), (*_IN_PLACE, CursorExpired)),
            (lambda: adapter.get_events(calendar_id, None), _IN_PLACE),
        )
        for question, kinds in questions:
            await expect_error(
                question(), kinds, "A portal answered a question for events with a page of HTML", _MEND
            )

    async def test_a_page_of_a_portal_is_no_event_and_no_deletion(self, stand: Stand) -> None:
        event_id = await stand.put(LESSON)
        await stand.settle()
        await _portal(stand)

        try:
            answers = await stand.adapter.hydrate(stand.calendar_id, [event_id])
        except ProviderError as error:
            expect(
                isinstance(error, _IN_PLACE),
                f"A portal answered with a page of HTML, and hydrate raised {named(error)}.",
                _MEND,
            )
            return

        expect(
            not any(isinstance(answer, Seen | Gone) for answer in answers),
            f"A portal answered with a page of HTML, and hydrate said {answers!r}.",
            _MEND,
        )

    async def test_a_page_of_a_portal_signs_nobody_in(self, stand: Stand) -> None:
        await _portal(stand)

        for question in (stand.adapter.authenticate, stand.adapter.list_calendars):
            await expect_error(
                question(), _IN_PLACE, "A portal answered a sign-in with a page of HTML", _MEND
            )

    async def test_a_page_of_a_portal_stores_nothing(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        await stand.settle()
        await _portal(stand)

        for kind, write in (("a create", creating(LESSON)), ("an update", retitling(made))):
            await self._expect_undecided(stand, write, kind)

    async def test_a_page_of_a_portal_deletes_nothing(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        await stand.settle()
        await _portal(stand)

        await self._expect_undecided(stand, Delete(made.id, made.etag), "a deletion")
        await stand.recover()

        expect(
            isinstance(await read(stand, made.id), Seen),
            "After a portal had answered a deletion, the event is not there.",
            "delete nothing by any other way than the one request.",
        )

    async def _expect_undecided(self, stand: Stand, write: Write, kind: str) -> None:
        __tracebackhide__ = True
        ended = await _ended(stand, write)
        how = named(ended) if isinstance(ended, ProviderError) else type(ended).__name__
        expect(
            isinstance(ended, _IN_PLACE),
            f"A portal answered {kind} with a page of HTML and status 200, and it ended {how}.",
            _WRITES,
        )

    async def test_an_answer_that_nobody_understands_is_an_error_of_the_interface(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        start = await follow(stand)

        for body in (_PORTAL, *_ODD):
            for media_type in ("application/json", "application/xml"):
                await stand.intercept(body, media_type)
                for name, call in _calls(stand, made, start.done):
                    await _expect_our_error(name, call, body)

    async def test_after_a_portal_everything_goes_on(self, stand: Stand) -> None:
        event_id = await stand.put(LESSON)
        start = await follow(stand)
        await _portal(stand)
        await error_of(stand.adapter.get_changes(stand.calendar_id, start.done, WINDOW))
        await stand.recover()

        told = await follow(stand, start.done)

        expect(
            not told.tells_removal_of(event_id),
            "After a portal had answered once, an event was told to be gone.",
            "take no token and no listing from an answer that is not the service's.",
        )


def _calls(stand: Stand, made: StoredEvent, cursor: str) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
    """Every method that asks the service, by its name."""
    adapter, calendar_id = stand.adapter, stand.calendar_id
    asked, delete = creating(LESSON), Delete(made.id, made.etag)
    ask = ChannelAsk(str(uuid4()), "https://metonic.example/", "secret", stand.now() + timedelta(days=1))
    calls: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        ("authenticate", adapter.authenticate),
        ("list_calendars", adapter.list_calendars),
        ("get_events", lambda: adapter.get_events(calendar_id, None)),
        ("get_changes", lambda: adapter.get_changes(calendar_id, None, WINDOW)),
        ("get_changes", lambda: adapter.get_changes(calendar_id, cursor, WINDOW)),
        ("hydrate", lambda: adapter.hydrate(calendar_id, [made.id, "another"])),
        ("find_events", lambda: adapter.find_events(calendar_id, [asked.identity])),
        ("create_event", lambda: adapter.create_event(calendar_id, asked)),
        ("update_event", lambda: adapter.update_event(calendar_id, retitling(made))),
        ("delete_event", lambda: adapter.delete_event(calendar_id, delete)),
        ("write_events", lambda: adapter.write_events(calendar_id, [asked, retitling(made), delete])),
    ]
    if stand.provider.push is not None:
        calls.append(("setup_webhook", lambda: adapter.setup_webhook(calendar_id, ask)))
    return calls


async def _expect_our_error(name: str, call: Callable[[], Awaitable[object]], body: bytes) -> None:
    __tracebackhide__ = True
    try:
        await call()
    except ProviderError:
        return
    except Exception as error:
        raise Broken(
            f"The answer to {name} was {body[:60]!r} with status 200, and {type(error).__name__} was raised: "
            f"{str(error)[:200]}",
            _ERRORS,
        ) from error
