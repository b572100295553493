"""Hundreds of events are changed in the calendars by their owners' phones."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.e2e.smoke.item import timed
from tests.e2e.smoke.platform_side.edits import BY_GUEST, BY_TRAINER, Edits
from tests.e2e.smoke.platform_side.lessons import Kind
from tests.e2e.smoke.platform_side.side import Side, Watch
from tests.e2e.smoke.scene import Person, day

_OWN_EVERY = 20


async def changes(side: Side) -> None:
    await side.scene.table.check("platform: a good part is changed in the calendars", _changed(side))


async def _changed(side: Side) -> None:
    """Nothing of it is synced yet."""
    watch = Watch()
    number = await edited(side, side.trainer, BY_TRAINER) + await edited(side, side.guest, BY_GUEST)
    number += await _deleted(side) + await _created(side)
    side.tell(f"changed by CalDAV clients: {watch.rate(number)}")


async def edited(side: Side, person: Person, edits: Edits) -> int:
    """Do it to every copy of these kinds in that person's calendar; returns to how many."""
    paths = await side.paths(person)
    lessons = side.of(*edits)
    for lesson in lessons:
        id_ = lesson.platform_id
        edit = edits[lesson.kind](lesson, side.items[id_])
        await person.device.edit_object(paths[id_], edit.change)
        if lesson.kind is not Kind.LOOKED_AT:
            side.items[id_] = edit.item
    return len(lessons)


async def _deleted(side: Side) -> int:
    paths = await side.paths(side.trainer)
    lessons = side.of(Kind.DELETED)
    for lesson in lessons:
        await side.trainer.device.delete(paths[lesson.platform_id])
    return len(lessons)


async def _created(side: Side) -> int:
    number = len(side.lessons) // _OWN_EVERY
    for n in range(number):
        title, span = f"Own {n:03}", timed(day(3 + n), 20)
        start, end = (datetime.fromisoformat(text).replace(tzinfo=_BERLIN) for text in span[:2])
        side.own[title] = await side.trainer.device.create(title, (start, end))
    return number


_BERLIN = ZoneInfo("Europe/Berlin")
