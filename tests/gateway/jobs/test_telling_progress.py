"""How far a run is stands in its row, if it has one, and whoever watches is nudged."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from tests.gateway.graphql.statements import counted
from tests.gateway.house import House, synced

from metonic_core import sync
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import AllDay
from metonic_core.sync import Phase
from metonic_gateway.accounts.connecting import adapter_for
from metonic_gateway.feed import Feed
from metonic_gateway.jobs.requests import sync_now
from metonic_gateway.jobs.run import Run
from metonic_gateway.jobs.syncing import sync_calendar
from metonic_gateway.services import run_topic, status_topic
from metonic_gateway.store import calendars, leases, run_log
from metonic_gateway.store.ledger import SqlLedger
from metonic_gateway.store.models import CalendarSyncHistory
from metonic_gateway.store.progress import Gauge

HALF = timedelta(seconds=0.5)
Told = tuple[Phase, int, int | None]


class Heard(Feed):
    """A feed that remembers what was published."""

    def __init__(self) -> None:
        super().__init__()
        self.topics: list[str] = []

    def publish(self, topic: str) -> None:
        self.topics.append(topic)
        super().publish(topic)


async def told(house: House, calendar_id: UUID, batch_size: int) -> Sequence[Told]:
    """What a run tells of itself, and how often it tells so inside a transaction."""
    heard: list[Told] = []
    house.later(timedelta(minutes=20))
    lease = await leases.acquire(calendar_id, house.now)
    calendar = await calendars.load(calendar_id)
    assert lease is not None
    assert calendar is not None
    assert calendar.link_id is not None
    log = await run_log.begin(calendar_id, "schedule", house.now)
    run = Run(house.services, calendar, calendar.link_id, lease, log)
    ledger = run.ledger()

    async def progress(phase: Phase, done: int, total: int | None) -> None:
        heard.append((phase, done, total))
        await SqlLedger.progress(ledger, phase, done, total)

    ledger.progress = progress  # type: ignore[method-assign]
    capabilities = replace(house.services.registry.providers["memory"].capabilities, batch_size=batch_size)
    await sync.run(ledger, adapter_for(house.services, calendar), capabilities, house.services.clock)
    await leases.release(lease)
    return heard


async def test_a_phase_is_told_from_its_beginning_batch_by_batch_to_its_end(house: House) -> None:
    calendar = await synced(house)
    for number in range(5):
        await house.add(f"Lesson {number}")

    heard = await told(house, calendar, batch_size=2)

    assert heard == [
        (Phase.PULL, 0, None),
        (Phase.PULL, 0, None),
        (Phase.PULL, 0, 0),
        (Phase.APPLY, 0, 5),
        (Phase.APPLY, 2, 5),
        (Phase.APPLY, 4, 5),
        (Phase.APPLY, 5, 5),
    ]


async def test_what_is_pulled_is_counted_and_nothing_is_told_of_a_phase_without_work(house: House) -> None:
    calendar = await synced(house)
    day = house.now.date()
    for number in range(3):
        content = Content(f"Dentist {number}", AllDay(day, day + timedelta(days=1)))
        house.world.put("home", StoredEvent(f"own-{number}", "", content))

    heard = await told(house, calendar, batch_size=50)

    assert heard[:3] == [(Phase.PULL, 0, None), (Phase.PULL, 3, None), (Phase.PULL, 3, 3)]
    assert heard[3:] == [(Phase.APPLY, 3, 3)]


async def test_a_run_that_has_nothing_to_do_writes_nothing_of_it(house: House) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))

    with counted() as statements:
        await house.sync(calendar)

    assert not [text for text in statements if text.startswith("UPDATE") and '"phase"' in text]
    assert not [text for text in statements if "COUNT" in text and '"due"=' in text]


async def test_a_run_that_was_asked_for_nudges_who_watches_it(house: House) -> None:
    calendar = await synced(house)
    await house.add("Boxing")
    run = await sync_now(house.services, house.user, "memory", complete=False)
    feed = Heard()

    await sync_calendar(replace(house.services, feed=feed), calendar, "manual")

    row = await CalendarSyncHistory.get(id=run)
    assert (row.phase, row.done, row.total) == ("apply", 1, 1)
    assert feed.topics.count(run_topic(run)) == 5
    assert feed.topics[-2:] == [status_topic(house.user), run_topic(run)]


async def test_a_run_gets_its_row_on_the_way_and_the_status_tells_so(house: House) -> None:
    calendar = await house.connect()
    await house.add("Boxing")
    feed = Heard()

    def ticking() -> datetime:
        house.later(HALF)
        return house.now

    await sync_calendar(replace(house.services, feed=feed, clock=ticking), calendar, "schedule")

    (run,) = await house.runs()
    status, watched = status_topic(house.user), run_topic(run.id)
    assert feed.topics == [status, status, watched, status, watched]


async def test_what_is_over_at_once_is_told_when_the_run_ends(house: House) -> None:
    calendar = await house.connect()
    await house.add("Boxing")
    feed = Heard()

    await sync_calendar(replace(house.services, feed=feed), calendar, "schedule")

    (run,) = await house.runs()
    status, watched = status_topic(house.user), run_topic(run.id)
    assert feed.topics == [status, status, watched]


async def test_between_beginning_and_end_it_is_written_twice_a_second_at_most(house: House) -> None:
    gauge, nudges, run = await gauged(house)
    written = []

    for done in range(5):
        await gauge.note(Phase.APPLY, done, 4)
        written.append((await CalendarSyncHistory.get(id=run)).done)
        house.later(HALF / 2)

    # The third comes half a second after the first, the last one ends the phase.
    assert written == [0, 0, 2, 2, 4]
    assert len(nudges) == 3


async def test_a_phase_that_comes_again_begins_anew(house: House) -> None:
    gauge, nudges, run = await gauged(house)
    await gauge.note(Phase.APPLY, 0, 2)
    await gauge.note(Phase.APPLY, 2, 2)
    began = house.later(HALF / 5)

    await gauge.note(Phase.APPLY, 0, 7)
    await gauge.note(Phase.APPLY, 1, 7)

    row = await CalendarSyncHistory.get(id=run)
    assert (row.phase, row.phase_at, row.done, row.total) == ("apply", began, 0, 7)
    assert len(nudges) == 3


async def test_a_clock_that_is_set_back_does_not_silence_a_run(house: House) -> None:
    gauge, _, run = await gauged(house)
    await gauge.note(Phase.PULL, 0, None)
    house.later(-timedelta(hours=1))

    await gauge.note(Phase.PULL, 10, None)

    assert (await CalendarSyncHistory.get(id=run)).done == 10


async def test_what_was_finished_meanwhile_is_left_as_it_is(house: House) -> None:
    gauge, nudges, run = await gauged(house)
    await CalendarSyncHistory.filter(id=run).update(state="finished")

    await gauge.note(Phase.PULL, 0, None)

    assert (await CalendarSyncHistory.get(id=run)).phase is None
    assert nudges == []


async def gauged(house: House) -> tuple[Gauge, list[UUID], UUID]:
    """A gauge over a run's row, who is told, and the run."""
    calendar = await synced(house)
    log = await run_log.begin(calendar, "manual", house.now)
    run = await log.ensure()
    nudges: list[UUID] = []
    return Gauge(log, house.services.clock, nudges.append), nudges, run
