"""A connected calendar as a value: whose it is, at which account, what was chosen, and how it stands."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from metonic_core.spi.provider import Account, CalendarInfo
from metonic_gateway.store import models
from metonic_gateway.store.states import DISCONNECTED, DISCONNECTING


@dataclass(frozen=True, slots=True)
class ConnectedCalendar:
    """``sealed`` is the envelope of the credentials, None once disconnected; ``stopped`` as in ``states``.

    ``keeps_copies``: while it is being disconnected, nothing is removed.
    """

    id: UUID
    user_id: UUID
    provider: str
    account: Account
    sealed: str | None
    choices: tuple[CalendarInfo, ...]
    calendar_id: str | None
    calendar_name: str | None
    link_id: UUID | None
    frequency: timedelta
    is_active: bool
    is_paused: bool
    stopped: str | None
    keeps_copies: bool
    failures: int

    @property
    def is_connected(self) -> bool:
        """Whether there is a sign-in to work with."""
        return self.sealed is not None and self.stopped not in {DISCONNECTING, DISCONNECTED}


def value_of(row: models.CalendarSyncConfig, zone: str | None = None) -> ConnectedCalendar:
    """The row must have its user fetched, unless their zone is told."""
    account = row.account_subject, row.account_name, row.account_server, row.account_username
    return ConnectedCalendar(
        id=row.id,
        user_id=row.user_id,
        provider=row.provider,
        account=Account(*account, zone=zone or row.user.zone),
        sealed=row.access_token,
        choices=tuple(CalendarInfo(**choice) for choice in row.calendars),
        calendar_id=row.calendar_id,
        calendar_name=row.calendar_name,
        link_id=row.link_id,
        frequency=timedelta(minutes=row.sync_frequency_minutes),
        is_active=row.is_active,
        is_paused=row.is_paused,
        stopped=row.stopped,
        keeps_copies=row.keeps_copies,
        failures=row.failures,
    )
