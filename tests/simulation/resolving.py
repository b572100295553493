"""People who resolve conflicts in every way, some too late, and calendars that do it by themselves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Protocol
from uuid import UUID

from tests.simulation import ground

from metonic_core.model.content import Group
from metonic_core.model.errors import InvalidValue
from metonic_core.model.resolution import Resolution, ResolutionKind
from metonic_core.model.when import Window
from metonic_core.reconcile.resolving import allowed, resolution_of
from metonic_core.reconcile.step import Conflict, Side
from metonic_gateway.store import conflicts, models, preferences, resolving
from metonic_gateway.store.conflicts import Conflicts, Shown
from metonic_gateway.store.pages import Page
from metonic_gateway.store.preferences import Preferences

_POLICIES = [None, ResolutionKind.KEEP_LOCAL, ResolutionKind.KEEP_EXTERNAL, ResolutionKind.MOST_RECENT]


class Place(Protocol):
    @property
    def user_id(self) -> UUID: ...

    @property
    def provider(self) -> str: ...


class People(Protocol):
    """As much of a world as this needs. ``astray`` is what went wrong, in words."""

    dice: Random
    now: datetime
    astray: list[str]
    is_tangled: bool

    @property
    def desks(self) -> Sequence[Place]: ...

    def window(self) -> Window: ...

    def note(self, *what: object) -> None: ...


async def resolve_one(world: People) -> None:
    if found := await _unfinished(world):
        user_id, shown = world.dice.choice(found)
        await _decide(world, user_id, shown, is_stale=world.dice.random() < 0.1)


async def resolve_the_rest(world: People) -> None:
    """In half of the histories somebody sits down in the end and resolves whatever is left, in any way."""
    if world.dice.random() < 0.5:
        for user_id, shown in await _unfinished(world):
            await _decide(world, user_id, shown, is_stale=False)


async def _unfinished(world: People) -> list[tuple[UUID, Shown]]:
    users = sorted({place.user_id for place in world.desks})
    wanted = Conflicts(states=["open", "resolving"])
    found = [(user, each) for user in users for each in await conflicts.page_of(user, wanted, Page(50))]
    return sorted(found, key=lambda each: each[1].key)


async def _decide(world: People, user_id: UUID, shown: Shown, *, is_stale: bool) -> None:
    world.is_tangled = True
    asked = world.dice.choice(sorted(allowed(shown.conflict)))
    picks = {g: world.dice.choice(list(Side)) for g in sorted(shown.conflict.groups)}
    choose, version = _choose(asked, picks), shown.version - is_stale
    decided = await resolving.decide(user_id, {shown.id: version}, choose, world.now)
    world.note("here: resolve", shown.id, f"v{version}", asked, *map(_told, decided.refused.values()))
    # At the same moment a run may have moved the conflict that was shown.
    excused = (InvalidValue, resolving.Moved) if ground.is_side_by_side() else InvalidValue
    is_excused = isinstance(decided.refused.get(shown.id), excused)
    if bool(decided.resolved) == is_stale and not is_excused:
        world.astray.append(f"a decision about version {version} of {shown.version} was taken otherwise")


def _told(refusal: object) -> str:
    return f"refused: {type(refusal).__name__}"


def _choose(asked: ResolutionKind, picks: Mapping[Group, Side]) -> Callable[[Conflict], Resolution]:
    return lambda conflict: resolution_of(conflict, asked, picks if asked is ResolutionKind.MERGE else None)


async def resolve_all(world: People) -> None:
    world.is_tangled = True
    place = world.dice.choice(world.desks)
    asked = world.dice.choice([ResolutionKind.KEEP_LOCAL, ResolutionKind.KEEP_EXTERNAL])
    after = None
    while part := await resolving.decide_next(place.user_id, None, after, _choose(asked, {}), world.now):
        after = part.reached
        world.note("here: resolve all", asked, len(part.resolved))


async def set_policy(world: People) -> None:
    world.is_tangled = True
    place, policy = world.dice.choice(world.desks), world.dice.choice(_POLICIES)

    def edit(before: Preferences) -> Preferences:
        return replace(before, conflict_policy=None if policy is None else policy.value)

    await preferences.change(place.user_id, place.provider, edit, world.window(), world.now)
    world.note("policy of", world.desks.index(place), policy)


async def cancelled_by_resolution() -> set[UUID]:
    """The appointments that went with their event because somebody, or a policy, decided so."""
    lines = models.SyncOperation.filter(reason="resolved", operation="delete", side="local")
    return {row["appointment_id"] for row in await lines.values("appointment_id")}


async def taken_out_again(link_id: UUID) -> set[UUID]:
    """What was imported from there, came back as a copy and was left out of the calendar then."""
    rows = models.CalendarSyncMapping.filter(link_id=link_id, appointment__imported_from=link_id)
    copies = {row["appointment_id"] for row in await rows.filter(origin="copy").values("appointment_id")}
    standing = {row["appointment_id"] for row in await rows.filter(closed=None).values("appointment_id")}
    return copies - standing


async def left_undone(calendar_id: UUID, now: datetime) -> list[str]:
    """At rest whatever was decided is done or held, and no policy could decide now what is open."""
    rows = models.CalendarSyncConflict.filter(sync_config_id=calendar_id).prefetch_related("sync_config")
    held = await models.CalendarSyncMapping.filter(hold="guarded").values_list("id", flat=True)
    decided = await rows.filter(state="resolving", mapping_id__not_in=list(held))
    found = [f"{row.id} was decided and is not done" for row in decided]
    policy = (await models.CalendarSyncConfig.get(id=calendar_id)).conflict_policy
    ripe = [row for row in await rows.filter(state="open") if not row.automatic_at or row.automatic_at <= now]
    still_open = [conflicts.shown_of(row) for row in ripe]
    return found + [
        f"{shown.id} could be resolved by its policy" for shown in still_open if _is_left(shown, policy)
    ]


def _is_left(shown: Shown, policy: str | None) -> bool:
    return policy is not None and ResolutionKind(policy) in allowed(shown.conflict)
