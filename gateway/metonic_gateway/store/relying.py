"""Until when a provider can be relied on to tell of changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from metonic_gateway.store.models import CalendarLink

Found = Sequence[Mapping[str, Any]]
"""Columns of a link with those of each of its channels, once if it has none."""


async def look_after(link_id: UUID, found: Found, now: datetime) -> None:
    """The link works and its provider can tell of changes: it gets a channel, unless one is looked after."""
    if found and found[0]["push_at"] is None:
        await CalendarLink.filter(id=link_id, push_at=None).update(push_at=now)


async def told_until(link_id: UUID, base: str) -> datetime | None:
    """Until when the provider can be relied on to tell of changes in that link; None: it cannot."""
    return relied_on(await told_by(link_id), base)


async def told_by(link_id: UUID, *names: str) -> Found:
    """What tells whether the provider can be relied on, with further columns of the link."""
    of_channel = {name: f"channels__{name}" for name in ("address", "opened_at", "heard_at", "expires_at")}
    return await CalendarLink.filter(id=link_id).values(*names, "push_at", "push_problem", **of_channel)


def relied_on(found: Found, base: str) -> datetime | None:
    """Something came through a channel to this address, and nothing keeps it from being renewed."""
    heard = [row for row in found if row["opened_at"] and row["heard_at"] and row["push_problem"] is None]
    return max((row["expires_at"] for row in heard if row["address"].startswith(base)), default=None)
