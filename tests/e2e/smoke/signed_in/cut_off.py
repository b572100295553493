"""Answers that never come, and a service that is killed meanwhile: nothing is lost, nothing doubled."""

from collections.abc import Awaitable, Callable, Sequence

from tests.e2e.smoke.api import Told, when
from tests.e2e.smoke.item import timed
from tests.e2e.smoke.scene import day
from tests.e2e.smoke.signed_in.person import Person
from tests.e2e.smoke.signed_in.scene import Scene
from tests.e2e.smoke.table import expect
from tests.e2e.smoke.user import state_in
from tests.e2e.smoke.waiting import until

# A write without an answer may still arrive: the service waits for half a minute before it looks.
_RECOVERY_SECONDS = 150
_SLOW_SECONDS = 20
_WRITES = ("POST", "PATCH", "DELETE")


async def cut_off(scene: Scene) -> None:
    """The service is killed in it: nobody else may be at work."""
    lou, kit = await scene.meet("lou"), await scene.meet("kit")
    for name, check in (
        ("a create, an edit and a deletion are done, and no answer comes", _unanswered(scene, lou)),
        ("killed while it waits for the answers to the same, and started again", _killed(scene, kit)),
    ):
        await scene.table.check(f"{scene.name}, cut off: {name}", check)


async def _unanswered(scene: Scene, lou: Person) -> None:
    edited, deleted = await _seeded(lou)
    for method in _WRITES:
        await scene.place.arm(lou.calendar, "lost-response", method)
    await _write(lou, edited, deleted)

    await _recovered(lou)


async def _killed(scene: Scene, kit: Person) -> None:
    edited, deleted = await _seeded(kit)
    for method in _WRITES:
        await scene.place.arm(kit.calendar, "slow-response", method, seconds=_SLOW_SECONDS)
    await _write(kit, edited, deleted)
    await until(_is_done(scene, kit), "something of it is done there", _RECOVERY_SECONDS)

    await scene.service.kill()
    await scene.service.start()

    await _recovered(kit)


async def _seeded(person: Person) -> Sequence[Told]:
    told = [
        await person.api.create(title=title, when=when(timed(day(3), hour)))
        for title, hour in (("Edit me", 8), ("Delete me", 10))
    ]
    await person.synced()
    await person.in_step()
    return told


async def _write(person: Person, edited: Told, deleted: Told) -> None:
    await person.api.create(title="New", when=when(timed(day(4), 8)))
    await person.api.update(edited["id"], title="Edited")
    await person.api.delete(deleted["id"])


def _is_done(scene: Scene, person: Person) -> Callable[[], Awaitable[bool | None]]:
    """Whether one of the writes is done, and so waits with its answer."""

    async def look() -> bool | None:
        armed = await scene.place.stand_in.ask("GET", "/-/faults")
        return sum(person.calendar.id in one["path"] for one in armed) < len(_WRITES) or None

    return look


async def _recovered(person: Person) -> None:
    """By itself: nobody asks for a sync."""
    await until(lambda: _is_at_rest(person), f"{person.name}'s calendar is in step again", _RECOVERY_SECONDS)
    await person.api.settled(_RECOVERY_SECONDS)
    titles = sorted(told["title"] for told in await person.in_step())
    expect("what there is", titles, ["Edited", "New"])
    run = await person.synced()
    expect("what a further run sent and got", (run["itemsPushed"], run["itemsPulled"]), (0, 0))
    expect("conflicts", await person.api.conflicts(), [])


async def _is_at_rest(person: Person) -> bool | None:
    """Whether each appointment stands in step, the one that was deleted apart."""
    told = await person.api.appointments()
    return all(state_in(one) == "IN_SYNC" for one in told) or None
