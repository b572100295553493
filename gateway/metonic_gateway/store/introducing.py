"""What a token says of its user, and what follows where copies show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from metonic_core.model.mapping import Origin
from metonic_gateway.store import models, users
from metonic_gateway.store.appointments import draw_rows, make_due
from metonic_gateway.store.drawing import draw_contacts
from metonic_gateway.store.selections import TRAINER
from metonic_gateway.store.transactions import hold_calendars, transactional
from metonic_gateway.store.users import User


@dataclass(frozen=True, slots=True)
class Introduced:
    """``due`` are the connected calendars whose copies show what is new of the user, each with its user."""

    user: User
    due: Mapping[UUID, UUID] = field(default_factory=dict)


async def introduced(
    platform_id: str, role: str, name: str | None, zone: str | None, now: datetime
) -> Introduced:
    """The user whom a token names: made if new, updated if the token says something else.

    A token without name or zone leaves what is known. One that says nothing new writes nothing.
    """
    known = await users.introduced(platform_id, role, name, zone)
    if known == _claimed(known, role, name, zone):
        return Introduced(known)
    return await _updated(known.id, role, name, zone, now)


@transactional
async def _updated(user_id: UUID, role: str, name: str | None, zone: str | None, now: datetime) -> Introduced:
    before = await users.locked(user_id)
    after = _claimed(before, role, name, zone)
    if after == before:
        return Introduced(after)
    await users.store(after)
    return Introduced(after, await _draw(before, after, now))


def _claimed(known: User, role: str, name: str | None, zone: str | None) -> User:
    return replace(known, role=role, name=name or known.name, zone=zone or known.zone)


async def _draw(before: User, after: User, now: datetime) -> Mapping[UUID, UUID]:
    """Have the copies decided anew that show the user, or that showed others to them."""
    if (before.role, before.name) == (after.role, after.name):
        return {}
    due = await draw_contacts([after.id], now)
    # That goes through the calendars of trainers only: who has just become one is among them.
    if before.role == TRAINER != after.role:
        return {**due, **await _draw_own(after.id, now)}
    return due


async def _draw_own(user_id: UUID, now: datetime) -> Mapping[UUID, UUID]:
    """The copies in the user's own calendars, which show contact details no more."""
    showing = models.CalendarSyncMapping.filter(
        origin=Origin.COPY.value,
        closed=None,
        link__archived_at=None,
        link__sync_config__include_client_contact=True,
        link__sync_config__user_id=user_id,
    )
    found: dict[UUID, UUID] = dict(await showing.values_list("id", "link__sync_config_id"))
    await hold_calendars({*found.values()})
    await draw_rows(sorted(found))
    await make_due({*found.values()}, now)
    return dict.fromkeys(found.values(), user_id)
