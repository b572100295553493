"""Sign-ins that began at a provider's page: each can be ended once, by its user, before it expires."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from metonic_gateway.store.models import OAuthState

LASTS = timedelta(minutes=10)
_OF_ONE_USER = 10


@dataclass(frozen=True, slots=True)
class Begun:
    """``id`` is the hash of the state, which is stored nowhere; ``page`` takes the sign-in up again."""

    id: str
    user_id: UUID
    provider: str
    page: str
    sealed: str
    expires_at: datetime


async def keep(begun: Begun, now: datetime) -> None:
    """Of each user the latest ten are kept; those that are over go."""
    theirs = OAuthState.filter(user_id=begun.user_id)
    async with in_transaction():
        # Each by its name: one that was kept meanwhile is not among them.
        older = theirs.filter(_is_good(now)).order_by("-expires_at").offset(_OF_ONE_USER - 1)
        gone = [*await older.only("id"), *await theirs.exclude(_is_good(now)).only("id")]
        await OAuthState.filter(id__in=[row.id for row in gone]).delete()
        await OAuthState.create(
            id=begun.id,
            user_id=begun.user_id,
            provider=begun.provider,
            page=begun.page,
            sealed=begun.sealed,
            expires_at=begun.expires_at,
        )


async def page_of(state_id: str, provider: str, now: datetime) -> str | None:
    """Where that sign-in goes on; None if there is none (any more)."""
    row = await OAuthState.get_or_none(_is_good(now), id=state_id, provider=provider)
    return row.page if row else None


async def take(state_id: str, user_id: UUID, provider: str, now: datetime) -> str | None:
    """What was sealed, for the first who asks; None, and nothing is done, if that sign-in is not this one."""
    theirs = OAuthState.filter(_is_good(now), id=state_id, user_id=user_id, provider=provider)
    row = await theirs.first()
    return row.sealed if row is not None and await theirs.delete() else None


def over(now: datetime) -> QuerySet[OAuthState]:
    """Those that cannot be finished any more."""
    return OAuthState.exclude(_is_good(now))


def _is_good(now: datetime) -> Q:
    # One that ends long after any can is of a clock that was ahead; several clocks differ a little.
    return Q(expires_at__gt=now, expires_at__lte=now + 2 * LASTS)
