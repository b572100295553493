"""The platform sends all of it again as it was before it read the feed, with changes of its own."""

from collections.abc import Sequence
from dataclasses import replace

from tests.e2e.smoke.api import PROVIDER, Told
from tests.e2e.smoke.platform_side.changes import edited
from tests.e2e.smoke.platform_side.edits import THERE, retitled
from tests.e2e.smoke.platform_side.lessons import Kind, Lesson
from tests.e2e.smoke.platform_side.side import Side, Watch, outcomes
from tests.e2e.smoke.scene import Person
from tests.e2e.smoke.table import expect

HERE = "Hall of the platform's"
_PLACED = frozenset({Kind.PLACED, Kind.MOVED_AND_PLACED, Kind.PLACED_TWICE})


async def old_states(side: Side) -> None:
    for name, check in (
        ("old states come again, cut off in the middle: no edit is lost, no copy doubled", _again),
        ("what the platform overwrote without having seen it is told", _overwritten),
        ("what it has seen it can put back", _put_back),
    ):
        await side.scene.table.check(f"platform: {name}", check(side))


async def _again(side: Side) -> None:
    people = side.trainer, side.guest
    before = [await _events(side, person) for person in people]
    rows = [_old(lesson) for lesson in side.lessons]
    half = len(rows) // 2
    # Nobody has looked at the calendar since: these edits meet the platform's own.
    await edited(side, side.trainer, {Kind.PLACED: retitled})

    watch = Watch()
    first = await side.backend.upsert(rows[:half])
    _check(first, side.lessons[:half])
    await side.written(1)
    await side.restart()
    again = await side.backend.upsert(rows)
    side.tell(f"upserted from old states, killed after {half}: {watch.rate(half + len(rows))}")
    expect("what is known already", set(outcomes(again[:half]).values()), {"UNCHANGED"})
    _check(again[half:], side.lessons[half:])
    for lesson in side.of(*_PLACED):
        id_ = lesson.platform_id
        side.items[id_] = replace(side.items[id_], location=HERE)
    await side.at_rest()

    await side.in_step(Kind.DELETED)
    expect("the events, by path and UID", [await _events(side, person) for person in people], before)


def _old(lesson: Lesson) -> Told:
    return lesson.row(2, **({"location": HERE} if lesson.kind in _PLACED else {}))


def _check(told: Sequence[Told], lessons: Sequence[Lesson]) -> None:
    wanted = {t.platform_id: "UPDATED" if t.kind in _PLACED else "UNCHANGED" for t in lessons}
    expect("the outcomes", outcomes(told), wanted)
    overwrote = {t["platformId"]: t["overwrote"] for t in told if t["overwrote"]}
    twice = {t.platform_id: ["LOCATION"] for t in lessons if t.kind is Kind.PLACED_TWICE}
    expect("what was overwritten", overwrote, twice)


async def _events(side: Side, person: Person) -> tuple[dict[str, str], list[str]]:
    return await side.paths(person), await person.device.uids()


async def _overwritten(side: Side) -> None:
    told = [change async for change in side.backend.heard(side.position)]
    side.position = await side.backend.end()
    lost = [change for change in told if change["overwritten"]]
    found = {(c["platformId"], c["overwritten"]["location"], c["appointment"]["location"]) for c in lost}
    wanted = {(lesson.platform_id, THERE, HERE) for lesson in side.of(Kind.PLACED_TWICE)}
    expect("what stood there, and what does", found, wanted)
    expect("whose doing it is", {(c["cause"], c["runId"], c["byUserId"]) for c in lost}, {(None, None, None)})
    others = {(c["platformId"], c["cause"], c["byUserId"]) for c in told if not c["overwritten"]}
    there = {(lesson.platform_id, PROVIDER, side.trainer.name) for lesson in side.of(Kind.PLACED)}
    expect("what was changed in the calendar meanwhile", others, there)


async def _put_back(side: Side) -> None:
    """The platform has read what was moved, and moves some of it back."""
    some = side.of(Kind.MOVED)[::10]
    states = await side.backend.states(lesson.platform_id for lesson in some)
    rows = [lesson.row(3, seenVersion=states[lesson.platform_id]["version"]) for lesson in some]

    done = await side.backend.upsert(rows)
    side.items |= {lesson.platform_id: lesson.item() for lesson in some}
    await side.at_rest()

    expect("the outcomes", set(outcomes(done).values()), {"UPDATED"})
    expect("what was overwritten", [outcome["overwrote"] for outcome in done], [[]] * len(some))
    await side.in_step(Kind.DELETED)
