"""Connected calendars: a user's choice of one calendar at one provider, and the links that are its lives."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from metonic_core.model.mapping import Origin
from metonic_core.model.when import Window
from metonic_core.spi.provider import Account, CalendarInfo
from metonic_gateway.store import models
from metonic_gateway.store.drawing import draw_all
from metonic_gateway.store.runs import RunError, close_all
from metonic_gateway.store.states import DISCONNECTED, DISCONNECTING, NEEDS_CALENDAR

_WAITING_FOR_A_CHOICE: dict[str, Any] = {
    "is_active": True,
    "stopped": NEEDS_CALENDAR,
    "problem": None,
    "failures": 0,
    "next_sync_at": None,
}


@dataclass(frozen=True, slots=True)
class ConnectedCalendar:
    """``sealed`` is the envelope of the credentials, None once disconnected; ``stopped`` as in ``states``."""

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
    stopped: str | None
    failures: int

    @property
    def is_connected(self) -> bool:
        """Whether there is a sign-in to work with."""
        return self.sealed is not None and self.stopped not in {DISCONNECTING, DISCONNECTED}


async def load(calendar_id: UUID) -> ConnectedCalendar | None:
    row = await models.CalendarSyncConfig.get_or_none(id=calendar_id)
    return _value_of(row) if row else None


async def of_user(user_id: UUID, provider: str) -> ConnectedCalendar | None:
    """The user's calendar at that provider, disconnected ones included."""
    row = await models.CalendarSyncConfig.get_or_none(user_id=user_id, provider=provider)
    return _value_of(row) if row else None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a sign-in brought; ``sealed`` is bound to the row ``id``."""

    id: UUID
    user_id: UUID
    provider: str
    account: Account
    sealed: str
    choices: Sequence[CalendarInfo]


async def keep_sign_in(signed_in: SignedIn, frequency: timedelta, now: datetime) -> None:
    """Store who signed in; the calendar rests until one is chosen. Another account ends the present link."""
    columns = _account_columns(signed_in) | _WAITING_FOR_A_CHOICE | {"updated_at": now}
    async with in_transaction():
        row = await models.CalendarSyncConfig.get_or_none(id=signed_in.id)
        if row is None:
            await _create(signed_in, frequency, now)
        elif row.account_subject != signed_in.account.subject:
            await _archive_links(row.id, now)
            columns |= {"link_id": None, "calendar_id": None, "calendar_name": None}
        rows = models.CalendarSyncConfig.filter(id=signed_in.id)
        await rows.update(**columns, fence=F("fence") + 1)


async def _create(signed_in: SignedIn, frequency: timedelta, now: datetime) -> None:
    row = await models.CalendarSyncConfig.create(
        id=signed_in.id,
        user_id=signed_in.user_id,
        provider=signed_in.provider,
        sync_frequency_minutes=frequency // timedelta(minutes=1),
        created_at=now,
        updated_at=now,
        **_account_columns(signed_in),
    )
    await models.CalendarSyncFilter.create(id=uuid4(), sync_config=row)


def _account_columns(signed_in: SignedIn) -> dict[str, Any]:
    account = signed_in.account
    return {
        "account_subject": account.subject,
        "account_name": account.name,
        "account_server": account.server,
        "account_username": account.username,
        "access_token": signed_in.sealed,
        "calendars": [asdict(choice) for choice in signed_in.choices],
    }


async def choose(calendar_id: UUID, choice: CalendarInfo, window: Window, now: datetime) -> UUID:
    """Begin or revive the link to that calendar of the account, and put all appointments to work in it.

    The former link is archived. Returns the link's id.
    """
    async with in_transaction():
        row = await models.CalendarSyncConfig.get(id=calendar_id)
        link = await _link_to(row, choice.id, now)
        await _archive_links(row.id, now, except_for=link.id)
        rows = models.CalendarSyncConfig.filter(id=row.id)
        await rows.update(
            calendar_id=choice.id,
            calendar_name=choice.name,
            link_id=link.id,
            stopped=None,
            problem=None,
            failures=0,
            next_sync_at=now,
            nudge_seq=F("nudge_seq") + 1,
            fence=F("fence") + 1,
            updated_at=now,
        )
        await draw_all(link.id, window)
    return link.id


async def _link_to(row: models.CalendarSyncConfig, external_id: str, now: datetime) -> models.CalendarLink:
    """The link of this account to that calendar, to be read completely first."""
    known: dict[str, Any] = {
        "sync_config_id": row.id,
        "account_subject": row.account_subject,
        "calendar_id": external_id,
    }
    fresh: dict[str, Any] = {"cursor": None, "is_reading_completely": False, "archived_at": None}
    await models.CalendarLink.filter(**known).update(**fresh)
    link = await models.CalendarLink.get_or_none(**known)
    return link or await models.CalendarLink.create(id=uuid4(), created_at=now, **known)


async def _archive_links(calendar_id: UUID, now: datetime, *, except_for: UUID | None = None) -> None:
    links = models.CalendarLink.filter(sync_config_id=calendar_id, archived_at=None)
    await links.exclude(id=except_for).update(archived_at=now)


async def begin_disconnecting(calendar_id: UUID, now: datetime) -> None:
    """From here on nothing is synced, and what runs writes nothing more; copies are removed by a job.

    The job reads the calendar completely, so that it finds copies that no row knows.
    """
    async with in_transaction():
        rows = models.CalendarSyncConfig.filter(id=calendar_id)
        await rows.update(
            stopped=DISCONNECTING,
            problem=None,
            failures=0,
            next_sync_at=now,
            nudge_seq=F("nudge_seq") + 1,
            fence=F("fence") + 1,
            updated_at=now,
        )
        links = models.CalendarLink.filter(sync_config_id=calendar_id, archived_at=None)
        await links.update(cursor=None, is_reading_completely=False)


async def finish_disconnecting(
    calendar_id: UUID, now: datetime, *, problem: Mapping[str, str] | None = None, fence: int | None = None
) -> bool:
    """Archive the link, and erase the credentials last; False if the fence moved since."""
    rows = models.CalendarSyncConfig.filter(id=calendar_id)
    columns: dict[str, Any] = {
        "stopped": DISCONNECTED,
        "is_active": False,
        "link_id": None,
        "next_sync_at": None,
    }
    async with in_transaction():
        held = rows if fence is None else rows.filter(fence=fence)
        if not await held.update(**columns, problem=problem, fence=F("fence") + 1, updated_at=now):
            return False
        await _archive_links(calendar_id, now)
        await close_all(calendar_id, _disconnected(now))
        await rows.update(access_token=None)
    return True


def _disconnected(now: datetime) -> RunError:
    return RunError("failed", "The calendar was disconnected.", "Connect it again to sync it.", now)


async def count_copies(link_id: UUID | None) -> int:
    """How many events of this link were made by us and are still there."""
    copies = models.CalendarSyncMapping.filter(link_id=link_id, closed=None, origin=Origin.COPY.value)
    return await copies.exclude(external_event_id=None).exclude(etag=None).count()


def _value_of(row: models.CalendarSyncConfig) -> ConnectedCalendar:
    return ConnectedCalendar(
        id=row.id,
        user_id=row.user_id,
        provider=row.provider,
        account=Account(row.account_subject, row.account_name, row.account_server, row.account_username),
        sealed=row.access_token,
        choices=tuple(CalendarInfo(**choice) for choice in row.calendars),
        calendar_id=row.calendar_id,
        calendar_name=row.calendar_name,
        link_id=row.link_id,
        frequency=timedelta(minutes=row.sync_frequency_minutes),
        is_active=row.is_active,
        stopped=row.stopped,
        failures=row.failures,
    )
