"""What follows when a provider tells of a change: one run for many, one more for what is told meanwhile."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from tests.gateway.house import House, copied, eventually, open_house
from tests.gateway.push.conftest import Scene
from tests.gateway.push.outside import Exchange, telling_provider

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import AllDay
from metonic_core.spi.errors import Unavailable
from metonic_core.spi.registry import Registry
from metonic_gateway.app import build_app
from metonic_gateway.jobs.requests import sync_now
from metonic_gateway.jobs.scheduler import Scheduler
from metonic_gateway.serving import bound, served
from metonic_gateway.store import channels, leases
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncHistory, PushChannel
from metonic_gateway.wiring import running


def put_event(house: House, title: str) -> None:
    day = house.now.date() + timedelta(days=2)
    event = StoredEvent(title.lower(), "", Content(title, AllDay(day, day + timedelta(days=1))))
    house.world.put("home", event)


async def tell(scene: Scene) -> None:
    assert await scene.exchange.tell(scene.exchange.standing[-1]) == (204, "")


async def test_a_run_that_was_told_of_a_change_says_so(scene: Scene, told: UUID) -> None:
    scene.later(timedelta(minutes=1))
    put_event(scene.house, "Dentist")

    await tell(scene)
    await scene.house.sync(told)

    run = (await scene.house.runs())[-1]
    assert (run.reason, run.sync_type, run.state, run.items_pulled) == ("webhook", "webhook", "finished", 1)


async def test_a_run_that_was_told_of_nothing_new_leaves_no_row(scene: Scene, told: UUID) -> None:
    scene.later(timedelta(minutes=1))
    before = await scene.house.runs()

    await tell(scene)
    await scene.house.sync(told)

    assert await scene.house.runs() == before
    assert (await scene.house.row(told)).last_sync_at == scene.house.now


async def test_the_run_after_it_is_an_ordinary_one_again(scene: Scene, told: UUID) -> None:
    scene.later(timedelta(minutes=1))
    await tell(scene)
    await scene.house.sync(told)

    scene.later(timedelta(hours=6))
    put_event(scene.house, "Dentist")
    await scene.house.sync(told)

    assert (await scene.house.runs())[-1].reason == "schedule"


async def test_who_asks_by_hand_meanwhile_gets_their_own_run(scene: Scene, told: UUID) -> None:
    scene.later(timedelta(minutes=1))
    await tell(scene)

    asked = await sync_now(scene.house.services, scene.house.user, "memory")
    await scene.house.sync(told)

    run = await CalendarSyncHistory.get(id=asked)
    assert (run.reason, run.sync_type, run.state) == ("manual", "full", "finished")


async def test_notices_during_a_run_draw_one_more_a_little_later(scene: Scene, told: UUID) -> None:
    scene.later(timedelta(minutes=1))
    house = scene.house

    async def meanwhile() -> None:
        house.world.before_reading = _nothing
        for _ in range(5):
            await tell(scene)

    house.world.before_reading = meanwhile
    await tell(scene)
    await house.sync(told)
    reads = house.world.reads

    await house.sync(told)
    assert house.world.reads == reads
    scene.later(timedelta(seconds=5))
    await house.sync(told)
    assert house.world.reads == reads + 1
    scene.later(timedelta(seconds=30))
    await house.sync(told)
    assert house.world.reads == reads + 1


async def test_a_provider_that_tells_without_end_is_asked_every_few_seconds(scene: Scene, told: UUID) -> None:
    scene.later(timedelta(minutes=1))
    reads = scene.house.world.reads

    for _ in range(60):
        await tell(scene)
        await scene.house.sync(told)
        scene.later(timedelta(seconds=1))

    assert scene.house.world.reads - reads == 12


async def test_a_person_who_asks_during_a_run_need_not_wait(scene: Scene, told: UUID) -> None:
    scene.later(timedelta(minutes=1))

    async def meanwhile() -> None:
        scene.house.world.before_reading = _nothing
        await tell(scene)
        await sync_now(scene.house.services, scene.house.user, "memory")

    scene.house.world.before_reading = meanwhile
    await tell(scene)
    await scene.house.sync(told)

    assert (await scene.house.row(told)).next_sync_at == scene.house.now
    assert scene.house.nudged[-1] == told


async def test_what_was_told_outlives_a_failure(scene: Scene, told: UUID) -> None:
    scene.later(timedelta(minutes=1))
    scene.house.world.error = Unavailable("The server is down.")
    await tell(scene)
    await scene.house.sync(told)
    scene.house.world.error = None
    put_event(scene.house, "Dentist")

    scene.later(timedelta(minutes=1))
    await scene.house.sync(told)

    assert [run.reason for run in await scene.house.runs()][-2:] == ["webhook", "webhook"]


async def test_where_changes_show_late_the_calendar_is_looked_at_once_more(scene: Scene, told: UUID) -> None:
    scene.look_again_after(timedelta(minutes=1))
    scene.later(timedelta(minutes=2))
    began = scene.house.now
    await tell(scene)
    await scene.house.sync(told)
    assert (await scene.house.row(told)).next_sync_at == began + timedelta(minutes=1)

    put_event(scene.house, "Dentist")
    scene.later(timedelta(minutes=1))
    await scene.house.sync(told)

    row, run = await scene.house.row(told), (await scene.house.runs())[-1]
    assert (run.reason, run.items_pulled) == ("schedule", 1)
    assert row.next_sync_at is not None
    assert row.next_sync_at > scene.house.now + timedelta(minutes=10)


async def test_of_many_notices_at_once_one_is_written(scene: Scene, told: UUID) -> None:
    scene.later(timedelta(minutes=1))
    before = (await scene.house.row(told)).nudge_seq
    channel = await channels.addressed(UUID(scene.exchange.standing[0]))
    assert channel is not None

    heard = await asyncio.gather(*(channels.note(channel, scene.house.now) for _ in range(20)))

    assert sum(heard) == 1
    assert (await scene.house.row(told)).nudge_seq == before + 1


async def test_a_notice_between_lease_and_reading_is_not_lost(scene: Scene, told: UUID) -> None:
    scene.later(timedelta(minutes=1))
    await tell(scene)

    lease = await leases.acquire(told, scene.house.now)
    await tell(scene)

    row = await scene.house.row(told)
    assert lease is not None
    assert (lease.is_noticed, row.nudge_seq, row.taken_seq) == (True, lease.nudge_seq + 1, lease.nudge_seq)


async def test_a_pause_lets_nothing_be_missed(scene: Scene, told: UUID) -> None:
    await scene.pause()
    put_event(scene.house, "Dentist")
    await tell(scene)

    await scene.pause(is_paused=False)
    await scene.house.sync(told)

    assert (await scene.house.runs())[-1].items_pulled == 1


async def test_schedulers_find_what_was_told_to_a_service_that_died(scene: Scene, told: UUID) -> None:
    scene.later(timedelta(minutes=1))
    await tell(scene)
    scene.house.nudged.clear()

    await Scheduler(scene.house.messages(scene.house.nudged.extend), lambda: scene.house.now).look()

    assert scene.house.nudged == [told]


async def test_channels_outlive_the_process(migrated_template: Path, tmp_path: Path) -> None:
    database, exchange = copied(migrated_template, tmp_path / "metonic.sqlite3"), Exchange()
    listening = bound("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with open_house(database) as house:
        provider = telling_provider(house.world, exchange)
        settings = house.services.settings.model_copy(update={"public_url": url})
        registry = Registry({"memory": provider}, ())
        house.services = replace(house.services, registry=registry, settings=settings)
        calendar = await house.connect()
        await house.sync(calendar)
        for link, _ in await channels.due(house.now, 10):
            await house.renew(link)
        put_event(house, "Dentist")

    async with (
        running(settings, registry=registry, clock=lambda: house.now) as services,
        served(build_app(services), listening, asyncio.Event()),
    ):
        (channel,) = exchange.standing
        await eventually(lambda: _is_served(calendar))
        put_event(house, "Optician")
        house.later(timedelta(minutes=1))
        assert await exchange.tell(channel) == (204, "")
        await eventually(lambda: CalendarSyncHistory.filter(reason="webhook", state="finished").exists())
        assert [str(row.id) for row in await PushChannel.all()] == [channel]


async def _is_served(calendar: UUID) -> bool:
    row = await CalendarSyncConfig.get(id=calendar)
    return row.served_seq == row.nudge_seq and row.lease_until is None


async def _nothing() -> None:
    return


async def test_without_a_public_url_polling_goes_on_alone(scene: Scene) -> None:
    scene.public_url(None)
    calendar = await scene.house.connect()
    await scene.house.sync(calendar)
    put_event(scene.house, "Dentist")

    scene.later(timedelta(minutes=20))
    await scene.house.sync(calendar)

    run = (await scene.house.runs())[-1]
    assert (run.reason, run.items_pulled) == ("schedule", 1)
