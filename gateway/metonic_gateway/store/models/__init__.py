"""The tables. Keys are made by us, instants are aware and UTC, external ids and tokens are TEXT.

Columns named in the specification keep their names. What is compared is stored as one JSON document of
``metonic_core.model.codec``; what is searched has a column beside it.

Docstrings become table comments: a backtick or a semicolon in one breaks the SQL that Tortoise makes of it.

Unique indexes over open rows, and over columns that were added later (appointments.platform_id), are made by
the migrations: the ORM cannot express them on SQLite. A column that is added later and not NULL has its
default in the database too, for the rows that are there.
"""

from metonic_gateway.store.models.calendars import (
    CalendarSyncChoice,
    CalendarSyncConfig,
    CalendarSyncFilter,
    OAuthState,
)
from metonic_gateway.store.models.history import (
    CalendarSyncConflict,
    CalendarSyncHistory,
    SyncOperation,
    SyncPlanStep,
)
from metonic_gateway.store.models.links import CalendarLink, CalendarSyncMapping, PushChannel
from metonic_gateway.store.models.platform import (
    Appointment,
    AppointmentChange,
    AppointmentParticipant,
    ChangeCounter,
    User,
)
from metonic_gateway.store.models.providers import ProviderBudget, ProviderUsage

__all__ = [
    "Appointment",
    "AppointmentChange",
    "AppointmentParticipant",
    "CalendarLink",
    "CalendarSyncChoice",
    "CalendarSyncConfig",
    "CalendarSyncConflict",
    "CalendarSyncFilter",
    "CalendarSyncHistory",
    "CalendarSyncMapping",
    "ChangeCounter",
    "OAuthState",
    "ProviderBudget",
    "ProviderUsage",
    "PushChannel",
    "SyncOperation",
    "SyncPlanStep",
    "User",
]
