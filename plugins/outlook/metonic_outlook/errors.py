"""What goes wrong, in an event and in an answer.

Why an event cannot be understood is a closed list, so that no text of an event gets into a reason. What an
answer of Graph means is told by its status, and by the code in its body where one status means several things
(guide "Microsoft Graph error responses", and the codes that others have met).
"""

from dataclasses import dataclass
from enum import StrEnum

from metonic_core.spi import (
    AccessDenied,
    Answer,
    EtagMismatch,
    NotFound,
    ProviderError,
    RateLimited,
    SignInNeeded,
    Unacceptable,
    Unavailable,
)
from metonic_outlook.answers import (
    BAD_REQUEST,
    BUSY,
    CONFLICT,
    FORBIDDEN,
    GONE,
    NOT_FOUND,
    PRECONDITION_FAILED,
    SERVER_ERROR,
    TOO_MANY,
    UNAUTHORIZED,
    code_of,
    refusal,
)

ANOTHER = "Microsoft Graph answered with another event than it was asked for."
_WITHOUT_ANSWER = frozenset({*range(100, 200), *range(300, 400), 408})
_NO_MAILBOX = frozenset({"mailboxnotenabledforrestapi", "erroruserhasnomailbox", "errorinvaliduser"})
_TOO_FAST = frozenset({"applicationthrottled", "toomanyrequests"})
_NOT_GRANTED = "authorization_requestdenied"
_UNKNOWN_ZONE = "timezonenotsupportedexception"
_TAKEN = "errorduplicatetransactionid"
_MALFORMED = "errorinvalididmalformed"
_RESETS = frozenset(
    {"syncstatenotfound", "syncstateinvalid", "resyncrequired", "fullsyncrequired", "invaliddeltatoken"}
)


class Flaw(StrEnum):
    """What is wrong with an event, as a sentence."""

    NO_TIMES = "The event has no start and end that go together."
    NO_TIME = "The event has a date or time that is none."
    OUT_OF_RANGE = "The event has a date that is out of range."
    TOO_LONG = "The event lasts longer than a calendar can reckon."
    NO_RULE = "The series has no rule that can be read."
    NO_RANGE = "The series does not say from when to when it goes on."
    NEVER = "The series never takes place."
    UNKNOWN_ZONE = "The series is in a time zone that only Outlook knows, so its occurrences cannot be told."
    OTHER_DAY = "The series begins on another day than its rule says."
    TOO_MANY = "The series has more exceptions than any calendar allows."
    TOO_LARGE = "The description is larger than anybody reads."


class Incomprehensible(ValueError):
    """An event cannot be understood."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


@dataclass(frozen=True, slots=True)
class Hindered:
    """What came instead of an answer; ``is_open``: the request may have been carried out all the same."""

    error: ProviderError
    is_open: bool


Reply = Answer | Hindered


def read_failure(reply: Reply) -> ProviderError:
    """Why a request that only reads was not answered as it should be."""
    if isinstance(reply, Hindered):
        return reply.error
    return _general(reply) or ProviderError(f"Microsoft Graph gave an unexpected answer: {_told(reply)}.")


def write_failure(reply: Reply) -> ProviderError:
    """Why a write was refused; Unavailable where it may have happened all the same."""
    if isinstance(reply, Hindered):
        return reply.error
    if is_missing(reply):
        return NotFound("The event is not there any more.")
    if reply.status in {PRECONDITION_FAILED, CONFLICT}:
        return EtagMismatch("The event was changed meanwhile.")
    if reply.status == BUSY and _code(reply) not in _TOO_FAST:
        return Unavailable("Microsoft Graph failed with status 503.")
    return _general(reply) or Unacceptable(f"Outlook refuses the event: {_told(reply)}.")


def stopping(reply: Reply) -> ProviderError | None:
    """What would go wrong with every other request for the mailbox as well."""
    if isinstance(reply, Hindered):
        return reply.error if reply.error.concerns_all and not reply.is_open else None
    error = _general(reply)
    return error if isinstance(error, RateLimited | SignInNeeded) else None


def is_failing(reply: Reply) -> bool:
    """Whether Graph failed at it, or its answer broke off: that may be so of one event and not of another."""
    if isinstance(reply, Hindered):
        return reply.is_open
    return isinstance(_general(reply), Unavailable)


def is_missing(reply: Reply) -> bool:
    """Whether Graph says that there is no such thing. A page of somebody in between does not say so."""
    if isinstance(reply, Hindered) or reply.status not in {NOT_FOUND, GONE}:
        return False
    return bool(refusal(reply)) and _code(reply) not in _NO_MAILBOX | _RESETS


def is_reset(answer: Answer) -> bool:
    """Whether a link of the feed leads nowhere any more, in one of the ways that were met."""
    if answer.status == GONE:
        return True
    return answer.status in range(BAD_REQUEST, SERVER_ERROR) and _code(answer) in _RESETS


def is_taken(reply: Reply) -> bool:
    """Whether another event was made with that transaction id, or the same one otherwise."""
    return isinstance(reply, Answer) and reply.status in {BAD_REQUEST, CONFLICT} and _code(reply) == _TAKEN


def is_unknown_zone(reply: Reply) -> bool:
    return isinstance(reply, Answer) and reply.status == BAD_REQUEST and _code(reply) == _UNKNOWN_ZONE


def is_malformed_id(reply: Reply) -> bool:
    return isinstance(reply, Answer) and reply.status == BAD_REQUEST and _code(reply) == _MALFORMED


def _code(answer: Answer) -> str:
    return code_of(answer).casefold()


def _told(answer: Answer) -> str:
    return code_of(answer) or f"status {answer.status}"


def _general(answer: Answer) -> ProviderError | None:
    """What concerns more than the one request; None for a refusal of just that."""
    code, status = _code(answer), answer.status
    if status == TOO_MANY or (status == BUSY and "retry-after" in answer.headers) or code in _TOO_FAST:
        return RateLimited("Microsoft Graph asks for fewer requests.", answer.retry_after)
    if status in {UNAUTHORIZED, FORBIDDEN} or code in _NO_MAILBOX:
        return _no_access(status, code)
    if status in _WITHOUT_ANSWER or status >= SERVER_ERROR:
        return Unavailable(f"Microsoft Graph failed with status {status}.")
    if status == NOT_FOUND and not refusal(answer):
        return Unavailable("Something answered in the place of Microsoft Graph.")
    return None


def _no_access(status: int, code: str) -> ProviderError:
    if code in _NO_MAILBOX:
        return AccessDenied("This Microsoft account has no mailbox that Microsoft Graph can reach.")
    if status == UNAUTHORIZED:
        return SignInNeeded("Microsoft does not accept the sign-in any more.")
    if code == _NOT_GRANTED:
        return SignInNeeded("A permission that is needed was not given: sign in again and give it.")
    return AccessDenied("This Microsoft account may not do that in the calendar.")
