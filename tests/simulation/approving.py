"""The guard in histories: much is gone at once, people answer what is held, and that is for a reason."""

from collections.abc import Sequence
from random import Random
from typing import Protocol
from uuid import UUID

from tests.simulation.platform import Platform
from tests.simulation.values import Values

from metonic_core.model.mapping import Answer, HoldKind, Mapping
from metonic_core.reconcile.guard import CAUSES
from metonic_core.reconcile.step import Reason
from metonic_core.testing.calendar import MemoryCalendar
from metonic_gateway.store import answering, models
from metonic_gateway.store.answering import NothingWaits

_MANY = 8


class Place(Protocol):
    """A connected calendar of somebody."""

    @property
    def id(self) -> UUID: ...

    @property
    def user_id(self) -> UUID: ...

    @property
    def calendar(self) -> MemoryCalendar: ...


class Scene(Protocol):
    """What of the world is needed here."""

    @property
    def dice(self) -> Random: ...

    @property
    def values(self) -> Values: ...

    @property
    def desks(self) -> Sequence[Place]: ...

    @property
    def erased_there(self) -> set[tuple[UUID, str]]: ...

    @property
    def platform(self) -> Platform: ...

    def note(self, *what: object) -> None: ...


async def wipe(scene: Scene) -> None:
    """Everything in a calendar is gone, whoever's fault it is."""
    desk = scene.dice.choice(scene.desks)
    scene.note("there: all gone", scene.desks.index(desk))
    for event_id in sorted(desk.calendar.live):
        scene.values.retire(desk.calendar.live[event_id].content)
        scene.erased_there.add((desk.id, event_id))
        desk.calendar.erase(event_id)
    link = models.CalendarLink.filter(sync_config_id=desk.id, archived_at=None)
    await link.update(cursor=None, is_reading_completely=False)


async def cancel_many(scene: Scene) -> None:
    """The platform cancels what it has, one after the other."""
    for _ in range(_MANY):
        await scene.platform.cancel()


async def answer(scene: Scene) -> None:
    """Somebody approves or rejects a run of theirs that is held, or was."""
    runs = models.CalendarSyncHistory.filter(plan_steps__id__isnull=False).distinct()
    found = [row["id"] for row in await runs.order_by("requested_at", "id").values("id", "requested_at")]
    if not found:
        return
    run = await models.CalendarSyncHistory.get(id=scene.dice.choice(found))
    desk = next(desk for desk in scene.desks if desk.id == run.sync_config_id)
    is_approval = scene.dice.random() < 0.6
    scene.note("held run", "approved" if is_approval else "rejected", scene.desks.index(desk), run.state)
    try:
        if is_approval:
            await answering.approve(desk.user_id, run.id, run.requested_at)
        else:
            await answering.reject(desk.user_id, run.id, run.requested_at)
    except NothingWaits:
        scene.note("nothing waits")


async def held_for_nothing(desk: Place, rows: Sequence[Mapping]) -> list[str]:
    """I9: what is held stands in the plan of the held run as it is held, and what is ignored was rejected."""
    steps = models.SyncPlanStep.filter(run__sync_config_id=desk.id, run__state__in=["held", "running"])
    shown = {s.mapping_id: (s.held_because, s.fingerprint) for s in await steps}
    held = {row.id: (row.hold.reason, row.fingerprint) for row in rows if row.hold and is_guarded(row)}
    found = [f"I9: {i} is not held and shown alike" for i in held.keys() ^ shown.keys()]
    found += [f"I9: {i} is shown otherwise" for i in held.keys() & shown.keys() if held[i] != shown[i]]
    found += [f"I9: {i} is held without a cause" for i, (why, _) in held.items() if Reason(why) not in CAUSES]
    rejected = [r for r in rows if r.hold and r.hold.reason == Reason.REJECTED]
    return found + [f"I9: {r.id} was not rejected" for r in rejected if r.answer is not Answer.REJECTED]


def is_guarded(row: Mapping) -> bool:
    return row.hold is not None and row.hold.kind is HoldKind.GUARDED


def waits_for_a_person(row: Mapping) -> bool:
    """Whether the guard holds it, or a person said to leave it as it is."""
    return is_guarded(row) or row.answer is Answer.REJECTED
