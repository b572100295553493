"""The platform's users, as their tokens introduce them. Outside the store they go by the platform's ids."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from metonic_gateway.store import models


@dataclass(frozen=True, slots=True)
class User:
    """``platform_id`` is what the platform calls the user, ``role`` trainer or client, ``zone`` IANA."""

    id: UUID
    platform_id: str
    role: str
    name: str | None
    zone: str


async def introduced(platform_id: str, role: str, name: str | None, zone: str | None) -> User:
    """The user whom a token names: made if new, updated if the token says something else.

    A token without name or zone leaves what is known.
    """
    row = await models.User.get_or_none(platform_id=platform_id)
    if row is None:
        row = await _made(platform_id, role, name, zone)
    known = {"role": row.role, "name": row.name, "zone": row.zone}
    claimed: dict[str, Any] = {"role": role, "name": name or row.name, "zone": zone or row.zone}
    if claimed != known:
        await models.User.filter(id=row.id).update(**claimed)
    return User(row.id, platform_id, **claimed)


async def _made(platform_id: str, role: str, name: str | None, zone: str | None) -> models.User:
    # A user's first two requests may come at once: the later insert does nothing, both read what is there.
    made = models.User(id=uuid4(), platform_id=platform_id, role=role, name=name, zone=zone or "UTC")
    await models.User.bulk_create([made], ignore_conflicts=True)
    return await models.User.get(platform_id=platform_id)


async def by_id(ids: Collection[UUID]) -> Mapping[UUID, User]:
    return {row.id: _value_of(row) for row in await models.User.filter(id__in=list(ids))}


async def by_platform_id(platform_ids: Collection[str]) -> Mapping[str, User]:
    """Those of them that are known here."""
    rows = await models.User.filter(platform_id__in=list(platform_ids))
    return {row.platform_id: _value_of(row) for row in rows}


def _value_of(row: models.User) -> User:
    return User(row.id, row.platform_id, row.role, row.name, row.zone)
