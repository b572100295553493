"""What each answer of Google means (guide "Handle API errors", and the reasons that others have met).

The status says little: 403 is a right that is missing, too many requests, a used-up calendar, a permission
that the user did not give, or an API that the operator has not switched on. The reason in the body tells.
"""

import json
from typing import Any

from metonic_core.spi import (
    AccessDenied,
    Answer,
    EtagMismatch,
    Misconfigured,
    NotFound,
    ProviderError,
    RateLimited,
    SignInNeeded,
    Unacceptable,
    Unavailable,
)

OK, NO_CONTENT = 200, 204
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT = 400, 401, 403, 404, 409
GONE, PRECONDITION_FAILED, TOO_MANY, SERVER_ERROR, BUSY, NO_ANSWER = 410, 412, 429, 500, 503, 504
MISSING = frozenset({NOT_FOUND, GONE})
DONE = range(200, 300)
_TIMED_OUT = 408

DUPLICATE = "duplicate"
CLASH = "conflict"
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
_USED_UP = frozenset({"quotaExceeded", "dailyLimitExceeded", "variableTermLimitExceeded"})
_NOT_GRANTED = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
_OPERATORS = frozenset(
    {"accessNotConfigured", "SERVICE_DISABLED", "dailyLimitExceededUnreg", "keyInvalid", "keyExpired"}
)
ANOTHER = "Google Calendar answered with another event than it was asked for."
_PUSH_DOMAIN = "push.webhookUrlUnauthorized"

# A calendar that has taken too much recovers in hours or days; asking again makes it longer.
_HOURS = 6 * 3600.0


class Incomprehensible(ValueError):
    """An event cannot be understood; ``reason`` is a sentence without its text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def document(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer; raises Unavailable if it is none, or cut off."""
    try:
        # Nothing that is read is a number, and Python refuses those of thousands of digits.
        found = json.loads(answer.body, parse_int=float)
    except (ValueError, RecursionError) as error:
        raise Unavailable("Google Calendar answered with something else than JSON.") from error
    if not isinstance(found, dict):
        raise Unavailable("Google Calendar answered with something else than an object.")
    return found


def expect_nothing(answer: Answer) -> None:
    """Raises Unavailable where something came with the answer to what Google does without a word.

    A deletion, the end of a channel: a page of somebody in between comes with status 200, too.
    """
    if answer.body.strip():
        raise Unavailable("Something answered in the place of Google Calendar.")


def reasons(answer: Answer) -> frozenset[str]:
    """The reasons in an error's body, of either of the two shapes; empty if it tells none."""
    error = _error(answer)
    entries = [entry for key in ("errors", "details") for entry in _list(error.get(key))]
    named = [entry.get("reason") for entry in entries if isinstance(entry, dict)]
    return frozenset(reason for reason in named if isinstance(reason, str))


def _error(answer: Answer) -> dict[str, Any]:
    """The error in a body; empty if it tells none."""
    try:
        found = document(answer).get("error")
    except Unavailable:
        return {}
    return found if isinstance(found, dict) else {}


def is_missing(answer: Answer) -> bool:
    """Whether Google says that there is no such thing, or no more. A page of somebody in between does not."""
    return answer.status in MISSING and bool(_error(answer))


def _list(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def read_failure(answer: Answer) -> ProviderError:
    """Why a request that only reads was not answered as it should be."""
    return _general(answer) or ProviderError(
        f"Google Calendar answered with the unexpected status {answer.status}."
    )


def write_failure(answer: Answer) -> ProviderError:
    """Why a write was refused; Unavailable where it may have happened all the same."""
    if is_missing(answer):
        return NotFound("The event is not there any more.")
    if answer.status in {PRECONDITION_FAILED, CONFLICT}:
        return EtagMismatch("The event was changed meanwhile.")
    if answer.status == BUSY:
        return Unavailable("Google Calendar failed with status 503.")
    return _general(answer) or Unacceptable(f"Google Calendar refuses the event: {_told(answer)}.")


def channel_failure(answer: Answer) -> ProviderError:
    """Why there is no channel. Some refusals look like those of a sign-in."""
    if _PUSH_DOMAIN in reasons(answer):
        return Misconfigured(
            "Google does not accept the public address of this installation for notifications: "
            "verify its domain in the Google Cloud console."
        )
    return _general(answer) or Unacceptable(
        f"Google Calendar opens no channel for that calendar: {_told(answer)}."
    )


def _told(answer: Answer) -> str:
    """The reason, where it is one of Google's words: the message beside it may repeat the event."""
    words = sorted(reason[:60] for reason in reasons(answer) if reason.replace(".", "").isalnum())
    return ", ".join(words[:3]) or f"status {answer.status}"


def _general(answer: Answer) -> ProviderError | None:
    """What concerns more than the one request; None for a refusal of just that."""
    named = reasons(answer)
    if answer.status == UNAUTHORIZED:
        return SignInNeeded("Google does not accept the sign-in any more.")
    if answer.status == BUSY and "retry-after" in answer.headers:
        return RateLimited("Google Calendar asks for fewer requests.", answer.retry_after)
    if answer.status == TOO_MANY or (answer.status == FORBIDDEN and named & (_TOO_FAST | _USED_UP)):
        return _limited(answer, named)
    if answer.status == FORBIDDEN:
        return _forbidden(named)
    return _nothing_told(answer)


def _nothing_told(answer: Answer) -> Unavailable | None:
    """Where Google failed, or somebody else has answered."""
    if answer.status >= SERVER_ERROR or answer.status in {*range(100, 400), _TIMED_OUT}:
        return Unavailable(f"Google Calendar failed with status {answer.status}.")
    if answer.status in MISSING and not _error(answer):
        return Unavailable("Something answered in the place of Google Calendar.")
    return None


def _limited(answer: Answer, named: frozenset[str]) -> RateLimited:
    wait = answer.retry_after
    if named & _USED_UP:
        return RateLimited(
            "Google Calendar has taken as much as it takes in a day; it goes on in some hours.",
            max(wait or 0.0, _HOURS),
        )
    return RateLimited("Google Calendar asks for fewer requests.", wait)


def _forbidden(named: frozenset[str]) -> ProviderError:
    if named & _OPERATORS:
        return Misconfigured(
            "The Google Calendar API is not switched on for this installation: "
            "enable it in the Google Cloud console."
        )
    if named & _NOT_GRANTED:
        return SignInNeeded("The permission to see and edit events was not given: sign in again and give it.")
    if "notACalendarUser" in named:
        return AccessDenied("This Google Account has no calendar: open Google Calendar once to make one.")
    if "forbiddenForNonOrganizer" in named:
        return AccessDenied("Only the organizer may change that event.")
    return AccessDenied("This Google Account may not do that in the calendar.")
