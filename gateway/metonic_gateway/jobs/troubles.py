"""What users are told about a run that could not do its work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from metonic_core.reconcile.step import Reason
from metonic_core.spi.errors import (
    AccessDenied,
    CalendarGone,
    Misconfigured,
    ProviderError,
    RateLimited,
    SignInNeeded,
    Unavailable,
)
from metonic_core.sync import Quarantined, Report
from metonic_gateway.accounts.circuits import LeftAlone
from metonic_gateway.accounts.oauth.authority import ADMIN_NEEDED, AdminNeeded
from metonic_gateway.store.runs import RunError


@dataclass(frozen=True, slots=True)
class Trouble:
    """``code`` is a code of the API, the others are sentences for people."""

    code: str
    message: str
    next_step: str

    def as_problem(self, now: datetime) -> dict[str, str]:
        """The form that a calendar's row holds."""
        return {
            "code": self.code,
            "message": self.message,
            "next_step": self.next_step,
            "at": now.isoformat(),
        }

    def as_error(self, now: datetime) -> RunError:
        """The form that a run's row holds."""
        return RunError(self.code, self.message, self.next_step, now)


GONE = "calendar_gone"
PROVIDER_DOWN = "provider_down"
"""The code of the problem that nobody gets an answer from the provider, so that it is left alone."""
LATER = "Nothing to do: it is tried again by itself."
NOTHING_LEFT = "Nothing to do: the calendar is gone, and they with it."
_ASKED_AGAIN = "Nothing to do: the calendar is asked about it by itself."
_MEND_THE_ITEM = "Change the appointment or the event, then it is tried again; all others are not affected."
OSCILLATES = "The calendar keeps putting back what is written there, so it is left as it is for a day."
_MEND_THE_QUARREL = (
    "See whether another sync tool or a rule changes this event; a change here is written again at once."
)
_OPERATOR = "Tell whoever runs this service; it is tried again by itself."

_EXPLAINED: tuple[tuple[type[ProviderError], str, str], ...] = (
    (
        AdminNeeded,
        ADMIN_NEEDED,
        "Ask an administrator of your organization to allow this service, then connect the provider again.",
    ),
    (
        SignInNeeded,
        "sign_in_required",
        "Connect the provider again; everything is kept and goes on from there.",
    ),
    (
        CalendarGone,
        GONE,
        "Choose another calendar. Nothing was deleted: if it comes back, choose it again.",
    ),
    (AccessDenied, "access_denied", "Give the account access to the calendar, or choose another calendar."),
    (LeftAlone, PROVIDER_DOWN, LATER),
    (RateLimited, "rate_limited", LATER),
    (Unavailable, "unreachable", LATER),
    (Misconfigured, "misconfigured", _OPERATOR),
)


def trouble_of(error: ProviderError) -> Trouble:
    """What a provider's error means to the user."""
    for kind, code, next_step in _EXPLAINED:
        if isinstance(error, kind):
            return Trouble(code, error.message, next_step)
    return Trouble("failed", error.message, LATER)


def errors_of(report: Report, now: datetime) -> list[RunError]:
    """The items that a run had to leave alone."""
    return left_alone(report.quarantined, now)


def left_alone(items: Sequence[Quarantined], now: datetime) -> list[RunError]:
    """The same of a run that was, or would be."""
    return [RunError(*_told(item.message), now, item.appointment_id, item.event_id) for item in items]


def unsettled(writes: int) -> Trouble:
    """That so many writes may have happened or not: they were cut off, or their answer was lost."""
    changes = "1 change" if writes == 1 else f"{writes} changes"
    return Trouble(
        "interrupted", f"It is not known yet whether {changes} reached the calendar.", _ASKED_AGAIN
    )


def _told(reason: str) -> tuple[str, str, str]:
    """Code, sentence and next step for an item: its reason is a code of ours or a sentence already."""
    if reason == Reason.OSCILLATES:
        return "failed", OSCILLATES, _MEND_THE_QUARREL
    return "failed", reason, _MEND_THE_ITEM


UNEXPECTED = Trouble("failed", "Something went wrong inside the service.", _OPERATOR)
STANDS_STILL = Trouble(
    "rate_limited",
    "The provider allows fewer requests than this calendar takes, so it does not get on.",
    _OPERATOR,
)
COPIES_LEFT = "The copies that were made are still in the calendar: delete them there."
DELETE_THEM = "Delete them there. Choosing your calendar once more puts this note away."
COPIES_BEHIND = Trouble("failed", "Copies are still in a calendar that was synced before.", LATER)
NOT_GIVEN_BACK = Trouble("unreachable", "The provider could not be told that the sign-in ends.", LATER)
NEVER_GIVEN_BACK = Trouble(
    "unreachable",
    "The provider could not be told that the sign-in ended; here it is forgotten.",
    "Take our access away in your account at the provider.",
)
