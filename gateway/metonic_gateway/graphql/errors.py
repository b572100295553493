"""What can go wrong: for mutations a typed answer, for everything else a GraphQL error with a code."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry
from graphql import GraphQLError

from metonic_core import spi
from metonic_core.model.errors import InvalidValue
from metonic_core.pacing import retry_after_of
from metonic_gateway.accounts.circuits import LeftAlone
from metonic_gateway.accounts.oauth.authority import ADMIN_NEEDED, AdminNeeded
from metonic_gateway.graphql.scalars import DateTime, PlatformVersion, ProviderName, maybe_date_time

if TYPE_CHECKING:
    from metonic_gateway.graphql.conflicts.types import SyncConflict


@strawberry.enum(description="What kind of thing went wrong: stable, for programs. New codes may be added.")
class ErrorCode(Enum):
    INVALID_INPUT = "invalid_input"
    UNKNOWN_PROVIDER = "unknown_provider"
    NOT_CONNECTED = "not_connected"
    NOT_FOUND = "not_found"
    NOT_ENTITLED = "not_entitled"
    SIGN_IN_REQUIRED = "sign_in_required"
    SIGN_IN_FAILED = "sign_in_failed"
    SCOPES_MISSING = "scopes_missing"
    ADMIN_CONSENT_REQUIRED = ADMIN_NEEDED
    CALENDAR_REQUIRED = "calendar_required"
    PAUSED = "paused"
    ACCESS_DENIED = "access_denied"
    UNREACHABLE = "unreachable"
    PROVIDER_DOWN = "provider_down"
    NOT_A_CALENDAR_SERVER = "not_a_calendar_server"
    CALENDAR_GONE = "calendar_gone"
    RATE_LIMITED = "rate_limited"
    MISCONFIGURED = "misconfigured"
    OUT_OF_DATE = "out_of_date"
    DISCONNECTED = "disconnected"
    INTERRUPTED = "interrupted"
    HELD = "held"
    CANNOT_UNDO = "cannot_undo"
    CANNOT_RETRY = "cannot_retry"
    MOVED_SINCE = "moved_since"
    CONFLICTS = "conflicts"
    ITEMS_LEFT = "items_left"
    FAILED = "failed"


@strawberry.interface(
    description="Every error of a mutation is one: ask for `... on UserError { code message nextStep "
    "}` once, and "
    "error types that are added later reach you as well."
)
class UserError:
    code: ErrorCode
    message: str = strawberry.field(description="What happened, to which thing; a sentence to show.")
    next_step: str = strawberry.field(description="What to do now; a sentence to show.")


@strawberry.type(description="An argument cannot be used.")
class InvalidInput(UserError):
    path: list[str] = strawberry.field(
        description='Where, from the name of the argument on: ["appointment", "when", "timed", "start"].'
    )


@strawberry.type(
    description="There is no such thing among what the viewer may see; whether somebody else has one "
    "is not said."
)
class NotFound(UserError):
    pass


@strawberry.type(
    description="The viewer takes part in the appointment, so may see it, but has no right to change "
    "it: that is "
    "for the owner, and for participants with `mayEdit`."
)
class NotEntitled(UserError):
    pass


@strawberry.type(description="The viewer has no connected calendar at that provider, or none chosen yet.")
class NotConnected(UserError):
    provider: ProviderName


@strawberry.type(description="The provider does not accept the credentials (any more).")
class SignInRequired(UserError):
    provider: ProviderName


@strawberry.type(description="The provider cannot be reached or does not do what it was asked for.")
class ProviderRefused(UserError):
    provider: ProviderName
    retry_at: DateTime | None = strawberry.field(description="Not before then, if the provider said so.")


@strawberry.type(description="The thing has changed since it was read; nothing was written.")
class OutOfDate(UserError):
    current_version: int | None
    current_platform_version: PlatformVersion | None = strawberry.field(
        default=None,
        description="The last one that the platform sent, where a lower one came after it; null elsewhere.",
    )
    conflict: Annotated["SyncConflict", strawberry.lazy("metonic_gateway.graphql.conflicts.types")] | None = (
        strawberry.field(default=None, description="The conflict as it is now, where it is about one.")
    )


def invalid_input(error: InvalidValue, *parents: str) -> InvalidInput:
    """The complaint about a value as an answer; ``parents`` lead to the value."""
    return InvalidInput(
        code=ErrorCode.INVALID_INPUT,
        message=error.message,
        next_step=error.next_step,
        path=[*parents, *error.path],
    )


def unknown_provider(known: Iterable[str]) -> InvalidInput:
    names = ", ".join(sorted(known)) or "none: no plugin is installed"
    return InvalidInput(
        code=ErrorCode.UNKNOWN_PROVIDER,
        message="There is no provider of that name.",
        next_step=f"Use one that `providers` lists ({names}).",
        path=["provider"],
    )


def no_such_run() -> NotFound:
    return NotFound(
        code=ErrorCode.NOT_FOUND,
        message="There is no such run.",
        next_step="Take an id that `syncHistory` gives.",
    )


def not_connected(provider: str) -> NotConnected:
    return NotConnected(
        code=ErrorCode.NOT_CONNECTED,
        message="No calendar of yours is connected at this provider.",
        next_step="Connect it first.",
        provider=ProviderName(provider),
    )


def no_calendar_chosen(provider: str) -> NotConnected:
    return NotConnected(
        code=ErrorCode.CALENDAR_REQUIRED,
        message="You are signed in, but no calendar is chosen yet.",
        next_step="Choose one of the `choices` of the connected calendar with `chooseCalendar`.",
        provider=ProviderName(provider),
    )


def paused() -> InvalidInput:
    return InvalidInput(
        code=ErrorCode.PAUSED,
        message="This calendar is paused, so it is not synced.",
        next_step="Let it go on with `updateSyncSettings` and `isPaused: false`; then it is synced at once.",
        path=["provider"],
    )


def sign_in_required(provider: str) -> SignInRequired:
    return SignInRequired(
        code=ErrorCode.SIGN_IN_REQUIRED,
        message="The provider no longer accepts your sign-in.",
        next_step="Connect the provider again; everything is kept and goes on from there.",
        provider=ProviderName(provider),
    )


def no_appointment() -> NotFound:
    return NotFound(
        code=ErrorCode.NOT_FOUND,
        message="There is no such appointment.",
        next_step="Check the id, or list `appointments`.",
    )


def not_entitled() -> NotEntitled:
    return NotEntitled(
        code=ErrorCode.NOT_ENTITLED,
        message="You take part in this appointment but may not change it.",
        next_step="Ask its owner.",
    )


def out_of_date(current: int | None) -> OutOfDate:
    return OutOfDate(
        code=ErrorCode.OUT_OF_DATE,
        message="The appointment has changed since you read it; nothing was written.",
        next_step="Read it again and repeat your change.",
        current_version=current,
    )


def no_conflict() -> NotFound:
    return NotFound(
        code=ErrorCode.NOT_FOUND,
        message="There is no such conflict.",
        next_step="Check the id, or list `syncConflicts`.",
    )


def conflict_out_of_date(current: int, conflict: "SyncConflict") -> OutOfDate:
    return OutOfDate(
        code=ErrorCode.OUT_OF_DATE,
        message="The conflict is not what it was when it was shown; nothing was decided.",
        next_step="Look at it as it is now, and decide again.",
        current_version=current,
        conflict=conflict,
    )


def conflict_over(current: int, conflict: "SyncConflict") -> OutOfDate:
    return replace(
        conflict_out_of_date(current, conflict),
        message="There is nothing to decide about this conflict any more; nothing was decided.",
        next_step="Look at what became of it; an appointment can be changed as ever.",
    )


def refused(error: spi.ProviderError, provider: str, now: datetime) -> SignInRequired | ProviderRefused:
    """What a provider's error means to the user who caused the call."""
    name = ProviderName(provider)
    code, next_step = explained(error)
    if isinstance(error, spi.SignInNeeded):
        return SignInRequired(code=code, message=error.message, next_step=next_step, provider=name)
    is_told = isinstance(error, spi.RateLimited) and error.retry_after is not None
    wait = retry_after_of(error) if is_told else None
    retry_at = None if wait is None else now + wait
    return ProviderRefused(
        code=code,
        message=error.message,
        next_step=next_step,
        provider=name,
        retry_at=maybe_date_time(retry_at),
    )


_EXPLAINED: dict[type[spi.ProviderError], tuple[ErrorCode, str]] = {
    AdminNeeded: (
        ErrorCode.ADMIN_CONSENT_REQUIRED,
        "Ask an administrator of your organization to allow this service, then begin again.",
    ),
    spi.SignInNeeded: (ErrorCode.SIGN_IN_FAILED, "Check user name and password, and try again."),
    spi.AccessDenied: (
        ErrorCode.ACCESS_DENIED,
        "Use an account that may do this, or ask who administers it.",
    ),
    spi.NotACalendarServer: (ErrorCode.NOT_A_CALENDAR_SERVER, "Check the address of the calendar server."),
    spi.CalendarGone: (ErrorCode.CALENDAR_GONE, "Choose another calendar."),
    LeftAlone: (ErrorCode.PROVIDER_DOWN, "Wait a while and try again."),
    spi.RateLimited: (ErrorCode.RATE_LIMITED, "Wait a while and try again."),
    spi.Unavailable: (ErrorCode.UNREACHABLE, "Check the address, or try again later."),
    spi.Misconfigured: (
        ErrorCode.MISCONFIGURED,
        "Check the address; if it is right, tell who runs this service.",
    ),
}
_UNEXPECTED = (ErrorCode.FAILED, "Try again; if it stays like this, tell who runs this service.")


def explained(error: spi.ProviderError) -> tuple[ErrorCode, str]:
    """The code, and what to do."""
    return next((what for kind, what in _EXPLAINED.items() if isinstance(error, kind)), _UNEXPECTED)


def error_code(name: str) -> ErrorCode:
    """The code that was stored; FAILED for one that is not known here."""
    return ErrorCode.__members__.get(name.upper(), ErrorCode.FAILED)


def request_error(code: str, message: str) -> GraphQLError:
    """An error of the whole field, with ``extensions.code``: for queries, and for who is asking."""
    return GraphQLError(message, extensions={"code": code})


def unusable(message: str) -> GraphQLError:
    """An argument of a query cannot be used."""
    return request_error("INVALID_ARGUMENT", message)
