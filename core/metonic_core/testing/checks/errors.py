"""Trouble at the service: each has one error, which the engine acts on."""

from collections.abc import Awaitable, Callable

from metonic_core.spi.errors import (
    AccessDenied,
    CalendarGone,
    CursorExpired,
    ProviderError,
    RateLimited,
    SignInNeeded,
    Unavailable,
)
from metonic_core.spi.writes import Failed, Stored, Unknown
from metonic_core.testing.checks.contents import LESSON, WINDOW, creating
from metonic_core.testing.checks.expecting import error_of, expect, expect_error, named
from metonic_core.testing.checks.following import follow, listed, make
from metonic_core.testing.checks.updating import OTHER, retitle
from metonic_core.testing.stand import Stand

_WAIT = 37
_WORDS = (LESSON.title, LESSON.notes, OTHER.title)
_BUSY = (
    "read the Retry-After header, seconds or a date, into RateLimited(retry_after=...), of 429 and of 503 "
    "alike: without it the service is asked again too early, and the ban grows."
)


class Errors:
    """What the methods raise."""

    async def test_429_says_how_long_to_wait(self, stand: Stand) -> None:
        await self._expect_wait(stand, 429)

    async def test_503_says_how_long_to_wait(self, stand: Stand) -> None:
        await self._expect_wait(stand, 503)

    async def _expect_wait(self, stand: Stand, status: int) -> None:
        await stand.answer(status, retry_after=_WAIT)

        error = await expect_error(_feed(stand), RateLimited, f"The service answered {status}", _BUSY)

        wait = error.retry_after if isinstance(error, RateLimited) else None
        expect(
            wait == _WAIT,
            f"The service answered {status} with Retry-After: {_WAIT}, and RateLimited names {wait}.",
            _BUSY,
        )

    async def test_too_many_requests_stop_writes_too(self, stand: Stand) -> None:
        await stand.answer(429, retry_after=_WAIT)

        error = await _error_of_write(stand)
        await stand.recover()

        expect(
            isinstance(error, RateLimited) and error.retry_after == _WAIT,
            f"The service answered a create with 429 and Retry-After: {_WAIT}, and it ended "
            f"{named(error) if error else 'as if it had been stored'}.",
            _BUSY,
        )
        there = await listed(stand)
        expect(not there, "A create that was refused with 429 is there.", "write nothing after a refusal.")

    async def test_a_failing_service_is_no_empty_calendar(self, stand: Stand) -> None:
        await stand.put(LESSON)
        start = await follow(stand)
        await stand.answer(500)

        # With a cursor, a server may well be failing at that: what a complete read says then is what counts.
        questions: tuple[tuple[Callable[[], Awaitable[object]], tuple[type[ProviderError], ...]], ...] = (
            (lambda: _feed(stand), (Unavailable,)),
            (lambda: _feed(stand, start.done), (Unavailable, CursorExpired)),
            (lambda: stand.adapter.get_events(stand.calendar_id, None), (Unavailable,)),
        )
        for question, kinds in questions:
            await expect_error(
                question(),
                kinds,
                "The service answered 500 to a question for events",
                "raise Unavailable for every 5xx and everything that is not the expected document: an empty "
                "answer looks like a mass deletion.",
            )

    async def test_a_service_that_does_not_answer_is_unavailable(self, stand: Stand) -> None:
        await stand.fall_silent()

        await expect_error(
            _feed(stand),
            Unavailable,
            "The service could not be reached",
            "let Unavailable of the client pass.",
        )

    async def test_after_a_trouble_everything_goes_on(self, stand: Stand) -> None:
        adapter = stand.adapter
        event_id = await stand.put(LESSON)
        await stand.answer(500)
        await error_of(adapter.get_changes(stand.calendar_id, None, WINDOW))
        await stand.recover()

        told = await follow(stand)

        expect(
            event_id in told.present,
            "After the service had failed once, an event is missing.",
            "remember nothing of a failure in the adapter: when to try again is the engine's decision.",
        )

    async def test_a_deleted_calendar_is_said_to_be_gone(self, stand: Stand) -> None:
        await stand.put(LESSON)
        start = await follow(stand)
        await stand.delete_calendar()

        mend = (
            "tell a missing calendar from a missing event and from an empty calendar, by asking for the "
            "calendar itself if need be, and raise CalendarGone: it stops the link and deletes nothing."
        )
        for cursor in (start.done, None):
            await expect_error(_feed(stand, cursor), CalendarGone, "The user had deleted the calendar", mend)

    async def test_a_write_to_a_deleted_calendar_is_not_stored(self, stand: Stand) -> None:
        await stand.delete_calendar()

        error = await _error_of_write(stand)

        expect(
            error is not None,
            "A create in a calendar that the user had deleted ended as if it had been stored.",
            "let a create fail where the calendar is gone, and never make the calendar anew.",
        )

    async def test_an_expired_sign_in_needs_a_new_one(self, stand: Stand) -> None:
        await stand.put(LESSON)
        start = await follow(stand)
        await stand.revoke()

        mend = "raise SignInNeeded where the service does not accept the sign-in: only the user can help."
        calls: tuple[Callable[[], Awaitable[object]], ...] = (
            stand.adapter.authenticate,
            lambda: _feed(stand, start.done),
            lambda: _feed(stand),
        )
        for call in calls:
            await expect_error(call(), SignInNeeded, "The sign-in was revoked", mend)
        error = await _error_of_write(stand)
        expect(
            isinstance(error, SignInNeeded),
            f"The sign-in was revoked, and a create ended {error and named(error)}.",
            mend,
        )

    async def test_a_right_that_is_missing_is_no_expired_sign_in(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        await stand.refuse_writes()

        await expect_error(
            retitle(stand, made),
            AccessDenied,
            "The account may only read the calendar",
            "raise AccessDenied where a right is missing (403): the calendar is read on, nobody has to sign "
            "in again.",
        )
        error = await _error_of_write(stand)
        expect(
            isinstance(error, AccessDenied),
            f"The account may only read the calendar, and a create ended {error and named(error)}.",
            "raise AccessDenied where a right is missing (403).",
        )

    async def test_messages_are_for_people_and_keep_secrets(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        await stand.settle()
        await stand.erase(made.id)
        gone = await error_of(retitle(stand, made))
        await stand.answer(503, retry_after=_WAIT)
        busy = await error_of(_feed(stand))
        unsaid = await _error_of_write(stand)

        for error in filter(None, (gone, busy, unsaid)):
            expect(
                error.message.strip() and " " in error.message.strip(),
                f"{type(error).__name__} has the message {error.message!r}.",
                "give each error a sentence that a user understands.",
            )
            expect(
                not any(text in error.message for text in _WORDS),
                f"The message of {type(error).__name__} holds text of an event.",
                "keep titles, notes and raw answers of the service out of messages: they are shown and "
                "logged.",
            )


def _feed(stand: Stand, cursor: str | None = None) -> Awaitable[object]:
    return stand.adapter.get_changes(stand.calendar_id, cursor, WINDOW)


async def _error_of_write(stand: Stand) -> ProviderError | None:
    """Why a create was not stored, raised or in its outcome; None if it was."""
    try:
        (outcome,) = await stand.adapter.write_events(stand.calendar_id, [creating(LESSON)])
    except ProviderError as error:
        return error
    if isinstance(outcome, Failed | Unknown):
        return outcome.error
    return None if isinstance(outcome, Stored) else ProviderError("It ended in no way that a create can end.")
