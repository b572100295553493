"""People who set their calendars otherwise: direction, filters, privacy, notes, contacts, single choices."""

from dataclasses import replace
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from metonic_core.model.when import Window
from metonic_core.selection import Choice, Direction, Filters, Rule, RuleField, Treatment
from metonic_gateway.store import choosing, models, preferences
from metonic_gateway.store.preferences import Preferences

if TYPE_CHECKING:
    from tests.simulation.world import World

TYPES = frozenset({"one_on_one"})
RULES = (Rule(RuleField.TITLE, r"v\d*7\b"), Rule(RuleField.NOTES, r"v\d*3\b"))


class Place(Protocol):
    @property
    def user_id(self) -> UUID: ...

    @property
    def provider(self) -> str: ...


async def act(world: "World") -> None:
    """Somebody sets a calendar of theirs otherwise."""
    desk = world.dice.choice(world.desks)
    told = await taste(world.dice, desk, world.window(), world.now)
    if is_one_way(told):
        world.one_way.add(desk.id)
    world.note("settings of", desk.provider, told)


async def show_notes(world: "World") -> None:
    """Somebody has the notes shown in a calendar of theirs, or not any more."""
    desk = world.dice.choice(world.desks)

    def edit(before: Preferences) -> Preferences:
        return replace(before, include_notes=not before.include_notes)

    await preferences.change(desk.user_id, desk.provider, edit, world.window(), world.now)
    world.note("settings of", desk.provider, "notes")


async def taste(dice: Random, place: Place, window: Window, now: datetime) -> str:
    """Set one thing otherwise; what it was, in words."""
    if dice.random() < 0.25:
        return await _choose(dice, place, window, now)
    made: list[Preferences] = []

    def edit(before: Preferences) -> Preferences:
        made.append(_otherwise(dice, before))
        return made[0]

    await preferences.change(place.user_id, place.provider, edit, window, now)
    return str(made[0])


def is_one_way(told: str) -> bool:
    """Whether what was set is a direction other than both."""
    return Direction.PULL.name in told or Direction.PUSH.name in told


def _otherwise(dice: Random, before: Preferences) -> Preferences:
    made: dict[str, Any] = dice.choice(
        [
            {"direction": dice.choice(list(Direction))},
            {"direction": dice.choice(list(Direction))},
            {"sync_all": not before.sync_all, "filters": Filters(types=TYPES)},
            {"private": dice.choice(list(Treatment))},
            {"private": dice.choice(list(Treatment))},
            {"rules": dice.choice([(), *((rule,) for rule in RULES)])},
            {"include_notes": not before.include_notes},
            {"include_contact": not before.include_contact},
            {"forward_imported": not before.forward_imported},
        ]
    )
    return replace(before, **made)


async def _choose(dice: Random, place: Place, window: Window, now: datetime) -> str:
    rows = await models.Appointment.all().order_by("created_at", "id").prefetch_related("participants")
    theirs = [r.id for r in rows if place.user_id in {r.owner_id, *(p.user_id for p in r.participants)}]
    if not theirs:
        return "nothing to choose"
    chosen, choice = dice.choice(theirs), dice.choice([None, *Choice])
    await choosing.choose((place.user_id, place.provider), [chosen], choice, window, now)
    return f"{chosen} {choice}"


async def both_ways(place: Place, window: Window, now: datetime) -> None:
    """The calendar is synced both ways from here on, all else as it was set."""

    def edit(before: Preferences) -> Preferences:
        return replace(before, direction=Direction.BOTH)

    await preferences.change(place.user_id, place.provider, edit, window, now)
