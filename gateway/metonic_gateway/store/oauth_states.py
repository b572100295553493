"""Sign-ins that began at a provider's page: each can be ended once, by its user, before it expires."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from metonic_gateway.store.models import OAuthState


@dataclass(frozen=True, slots=True)
class Begun:
    """``id`` is the hash of the state, which is stored nowhere; ``page`` takes the sign-in up again."""

    id: str
    user_id: UUID
    provider: str
    page: str
    sealed: str
    expires_at: datetime


async def keep(begun: Begun) -> None:
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
    row = await OAuthState.get_or_none(id=state_id, provider=provider, expires_at__gt=now)
    return row.page if row else None


async def take(state_id: str, user_id: UUID, provider: str, now: datetime) -> str | None:
    """What was sealed, for the first who asks; None, and nothing is done, if that sign-in is not this one."""
    theirs = OAuthState.filter(id=state_id, user_id=user_id, provider=provider, expires_at__gt=now)
    row = await theirs.first()
    return row.sealed if row is not None and await theirs.delete() else None
