"""People who take runs back, and workers that die while they do it."""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Protocol
from uuid import UUID

from tests.simulation.faults import Weather
from tortoise.expressions import Q

from metonic_core.model.when import Window
from metonic_core.reconcile.step import Act, Reason, Side
from metonic_core.selection import Choice
from metonic_core.testing.calendar import MemoryCalendar
from metonic_gateway.jobs.undoing import COMPLAINTS
from metonic_gateway.store import history, models, taking_back, undoing


class Place(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def user_id(self) -> UUID: ...
    @property
    def calendar(self) -> MemoryCalendar: ...


class Stage(Protocol):
    """What of the world undoing touches."""

    dice: Random
    now: datetime
    weather: Weather
    erased_here: set[UUID]
    is_tangled: bool
    erased_there: set[tuple[UUID, str]]

    @property
    def desks(self) -> Sequence[Place]: ...
    def note(self, *what: object) -> None: ...
    def window(self) -> Window: ...


async def undo_some_run(stage: Stage) -> None:
    """Somebody takes back a run of a calendar of theirs, or asks once more for what was begun."""
    desk = stage.dice.choice(stage.desks)
    rows = models.CalendarSyncHistory.filter(sync_config_id=desk.id, state="finished")
    runs = [await history.run(desk.user_id, row.id) for row in await rows.order_by("requested_at", "id")]
    known = [run for run in runs if run is not None]
    possible = await undoing.undoable(known)
    chosen = [run.id for run in known if run.id in possible]
    if chosen:
        await undo(stage, desk, stage.dice.choice(chosen))


async def undo(stage: Stage, desk: Place, run_id: UUID) -> None:
    asked = await undoing.request(desk.user_id, run_id, stage.now)
    if not isinstance(asked, UUID):
        raise TypeError(asked)
    stage.is_tangled = True
    stage.note("undo", run_id, "of", stage.desks.index(desk))
    await _take_back(stage, asked)


async def _take_back(stage: Stage, undo_id: UUID) -> None:
    while part := await taking_back.take_back(undo_id, COMPLAINTS, stage.window(), stage.now):
        await _note_cancelled(stage, undo_id)
        if part.is_last:
            return
        await stage.weather.step()


async def _note_cancelled(stage: Stage, undo_id: UUID) -> None:
    """What it cancels, a person cancelled."""
    done = models.SyncOperation.filter(run_id=undo_id, side=Side.LOCAL.value, operation=Act.DELETE.value)
    stage.erased_here |= {line.appointment_id for line in await done if line.appointment_id}


async def go_on(stage: Stage) -> None:
    """What was cut off is found and done to its end."""
    for undo_id in await undoing.unfinished():
        await _take_back(stage, undo_id)


async def fought_over(stage: Stage) -> list[str]:
    """Events that went after their import was taken back, though nobody deleted them."""
    left_out = models.SyncOperation.filter(
        side=Side.LOCAL.value, operation=Act.DELETE.value, reason=Reason.UNDONE.value
    )
    found = []
    for line in await left_out.exclude(former=None):
        run = await models.CalendarSyncHistory.get(id=line.run_id)
        (desk,) = [d for d in stage.desks if d.id == run.sync_config_id]
        never = models.CalendarSyncChoice.filter(sync_config_id=desk.id, choice=Choice.NEVER.value)
        erased = models.SyncOperation.filter(
            mapping_id=line.mapping_id, side=Side.EXTERNAL.value, operation=Act.DELETE.value
        )
        # The clock may stand still between the run that is taken back and the taking back.
        if await erased.filter(Q(at__lt=line.at) | Q(run_id=run.undo_of)).exists():
            continue
        event_id = line.external_event_id or ""
        is_gone = event_id not in desk.calendar.live and (desk.id, event_id) not in stage.erased_there
        if is_gone and await never.filter(appointment_id=line.appointment_id).exists():
            found.append(f"I5: {event_id} was erased, whose import was undone")
    return found
