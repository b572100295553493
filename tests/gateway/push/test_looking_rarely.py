"""A calendar whose provider tells of changes is looked at more rarely, and as usual once it does not."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from tests.gateway.graphql.client import Api
from tests.gateway.push.conftest import Scene
from tests.gateway.push.outside import PushAdapter, nothing_yet

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import AllDay, Window
from metonic_core.spi import ChangePage, Paced, Unavailable
from metonic_gateway.accounts.channels import base_address
from metonic_gateway.jobs.scheduler import Scheduler
from metonic_gateway.store import channels
from metonic_gateway.store.models import CalendarSyncConfig, PushChannel

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
USUAL = (13 * MINUTE, 17 * MINUTE)
RARE = (4.5 * HOUR, 6 * HOUR)


async def heard(scene: Scene) -> UUID:
    """A calendar whose channel leads here, as far as anybody knows, after a look that found nothing."""
    calendar = await scene.told()
    await scene.exchange.tell(scene.exchange.standing[0], "sync")
    await look(scene, calendar)
    return calendar


async def look(scene: Scene, calendar: UUID) -> None:
    """A sync that nothing gave reason to."""
    await CalendarSyncConfig.filter(id=calendar).update(next_sync_at=scene.house.now)
    await scene.house.sync(calendar)


async def wait(scene: Scene, calendar: UUID) -> timedelta:
    at = (await scene.house.row(calendar)).next_sync_at
    assert at is not None
    return at - scene.house.now


async def is_within(scene: Scene, calendar: UUID, bounds: tuple[timedelta, timedelta]) -> bool:
    return bounds[0] <= await wait(scene, calendar) <= bounds[1]


async def test_who_is_told_of_changes_looks_every_six_hours_at_the_latest(scene: Scene, asking: Api) -> None:
    calendar = await heard(scene)

    assert await is_within(scene, calendar, RARE)
    shown = await asking.call('{ syncStatus(provider: "memory") { nextSyncAt pushHealthy } }')
    at = (await scene.house.row(calendar)).next_sync_at
    assert at is not None
    assert shown == {"nextSyncAt": at.isoformat().replace("+00:00", "Z"), "pushHealthy": True}


async def test_a_channel_through_which_nothing_ever_came_is_not_relied_on(scene: Scene) -> None:
    calendar = await scene.told()
    await look(scene, calendar)

    assert await is_within(scene, calendar, USUAL)


async def test_what_is_forged_is_nothing_that_came(scene: Scene) -> None:
    calendar = await scene.told()
    status, _ = await scene.exchange.tell(scene.exchange.standing[0], "sync", **{"x-token": "guessed"})
    await look(scene, calendar)

    assert status == 403
    assert await is_within(scene, calendar, USUAL)


async def test_a_change_that_nobody_told_of_has_the_calendar_looked_at_as_usual_once(scene: Scene) -> None:
    calendar = await heard(scene)
    day = scene.house.now.date()
    event = StoredEvent("e1", "1", Content("Dentist", AllDay(day, day + timedelta(days=1))))
    scene.house.world.put("home", event)
    await look(scene, calendar)

    assert await is_within(scene, calendar, USUAL)
    await look(scene, calendar)
    assert await is_within(scene, calendar, RARE)


async def test_a_change_that_was_told_of_leaves_it_at_that(scene: Scene) -> None:
    calendar = await heard(scene)
    scene.later(MINUTE)
    day = scene.house.now.date()
    event = StoredEvent("e1", "1", Content("Dentist", AllDay(day, day + timedelta(days=1))))
    scene.house.world.put("home", event)
    await scene.exchange.tell(scene.exchange.standing[0])
    await scene.house.sync(calendar)

    assert await is_within(scene, calendar, RARE)


async def test_who_set_less_often_than_that_is_looked_at_less_often(scene: Scene) -> None:
    calendar = await heard(scene)
    await CalendarSyncConfig.filter(id=calendar).update(sync_frequency_minutes=1440)
    await look(scene, calendar)

    assert await is_within(scene, calendar, (21 * HOUR, 27 * HOUR))


async def test_a_renewal_that_fails_brings_the_usual_looks_back(scene: Scene) -> None:
    calendar = await heard(scene)
    scene.later(timedelta(days=6))
    await look(scene, calendar)
    scene.exchange.error = Unavailable("Down.")

    await scene.work()

    assert await is_within(scene, calendar, USUAL)
    await look(scene, calendar)
    assert await is_within(scene, calendar, USUAL)


async def test_a_renewal_that_has_to_wait_a_moment_is_no_reason(scene: Scene) -> None:
    calendar = await heard(scene)
    scene.later(timedelta(days=6))
    await look(scene, calendar)
    scene.exchange.error = Paced("Not now.", 30)

    await scene.work()

    assert await wait(scene, calendar) > HOUR


async def test_a_channel_that_is_over_brings_the_usual_looks_back(scene: Scene) -> None:
    calendar = await heard(scene)
    scene.exchange.error = Unavailable("Down.")

    await scene.exchange.tell(scene.exchange.standing[0], "over")
    await scene.work()

    assert await wait(scene, calendar) <= USUAL[1]


class _Remembering(PushAdapter):
    """One that is asked for what is new, which is nothing."""

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
        if cursor:
            await self._world.before_reading()
            return ChangePage([], done=cursor)
        return replace(await super().get_changes(calendar_id, cursor, window), done="everything")


async def test_a_channel_that_ends_while_a_run_looks_brings_the_usual_looks_back(scene: Scene) -> None:
    house, exchange = scene.house, scene.exchange
    scene.providers["memory"] = replace(
        scene.providers["memory"], adapter=lambda *asked: _Remembering(exchange, house.world, *asked)
    )
    calendar = await heard(scene)

    async def meanwhile() -> None:
        exchange.error = Unavailable("Down.")
        await exchange.tell(exchange.standing[0], "over")
        await scene.work()

    house.world.before_reading = meanwhile
    await look(scene, calendar)
    house.world.before_reading = nothing_yet
    await house.sync(calendar)

    assert await wait(scene, calendar) <= USUAL[1]


async def test_without_a_public_url_the_usual_looks_are_back(scene: Scene) -> None:
    calendar = await heard(scene)
    scene.public_url(None)

    await channels.doubt_others(base_address(scene.house.services), scene.house.now)
    await scene.work()

    assert await is_within(scene, calendar, USUAL)


async def test_nobody_waits_for_long_beyond_the_end_of_a_channel(scene: Scene) -> None:
    scene.exchange.longest = HOUR
    calendar = await heard(scene)

    assert await is_within(scene, calendar, (timedelta(0), 1.1 * (HOUR + 15 * MINUTE)))


async def test_only_where_changes_are_told_of_hours_are_no_sign_of_a_clock_that_was_ahead(
    scene: Scene,
) -> None:
    calendar = await heard(scene)
    at = scene.house.now + 5 * HOUR
    rows = CalendarSyncConfig.filter(id=calendar)

    await rows.update(next_sync_at=at)
    await Scheduler(scene.house.messages(), lambda: scene.house.now).look()
    assert await scene.house.columns(calendar, "next_sync_at") == (at,)

    await PushChannel.all().delete()
    await Scheduler(scene.house.messages(), lambda: scene.house.now).look()
    assert await scene.house.columns(calendar, "next_sync_at") == (scene.house.now,)
