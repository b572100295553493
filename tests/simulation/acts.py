"""What can happen in a history, with its weight.

The place for more: an act goes into ``ACTS``, an invariant into ``invariants.IN_STEP``.

An act is a task like a run: where it has I/O steps of its own, others go on between them, and it can be cut
short there.
"""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta

from tests.simulation import alike, approving, events, ground, people, resolving, tastes, undoing
from tests.simulation.decisions import Kinds
from tests.simulation.faults import Fault
from tests.simulation.people import new_content
from tests.simulation.world import World

from metonic_core.testing.conduct import Trouble


@dataclass(frozen=True, slots=True)
class Act:
    weight: float
    name: str
    do: Callable[[World], Awaitable[object]]


async def _platform_makes(world: World) -> None:
    await world.platform.make(new_content(world))


ACTS: tuple[Act, ...] = (
    Act(12, "edit here", people.edit),
    Act(12, "edit there", events.edit),
    Act(2, "new here", people.make),
    Act(2, "new there", events.make),
    Act(2, "delete here", people.delete),
    Act(3, "delete there", events.delete),
    Act(3, "restore there", events.restore),
    Act(1, "bring back there", events.bring_back),
    Act(1, "move there", events.move),
    Act(1, "copy there", events.copy),
    Act(3, "tidy there", events.tidy),
    Act(0.5, "garble there", events.garble),
    Act(1, "hide here", people.hide),
    Act(5, "settings", tastes.act),
    Act(2, "platform: new", _platform_makes),
    Act(6, "platform: edit", lambda world: world.platform.edit()),
    Act(3, "platform: send", lambda world: world.platform.send_one()),
    Act(4, "platform: read", lambda world: world.platform.read()),
    Act(1, "platform: cancel", lambda world: world.platform.cancel()),
    Act(2, "enter twice", alike.enter_twice),
    Act(2, "enter again", alike.enter_again),
    Act(1, "tug", alike.tug),
    Act(2, "answer", alike.answer),
    Act(0.5, "wipe there", approving.wipe),
    Act(0.5, "platform: cancel many", approving.cancel_many),
    Act(2, "answer what is held", approving.answer),
    Act(5, "resolve one", resolving.resolve_one),
    Act(1, "resolve all", resolving.resolve_all),
    Act(1, "policy", resolving.set_policy),
    Act(2, "undo", undoing.undo_some_run),
)

ASKED_FOR: tuple[Act, ...] = (Act(0, "show notes", tastes.show_notes),)
"""What happens only in histories that are about it."""

BEGINNINGS = (
    ("new here", "sync"),
    ("new there", "sync"),
    ("platform: new", "sync"),
    ("new here", "new there", "sync"),
    ("new here", "platform: new", "new there"),
)
"""What a history may begin with: the less there is, the more happens to it."""


async def _run(world: World) -> None:
    """Of a calendar that is not being synced; now and then of one that is, and the fence lets one live."""
    running = _running(world)
    places = [desk for desk in world.desks if desk.provider not in running or world.dice.random() < _TWICE]
    if places:
        desk = world.dice.choice(places)
        await world.course.start(f"run of {desk.provider}", world.run(desk))


_TWICE = 0.06


async def _sync(world: World) -> None:
    """All calendars, so that there is something to be edited on all sides."""
    await world.course.finish()
    for desk in world.desks:
        await world.course.start(f"run of {desk.provider}", world.run(desk))
        await world.course.finish()


def _running(world: World) -> set[str]:
    return {observed.desk.provider for observed in world.witness.running}


async def _crash(world: World) -> None:
    """Somebody ends where they are, and goes on later, if at all, from what is stored."""
    if world.course.runners:
        await world.course.crash(world.dice.choice(world.course.runners))


async def _death(world: World) -> None:
    """The process dies with all that runs in it."""
    for runner in world.course.runners:
        await world.course.crash(runner)


async def _time(world: World) -> None:
    world.now += timedelta(seconds=world.dice.choice([1, 10, 40]))


async def _day(world: World) -> None:
    world.now += timedelta(days=1)


async def _arrival(world: World) -> None:
    """A write that was still on its way arrives."""
    if world.weather.late:
        await world.weather.late.pop(world.dice.randrange(len(world.weather.late)))()


EVENTS: tuple[Act, ...] = (
    Act(34, "run", _run),
    Act(0, "sync", _sync),
    Act(5, "crash", _crash),
    Act(0.7, "death", _death),
    Act(8, "time", _time),
    Act(0.7, "day", _day),
    Act(2, "arrival", _arrival),
)
"""What happens to the engine."""

TROUBLES: tuple[tuple[float, Fault | Trouble], ...] = (
    (1, Fault.DEAD),
    (2, Fault.LOST),
    (3, Fault.LATE),
    (3, Fault.UNANSWERED),
    (1, Fault.CUT),
    (3, Fault.PARTLY),
    (1, Trouble.EXPIRED),
    (1, Trouble.RESET),
    (4, Trouble.REPLAY),
    (1, Trouble.NOISE),
    (3, Trouble.HIDDEN),
)
"""What goes wrong at the next occasion."""

_OCCASIONS = {Trouble.HIDDEN.value: 6, Trouble.REPLAY.value: 2}
"""How often it goes wrong, where once would rarely meet anything."""

KINDS: Kinds = (
    *((act.weight, act.name) for act in (*ACTS, *EVENTS)),
    *((weight, trouble.value) for weight, trouble in TROUBLES),
)

_BY_NAME = {act.name: act for act in (*ACTS, *ASKED_FOR)}
_EVENTS_BY_NAME = {act.name: act for act in EVENTS}


async def happen(world: World, what: str) -> None:
    """What a decision says."""
    if what in _BY_NAME:
        await world.course.start(what, _acted(world, what))
    elif what in _EVENTS_BY_NAME:
        await _EVENTS_BY_NAME[what].do(world)
    else:
        world.note("armed:", what)
        world.weather.armed[what] += _OCCASIONS.get(what, 1)


async def _acted(world: World, what: str) -> None:
    # The platform's backend does one thing after the other; between two steps of it others act.
    is_alone = what.startswith("platform") and ground.is_side_by_side()
    async with world.backend if is_alone else nullcontext():
        await _BY_NAME[what].do(world)
    world.counts["acts"] += 1
