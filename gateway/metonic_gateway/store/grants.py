"""The envelope of an account's credentials, renewed by one at a time in whatever process.

Whoever renews holds the envelope for a while, and what comes of it is stored only while the envelope is the
one that was renewed: a new sign-in, or the end of one, always wins.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.exceptions import BaseORMException
from tortoise.expressions import Q

from metonic_gateway.store.models import CalendarSyncConfig
from metonic_gateway.store.states import DISCONNECTING, NEEDS_SIGN_IN

LENGTH = timedelta(seconds=45)
_AGAIN_AFTER = 0.5


async def read(calendar_id: UUID, subject: str) -> str | None:
    """The envelope as it is now; None once that account of the calendar is not signed in any more."""
    row = await CalendarSyncConfig.get_or_none(id=calendar_id, account_subject=subject).only("access_token")
    return row.access_token if row else None


async def claim(calendar_id: UUID, sealed: str, now: datetime) -> datetime | None:
    """The right to renew that envelope, until then; None if somebody else has it, or it is another one."""
    until = now + LENGTH
    # A clock that was ahead may have left a hold that ends long after any renewal.
    is_free = Q(renewing_until=None) | Q(renewing_until__lte=now) | Q(renewing_until__gt=until + LENGTH)
    rows = CalendarSyncConfig.filter(is_free, id=calendar_id, access_token=sealed)
    return until if await rows.update(renewing_until=until) else None


async def let_go(calendar_id: UUID, until: datetime) -> None:
    """Give the right back."""
    await CalendarSyncConfig.filter(id=calendar_id, renewing_until=until).update(renewing_until=None)


async def replace(calendar_id: UUID, former: str, sealed: str) -> bool:
    """Store the renewed envelope; False, and nothing is stored, if the former one is not there any more."""
    rows = CalendarSyncConfig.filter(id=calendar_id, access_token=former)
    new = {"access_token": sealed, "renewing_until": None}
    try:
        return bool(await rows.update(**new))
    except (BaseORMException, OSError):
        # Where it rotates, the refresh token in hand is the only one that is good.
        await asyncio.sleep(_AGAIN_AFTER)
        return bool(await rows.update(**new))


async def is_lived_on(provider: str, subject: str, *, besides: UUID | None = None) -> bool:
    """Whether a calendar, but for that one, is signed in to the account, and not about to give that back.

    One that waits for a new sign-in has no grant to lose: the provider said that it is over.
    """
    is_staying = Q(stopped=None) | Q(keeps_copies=False, stopped=DISCONNECTING)
    is_staying |= Q(stopped__not_in=[DISCONNECTING, NEEDS_SIGN_IN])
    theirs = CalendarSyncConfig.filter(provider=provider, account_subject=subject, access_token__isnull=False)
    return await theirs.filter(is_staying).exclude(id=besides).exists()
