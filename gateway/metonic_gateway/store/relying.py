"""Until when a provider can be relied on to tell of changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from metonic_gateway.store.models import CalendarLink


async def look_after(link_id: UUID, base: str, now: datetime) -> datetime | None:
    """The link works and its provider can tell of changes: it gets a channel, unless one is looked after.

    Returns until when the provider can be relied on, as ``told_until``.
    """
    found = await _told_by(link_id)
    if found and found[0]["push_at"] is None:
        await CalendarLink.filter(id=link_id, push_at=None).update(push_at=now)
    return _relied_on(found, base)


async def told_until(link_id: UUID, base: str) -> datetime | None:
    """Until when the provider can be relied on to tell of changes in that link; None: it cannot."""
    return _relied_on(await _told_by(link_id), base)


async def _told_by(link_id: UUID) -> Sequence[dict[str, Any]]:
    """The link's own columns, with those of each of its channels if there are any."""
    names = ("address", "opened_at", "heard_at", "expires_at")
    of_channel = {name: f"channels__{name}" for name in names}
    return await CalendarLink.filter(id=link_id).values("push_at", "push_problem", **of_channel)


def _relied_on(found: Sequence[dict[str, Any]], base: str) -> datetime | None:
    """Something came through a channel to this address, and nothing keeps it from being renewed."""
    heard = [row for row in found if row["opened_at"] and row["heard_at"] and row["push_problem"] is None]
    return max((row["expires_at"] for row in heard if row["address"].startswith(base)), default=None)
