"""The platform's users, as their tokens or the platform itself introduce them.

Outside the store they go by the platform's ids.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from metonic_gateway.store import models
from metonic_gateway.store.mappings import chunks

_CONTACT = ("name", "email", "phone")
_TOLD = (*_CONTACT, "zone")


@dataclass(frozen=True, slots=True)
class User:
    """``platform_id`` is what the platform calls the user, ``role`` trainer or client, ``zone`` IANA."""

    id: UUID
    platform_id: str
    role: str
    name: str | None
    zone: str


@dataclass(frozen=True, slots=True)
class Person:
    """A user as the platform describes them: ``role`` is what they are in the appointment at hand.

    What is None is not told, and an empty text says that there is none; ``zone`` is IANA.
    """

    platform_id: str
    role: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    zone: str | None = None


async def introduced(platform_id: str, role: str, name: str | None, zone: str | None) -> User:
    """The user whom a token names, made if new; one who is known is left as they are."""
    row = await models.User.get_or_none(platform_id=platform_id)
    return _value_of(row or await _made(platform_id, role, name, zone))


async def _made(platform_id: str, role: str, name: str | None, zone: str | None) -> models.User:
    # A user's first two requests may come at once: the later insert does nothing, both read what is there.
    made = models.User(id=uuid4(), platform_id=platform_id, role=role, name=name, zone=zone or "UTC")
    await models.User.bulk_create([made], ignore_conflicts=True)
    return await models.User.get(platform_id=platform_id)


async def locked(user_id: UUID) -> User:
    """A user as they are now, and stay until the transaction ends."""
    # Who only refers to the user does not wait for us, as a run does that imports and holds a calendar.
    return _value_of(await models.User.filter(id=user_id).select_for_update(no_key=True).get())


async def store(user: User) -> None:
    """Store the role, the name and the zone."""
    await models.User.filter(id=user.id).update(role=user.role, name=user.name, zone=user.zone)


async def made_known(people: Iterable[Person]) -> Mapping[str, User]:
    """These people as users, by the platform's ids: who is unknown comes into being.

    Runs inside a transaction. Nothing of who is known is changed.
    """
    named: dict[str, list[Person]] = {}
    for person in people:
        named.setdefault(person.platform_id, []).append(person)
    known = dict(await by_platform_id(named))
    # Always in one order, so that two who introduce the same people do not wait for each other.
    new = sorted(named.keys() - known.keys())
    made = [
        models.User(id=uuid4(), platform_id=i, role=named[i][0].role, **{"zone": "UTC"} | _told(named[i]))
        for i in new
    ]
    if made:
        await models.User.bulk_create(made, ignore_conflicts=True)
        known |= await by_platform_id(new)
    return known


def _told(people: Iterable[Person]) -> dict[str, str | None]:
    """What is told of one person, by columns, None where it says that there is none; the last word counts."""
    told = ((name, getattr(p, name)) for p in people for name in _TOLD)
    return {name: value or None for name, value in told if value is not None}


async def keep_contacts(people: Iterable[Person]) -> set[UUID]:
    """Store what is told of users who are known; returns those whose name, e-mail or phone it changes.

    Runs inside a transaction.
    """
    named: dict[str, list[Person]] = {}
    for person in people:
        named.setdefault(person.platform_id, []).append(person)
    told = {i: told for i, same in named.items() if (told := _told(same))}
    news = [(row, new) for row in await _rows(told) if (new := _news(row, told[row.platform_id]))]
    changed = [row.update_from_dict(new) for row, new in sorted(news, key=lambda one: one[0].id)]
    if changed:
        await models.User.bulk_create(changed, on_conflict=["id"], update_fields=_TOLD)
    return {row.id for row, new in news if not new.keys().isdisjoint(_CONTACT)}


def _news(row: models.User, told: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name: value for name, value in told.items() if getattr(row, name) != value}


async def by_id(ids: Collection[UUID]) -> Mapping[UUID, User]:
    found = [await models.User.filter(id__in=part) for part in chunks([*{*ids}])]
    return {row.id: _value_of(row) for part in found for row in part}


async def by_platform_id(platform_ids: Collection[str]) -> Mapping[str, User]:
    """Those of them that are known here."""
    return {row.platform_id: _value_of(row) for row in await _rows(platform_ids)}


async def _rows(platform_ids: Collection[str]) -> Sequence[models.User]:
    parts = chunks(list(platform_ids))
    return [row for part in parts for row in await models.User.filter(platform_id__in=part)]


def _value_of(row: models.User) -> User:
    return User(row.id, row.platform_id, row.role, row.name, row.zone)
