"""What the author of a provider plugin sees: one hook, a provider value, a calendar adapter, the errors."""

from metonic_core.model.content import Content, Group, Status
from metonic_core.model.errors import InvalidValue
from metonic_core.model.event import StoredEvent
from metonic_core.model.series import Override, Recurrence
from metonic_core.model.when import AllDay, Timed, Window
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.changes import (
    Change,
    ChangePage,
    EventPage,
    Foreign,
    Gone,
    Reading,
    Seen,
    Touched,
    Unreadable,
)
from metonic_core.spi.client import Answer, Client
from metonic_core.spi.errors import (
    AccessDenied,
    CalendarGone,
    CursorExpired,
    EtagMismatch,
    IdentityTaken,
    Misconfigured,
    NotACalendarServer,
    NotFound,
    Paced,
    ProviderError,
    RateLimited,
    SignInNeeded,
    Unacceptable,
    Unavailable,
)
from metonic_core.spi.hook import hookimpl
from metonic_core.spi.pace import Pace
from metonic_core.spi.provider import (
    Account,
    CalendarInfo,
    Capabilities,
    Field,
    OAuth2,
    Password,
    Provider,
)
from metonic_core.spi.push import Channel, ChannelAsk, Fate, Forged, Incoming, Notice, Push
from metonic_core.spi.writes import Create, Delete, Failed, Outcome, Removed, Stored, Unknown, Update, Write

__all__ = [
    "AccessDenied",
    "Account",
    "AllDay",
    "Answer",
    "CalendarAdapter",
    "CalendarGone",
    "CalendarInfo",
    "Capabilities",
    "Change",
    "ChangePage",
    "Channel",
    "ChannelAsk",
    "Client",
    "Content",
    "Create",
    "CursorExpired",
    "Delete",
    "EtagMismatch",
    "EventPage",
    "Failed",
    "Fate",
    "Field",
    "Foreign",
    "Forged",
    "Gone",
    "Group",
    "IdentityTaken",
    "Incoming",
    "InvalidValue",
    "Misconfigured",
    "NotACalendarServer",
    "NotFound",
    "Notice",
    "OAuth2",
    "Outcome",
    "Override",
    "Pace",
    "Paced",
    "Password",
    "Provider",
    "ProviderError",
    "Push",
    "RateLimited",
    "Reading",
    "Recurrence",
    "Removed",
    "Seen",
    "SignInNeeded",
    "Status",
    "Stored",
    "StoredEvent",
    "Timed",
    "Touched",
    "Unacceptable",
    "Unavailable",
    "Unknown",
    "Unreadable",
    "Update",
    "Window",
    "Write",
    "hookimpl",
]
