"""What can go wrong at a provider: one class per decision the engine takes.

ProviderError
├── SignInNeeded      account   stop until the user signs in again
├── AccessDenied      calendar  the account may not do this; on a write: the event is left alone
├── CalendarGone      calendar  stop the link, delete nothing
├── CursorExpired     calendar  read completely
├── RateLimited       account   wait, at least ``retry_after``
│   └── Paced         account   we wait ourselves: nothing was sent, and nothing is wrong
├── Unavailable       account   wait and try again; after a write the outcome is unknown
├── Misconfigured     project   the operator's fault
├── NotACalendarServer calendar the address answers, but not as this provider does
├── EtagMismatch      item      read the event again
├── NotFound          item      read the event again
├── IdentityTaken     item      another event has the identity: the next generation is tried
└── Unacceptable      item      the provider will never take this content
"""

from enum import StrEnum

from metonic_core.spi.client import Answer


class Scope(StrEnum):
    """How much an error stops."""

    ITEM = "item"
    CALENDAR = "calendar"
    ACCOUNT = "account"
    PROJECT = "project"


class ProviderError(Exception):
    """``message`` is a sentence for people, without credentials and without text of an event."""

    scope = Scope.CALENDAR

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def concerns_all(self) -> bool:
        """Whether every other request for the account would meet it as well."""
        return self.scope in {Scope.ACCOUNT, Scope.PROJECT}


class SignInNeeded(ProviderError):
    """The credentials are no longer, or not, accepted.

    ``answer``: the refusal that says so, if one does: a plugin may know that it means something else.
    """

    scope = Scope.ACCOUNT

    def __init__(self, message: str, answer: Answer | None = None) -> None:
        super().__init__(message)
        self.answer = answer


class AccessDenied(ProviderError):
    """The account is signed in but may not do this."""


class CalendarGone(ProviderError):
    """The calendar is not there any more."""


class CursorExpired(ProviderError):
    """The provider no longer knows the cursor: only a complete read helps."""


class RateLimited(ProviderError):
    """Too many requests; ``retry_after`` in seconds where the provider named it."""

    scope = Scope.ACCOUNT

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Paced(RateLimited):
    """The provider is not asked, so that it need not refuse: ``retry_after`` is when there is room again.

    A client raises it for a plugin that declares a pace, before a byte is sent. A plugin need not know it; it
    may answer so for a write that a batch has no room for.
    """


class Unavailable(ProviderError):
    """A time-out, a cut connection, a 5xx."""

    scope = Scope.ACCOUNT


class Misconfigured(ProviderError):
    """The installation is set up wrongly; no user can mend it."""

    scope = Scope.PROJECT


class NotACalendarServer(ProviderError):
    """Something answers at that address, and it is no calendar server."""


class EtagMismatch(ProviderError):
    """The event is not the version that was expected; nothing was written."""

    scope = Scope.ITEM


class NotFound(ProviderError):
    """No event under that id."""

    scope = Scope.ITEM


class IdentityTaken(ProviderError):
    """The identity of a create belongs to an event that is not our copy, or to a deleted one."""

    scope = Scope.ITEM


class Unacceptable(ProviderError):
    """The provider refuses this content for good."""

    scope = Scope.ITEM
