"""Connected calendars: a user's choice of one calendar at one provider, and the links that are its lives."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from metonic_core.model.when import Window
from metonic_core.spi.provider import Account, CalendarInfo
from metonic_gateway.store import models, noting, plans
from metonic_gateway.store.channels import forget_all, replace_all
from metonic_gateway.store.connected import ConnectedCalendar, value_of
from metonic_gateway.store.drawing import draw_all
from metonic_gateway.store.former import STAYING, forget_troubles
from metonic_gateway.store.states import DISCONNECTED, DISCONNECTING, NEEDS_CALENDAR
from metonic_gateway.store.transactions import transactional

FROM_THE_BEGINNING: dict[str, Any] = {"cursor": None, "is_reading_completely": False, "is_suspect": False}
"""A link that is to be read completely."""
_NO_LINK: dict[str, Any] = {"link_id": None, "calendar_id": None, "calendar_name": None}


class SignedOut(Exception):
    """The calendar was disconnected meanwhile; nothing was written."""


async def load(calendar_id: UUID) -> ConnectedCalendar | None:
    row = await models.CalendarSyncConfig.get_or_none(id=calendar_id).select_related("user")
    return value_of(row) if row else None


async def of_user(user_id: UUID, provider: str) -> ConnectedCalendar | None:
    """The user's calendar at that provider, disconnected ones included."""
    rows = models.CalendarSyncConfig.filter(user_id=user_id, provider=provider)
    row = await rows.select_related("user").first()
    return value_of(row) if row else None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a sign-in brought; ``sealed`` is bound to the row ``id``.

    ``former`` is the subject of the account that was signed in there before, if any.
    """

    id: UUID
    user_id: UUID
    provider: str
    account: Account
    sealed: str
    choices: Sequence[CalendarInfo]
    former: str | None = None

    def obvious(self, former: str | None) -> CalendarInfo | None:
        """The calendar that was chosen before, else the only one that can be written to, else None."""
        writable = [choice for choice in self.choices if choice.is_writable]
        again = [choice for choice in writable if choice.id == former]
        if again:
            return again[0]
        return writable[0] if len(writable) == 1 else None


@transactional
async def keep_sign_in(
    signed_in: SignedIn, frequency: timedelta, now: datetime, window: Window
) -> ConnectedCalendar | None:
    """Store who signed in. Another account ends the present link.

    The obvious calendar is chosen in the same transaction, so that a working one never rests; where none is
    obvious it rests until one is chosen. None, and nothing was stored, if somebody signed in at the same
    moment: the row has another id, or another account, and that one has a grant to be given back.
    """
    expected = {signed_in.former, signed_in.account.subject}
    found = await _found_or_made(signed_in, frequency, now)
    if found.id != signed_in.id or found.account_subject not in expected:
        return None
    await _sign_in(found, signed_in, window, now)
    return value_of(await models.CalendarSyncConfig.get(id=found.id).select_related("user"))


async def _found_or_made(
    signed_in: SignedIn, frequency: timedelta, now: datetime
) -> models.CalendarSyncConfig:
    """The user's row at that provider, locked."""
    theirs = models.CalendarSyncConfig.filter(user_id=signed_in.user_id, provider=signed_in.provider)
    known = await theirs.select_for_update(no_key=True).first()
    if known is not None:
        return known
    row = models.CalendarSyncConfig(
        id=signed_in.id,
        user_id=signed_in.user_id,
        provider=signed_in.provider,
        sync_frequency_minutes=frequency // timedelta(minutes=1),
        created_at=now,
        updated_at=now,
        **_account_columns(signed_in),
    )
    # Whoever draws an appointment for the user's calendars has done so by now, or will see this one.
    await models.User.filter(id=signed_in.user_id).select_for_update().only("id")
    await models.CalendarSyncConfig.bulk_create([row], ignore_conflicts=True)
    made = await theirs.select_for_update(no_key=True).get()
    if made.id == signed_in.id:
        await models.CalendarSyncFilter.create(id=uuid4(), sync_config=made)
    return made


async def _sign_in(
    row: models.CalendarSyncConfig, signed_in: SignedIn, window: Window, now: datetime
) -> None:
    is_same = row.account_subject == signed_in.account.subject
    columns = _account_columns(signed_in) | {"is_active": True, "problem": None, "failures": 0}
    # Whoever held the envelope of before holds nothing of this one.
    columns["renewing_until"] = None
    if is_same:
        await replace_all(row.id, now)
    else:
        await archive_links(row.id, now)
        await forget_troubles(row.id)
        await forget_all(row.id)
        columns |= _NO_LINK
    rows = models.CalendarSyncConfig.filter(id=row.id)
    await rows.update(**columns, fence=F("fence") + 1, updated_at=now)
    choice = signed_in.obvious(row.calendar_id if is_same else None)
    if choice is None:
        await rows.update(stopped=NEEDS_CALENDAR, next_sync_at=None)
    else:
        await _use(await rows.get(), choice, window, now)


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


async def keep_choices(calendar_id: UUID, subject: str, choices: Sequence[CalendarInfo]) -> None:
    """Store what calendars the account has now; nothing, if another one signed in meanwhile."""
    rows = _connected(calendar_id).filter(account_subject=subject)
    await rows.update(calendars=[asdict(choice) for choice in choices])


async def note_problem(calendar_id: UUID, subject: str, problem: Mapping[str, str]) -> None:
    """Tell of what is wrong until a run has worked; nothing, if another account signed in meanwhile."""
    await models.CalendarSyncConfig.filter(id=calendar_id, account_subject=subject).update(problem=problem)


@transactional
async def choose(
    calendar_id: UUID, choice: CalendarInfo, window: Window, now: datetime, *, remove_copies: bool
) -> UUID:
    """Begin or revive the link to that calendar of the account, and put all appointments to work in it.

    The former link is archived; ``remove_copies``: runs take the copies out of its calendar. Returns the
    link's id; raises SignedOut.
    """
    if not await _connected(calendar_id).update(fence=F("fence") + 1):
        raise SignedOut
    await forget_troubles(calendar_id)
    row = await models.CalendarSyncConfig.get(id=calendar_id)
    return await _use(row, choice, window, now, is_leaving=remove_copies)


def _connected(calendar_id: UUID) -> QuerySet[models.CalendarSyncConfig]:
    """The row, if there is a sign-in to work with."""
    is_staying = Q(stopped=None) | Q(stopped__not_in=[DISCONNECTING, DISCONNECTED])
    return models.CalendarSyncConfig.filter(is_staying, id=calendar_id, access_token__isnull=False)


async def _use(
    row: models.CalendarSyncConfig,
    choice: CalendarInfo,
    window: Window,
    now: datetime,
    *,
    is_leaving: bool = False,
) -> UUID:
    link = await _link_to(row, choice.id, now)
    await archive_links(row.id, now, except_for=link.id, is_leaving=is_leaving)
    await models.CalendarSyncConfig.filter(id=row.id).update(
        calendar_id=choice.id,
        calendar_name=choice.name,
        link_id=link.id,
        stopped=None,
        problem=None,
        failures=0,
        still_since=None,
        next_sync_at=now,
        nudge_seq=F("nudge_seq") + 1,
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
    await models.CalendarLink.filter(**known).update(archived_at=None, **FROM_THE_BEGINNING, **STAYING)
    link = await models.CalendarLink.get_or_none(**known)
    return link or await models.CalendarLink.create(id=uuid4(), created_at=now, **known)


async def archive_links(
    calendar_id: UUID, now: datetime, *, except_for: UUID | None = None, is_leaving: bool = False
) -> None:
    """End the lives of a calendar: nothing is synced in them any more, and nothing waits for a person there.

    ``is_leaving``: their copies are to be taken out, also those that no row knows.
    """
    links = models.CalendarLink.filter(sync_config_id=calendar_id, archived_at=None).exclude(id=except_for)
    leaving = FROM_THE_BEGINNING | STAYING | {"is_leaving": True} if is_leaving else {}
    await links.filter(push_at__isnull=False).update(push_at=now)
    if await links.update(archived_at=now, **leaving):
        await noting.close_all(calendar_id, now)
        await plans.drop(calendar_id)
