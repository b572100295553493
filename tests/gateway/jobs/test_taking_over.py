"""A run that nobody asked for goes on in the row of whoever asks for one while it is at work."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

from tests.gateway.graphql.statements import counted
from tests.gateway.house import House, synced
from tortoise.transactions import in_transaction

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import AllDay
from metonic_core.spi import Unavailable
from metonic_core.sync import Phase
from metonic_gateway.jobs.requests import sync_now
from metonic_gateway.store import preferences, run_log
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncHistory, SyncOperation
from metonic_gateway.store.progress import Gauge
from metonic_gateway.store.run_log import RunLog
from metonic_gateway.store.runs import Outcome

LATER = timedelta(minutes=20)
HALF = timedelta(seconds=0.5)


async def ask(house: House, *, complete: bool = False) -> UUID:
    return await sync_now(house.services, house.user, "memory", complete=complete)


def once(house: House, act: Callable[[], Awaitable[object]]) -> None:
    """Have it done when the calendar is next read."""

    async def reading() -> None:
        house.world.before_reading = _nothing
        await act()

    house.world.before_reading = reading


async def _nothing() -> None:
    return


def put(house: House, *titles: str) -> None:
    day = house.now.date() + timedelta(days=1)
    for title in titles:
        content = Content(title, AllDay(day, day + timedelta(days=1)))
        house.world.put("home", StoredEvent(f"own-{title}", "", content))


async def journal_of(run: UUID) -> list[str]:
    return sorted(row.side for row in await SyncOperation.filter(run_id=run))


async def test_a_sync_that_is_asked_for_during_the_first_one_is_that_one(house: House) -> None:
    calendar = await house.connect()
    await house.add("Boxing")
    put(house, "Dentist", "Squash")
    asked: list[UUID] = []

    async def meanwhile() -> None:
        asked.append(await ask(house))

    once(house, meanwhile)
    await house.sync(calendar)
    await house.sync(calendar)

    (run,) = await house.runs()
    assert [run.id] == asked
    assert (run.reason, run.state, run.status) == ("manual", "finished", "success")
    assert (run.items_pushed, run.items_pulled) == (1, 2)
    assert await journal_of(run.id) == ["external", "local", "local"]
    assert run.started_at == run.requested_at


async def test_whoever_asks_is_told_how_far_a_run_is_that_changes_nothing(house: House) -> None:
    put(house, "Dentist")
    calendar = await synced(house)
    house.later(LATER)
    before = len(await house.runs())

    async def meanwhile() -> None:
        await ask(house)
        house.later(HALF)

    once(house, meanwhile)
    await house.sync(calendar)

    *_, run = await house.runs()
    assert len(await house.runs()) == before + 1
    assert (run.reason, run.state, run.status) == ("manual", "finished", "success")
    assert (run.phase, run.done, run.total) == ("pull", 1, 1)


async def test_an_idle_run_looks_once_and_writes_nothing_into_the_history(house: House) -> None:
    calendar = await synced(house)
    house.later(LATER)

    with counted() as statements:
        await house.sync(calendar)

    told = [text for text in statements if 'FROM "calendar_sync_history"' in text]
    assert len(told) == 1, "\n".join(told)
    assert not [text for text in statements if 'UPDATE "calendar_sync_history"' in text]


async def test_an_idle_run_reads_its_link_with_its_lease_and_its_work_once(
    house: House,
) -> None:
    calendar = await synced(house)
    house.later(LATER)

    with counted() as statements:
        await house.sync(calendar)

    assert not [text for text in statements if text.startswith("SELECT") and '"cursor" "cursor"' in text]
    assert len([text for text in statements if '"ripen" FROM' in text]) == 1
    assert len([text for text in statements if "calendar_sync_filters" in text]) == 2  # with each lock


async def test_a_run_without_a_row_looks_twice_a_second_at_most(house: House) -> None:
    calendar = await synced(house)
    gauge = Gauge(await run_log.begin(calendar, "schedule", house.now), house.services.clock, lambda _: None)

    with counted() as statements:
        for done in range(9):
            await gauge.note(Phase.PULL, done, None)
            house.later(timedelta(seconds=0.25))

    assert len(statements) == 4


async def test_a_request_that_a_failing_run_took_over_has_failed(house: House) -> None:
    calendar = await synced(house)
    house.later(LATER)
    asked: list[UUID] = []

    async def meanwhile() -> None:
        asked.append(await ask(house))
        house.world.error = Unavailable("The server is down.")

    once(house, meanwhile)
    await house.sync(calendar)

    row = await CalendarSyncHistory.get(id=asked[0])
    assert (row.state, row.status, row.reason) == ("finished", "failed", "manual")


async def test_a_run_whose_calendar_was_taken_away_leaves_the_request_to_the_next(house: House) -> None:
    calendar = await synced(house)
    house.later(LATER)
    asked: list[UUID] = []

    async def meanwhile() -> None:
        asked.append(await ask(house, complete=True))
        house.world.error = Unavailable("The server is down.")

    once(house, meanwhile)
    await house.sync(calendar)
    waiting = await CalendarSyncHistory.get(id=asked[0])
    house.world.error = None
    await house.sync(calendar)

    assert waiting.state == "queued"
    row = await CalendarSyncHistory.get(id=asked[0])
    assert (row.state, row.status) == ("finished", "success")


async def test_what_a_transaction_took_over_that_failed_is_taken_over_again(house: House) -> None:
    calendar = await synced(house)
    log = await run_log.begin(calendar, "schedule", house.now)
    asked = await ask(house)
    async with in_transaction() as transaction:
        assert await log.ensure() == asked
        await transaction.rollback()
    assert (await CalendarSyncHistory.get(id=asked)).state == "queued"

    assert await log.ensure() == asked

    assert (await CalendarSyncHistory.get(id=asked)).state == "running"
    assert await log.ensure() == asked


async def test_a_run_that_was_cut_off_says_what_it_had_done(house: House) -> None:
    run = await half_done(house)
    (calendar,) = await CalendarSyncConfig.all()

    await run_log.begin(calendar.id, "schedule", house.now)

    row = await CalendarSyncHistory.get(id=run)
    assert (row.status, row.items_pushed, row.items_pulled) == ("failed", 1, 2)


async def test_a_run_that_failed_half_way_says_what_it_had_done(house: House) -> None:
    run = await half_done(house)
    log = RunLog((await CalendarSyncConfig.get()).id, "schedule", house.now, 0, row=run)

    await log.finish(Outcome("failed"), house.now)

    row = await CalendarSyncHistory.get(id=run)
    assert (row.status, row.items_pushed, row.items_pulled) == ("failed", 1, 2)


async def test_a_run_in_progress_says_what_it_has_done_so_far(house: House) -> None:
    run = await half_done(house)
    log = RunLog((await CalendarSyncConfig.get()).id, "schedule", house.now, 0, row=run)

    await Gauge(log, house.services.clock, lambda _: None).note(Phase.APPLY, 3, 5)

    row = await CalendarSyncHistory.get(id=run)
    assert (row.state, row.items_pushed, row.items_pulled) == ("running", 1, 2)


async def half_done(house: House) -> UUID:
    """A run that has sent one item and taken over two, and is at work still."""
    calendar = await house.connect()
    await house.add("Boxing")
    put(house, "Dentist", "Squash")
    await house.sync(calendar)
    (run,) = await house.runs()
    columns = {"items_pushed": 0, "items_pulled": 0, "status": None, "completed_at": None}
    await CalendarSyncHistory.filter(id=run.id).update(state="running", **columns)
    return run.id


async def test_a_run_that_was_drawn_by_what_a_user_set_meanwhile_follows_at_once(house: House) -> None:
    put(house, "Dentist")
    calendar = await synced(house)
    house.later(LATER)

    async def paused_and_resumed() -> None:
        for is_paused in (True, False):
            await preferences.change(
                house.user,
                "memory",
                partial(replace, is_paused=is_paused),
                house.services.window(),
                house.now,
            )

    once(house, paused_and_resumed)
    await house.sync(calendar)
    await house.sync(calendar)

    *_, run = await house.runs()
    assert (run.reason, run.state, run.status) == ("settings", "finished", "success")
