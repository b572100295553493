"""An event that its provider names otherwise than before stays the same event, with the same appointment."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.simulation.entering import THERE, edit, enter, imported_titles
from tests.simulation.faults import SteppingLedger
from tests.simulation.world import MARKERS, Desk, World

from metonic_core import sync
from metonic_core.model.when import Window
from metonic_core.spi.changes import Change, ChangePage, Gone, Reading, Seen, Touched
from metonic_core.spi.writes import Create, Outcome, Write
from metonic_core.testing.memory import MemoryAdapter
from metonic_gateway.store import models, run_log
from metonic_gateway.store.leases import Held

NAME = "lesson@studio.ics"
OTHER = "lesson%40studio.ics"


@dataclass
class Spelled:
    """``at`` is how the provider spells an @ just now; ``asked`` are the ids that it was asked for."""

    at: str = "@"
    asked: list[str] = field(default_factory=list)


class Spelling(MemoryAdapter):
    """Understands every spelling and has one of its own."""

    def __init__(self, desk: Desk, spelled: Spelled) -> None:
        super().__init__(desk.calendar)
        self._spelled = spelled

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
        page = await super().get_changes(calendar_id, cursor, window)
        return replace(page, changes=[self._named(change) for change in page.changes])

    def _named(self, change: Change) -> Change:
        assert isinstance(change, Touched | Gone)
        return replace(change, id=change.id.replace("@", self._spelled.at))

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        self._spelled.asked += ids
        read = await super().hydrate(calendar_id, [_meant(i) for i in ids])
        return [_as_asked(i, one) for i, one in zip(ids, read, strict=True)]

    async def write_events(self, calendar_id: str, writes: Sequence[Write]) -> Sequence[Outcome]:
        self._spelled.asked += [write.id for write in writes if not isinstance(write, Create)]
        meant = [w if isinstance(w, Create) else replace(w, id=_meant(w.id)) for w in writes]
        return await super().write_events(calendar_id, meant)

    def other_ids(self, event_id: str) -> Sequence[str]:
        plain = _meant(event_id)
        return sorted({plain, plain.replace("@", "%40")} - {event_id})


def _meant(event_id: str) -> str:
    return event_id.replace("%40", "@")


def _as_asked(event_id: str, read: Reading) -> Reading:
    if isinstance(read, Seen):
        return Seen(replace(read.event, id=event_id))
    return replace(read, id=event_id)


async def run(world: World, desk: Desk, spelled: Spelled) -> None:
    world.now += timedelta(minutes=15)
    row = await models.CalendarSyncConfig.get(id=desk.id)
    await models.CalendarSyncConfig.filter(id=desk.id).update(fence=row.fence + 1)
    log = await run_log.begin(desk.id, "schedule", world.now)
    held = Held(desk.id, desk.link_id, row.fence + 1, desk.user_id, desk.provider)
    ledger = SteppingLedger(held, MARKERS, world.window, lambda: world.now, log)
    ledger.weather = world.weather
    adapter = Spelling(desk, spelled)
    await sync.run(ledger, adapter, desk.calendar.conduct.capabilities, lambda: world.now)


async def standing(desk: Desk) -> list[str | None]:
    rows = models.CalendarSyncMapping.filter(link_id=desk.link_id, closed=None)
    return [row.external_event_id for row in await rows if "lesson" in (row.external_event_id or "")]


@pytest.fixture
async def known(world: World) -> tuple[Desk, Spelled]:
    """An event with an @ in its name, imported."""
    desk, spelled = world.desks[0], Spelled()
    enter(desk, NAME, replace(THERE, title="Violin"))
    await run(world, desk, spelled)
    assert await standing(desk) == [NAME]
    spelled.at = "%40"
    spelled.asked.clear()
    return desk, spelled


async def test_an_event_that_is_named_otherwise_is_no_second_one(
    world: World, known: tuple[Desk, Spelled]
) -> None:
    desk, spelled = known
    desk.calendar.put(replace(desk.calendar.live[NAME], content=replace(THERE, title="Cello")))

    await run(world, desk, spelled)

    assert await standing(desk) == [OTHER]
    assert await imported_titles(desk) == ["cello"]
    assert spelled.asked == [OTHER]


async def test_a_complete_read_in_another_spelling_changes_nothing(
    world: World, known: tuple[Desk, Spelled]
) -> None:
    desk, spelled = known
    world.now += timedelta(days=1)

    await run(world, desk, spelled)

    assert await standing(desk) == [OTHER]
    assert await imported_titles(desk) == ["violin"]
    assert spelled.asked == []


async def test_a_deletion_told_in_another_spelling_is_one(world: World, known: tuple[Desk, Spelled]) -> None:
    desk, spelled = known
    desk.calendar.erase(NAME)

    await run(world, desk, spelled)

    assert await standing(desk) == []
    assert await imported_titles(desk) == []


async def test_what_comes_back_in_another_spelling_meets_its_tombstone(
    world: World, known: tuple[Desk, Spelled]
) -> None:
    desk, spelled = known
    event = desk.calendar.live[NAME]
    spelled.at = "@"
    desk.calendar.erase(NAME)
    await run(world, desk, spelled)
    assert await standing(desk) == []
    desk.calendar.put(event)
    spelled.at = "%40"

    await run(world, desk, spelled)

    assert await standing(desk) == [OTHER]
    names = models.CalendarSyncMapping.filter(link_id=desk.link_id, uid=NAME)
    assert {row.external_event_id for row in await names} == {OTHER}


async def test_an_edit_here_is_sent_to_the_last_spelling(world: World, known: tuple[Desk, Spelled]) -> None:
    desk, spelled = known
    desk.calendar.put(desk.calendar.live[NAME])
    await run(world, desk, spelled)
    spelled.asked.clear()
    row = await models.CalendarSyncMapping.get(link_id=desk.link_id, external_event_id=OTHER, closed=None)
    assert row.appointment_id

    await edit(world, row.appointment_id, title="Cello")
    await run(world, desk, spelled)

    assert desk.calendar.live[NAME].content.title == "Cello"
    assert spelled.asked == [OTHER]


async def test_where_both_names_have_rows_already_both_stay(
    world: World, known: tuple[Desk, Spelled]
) -> None:
    desk, spelled = known
    row = await models.CalendarSyncMapping.get(link_id=desk.link_id, external_event_id=NAME, closed=None)
    row.id, row.external_event_id, row.appointment_id = uuid4(), OTHER, None
    await row.save(force_create=True)
    world.now += timedelta(days=1)

    await run(world, desk, spelled)

    assert sorted(map(str, await standing(desk))) == [OTHER, NAME]
