"""The life of a channel: opened after the first sync, renewed with overlap, whatever fails."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from tests.core.conformance.telling import WEEK
from tests.gateway.house import synced
from tests.gateway.push.conftest import Scene

from metonic_core.spi.errors import (
    CalendarGone,
    ProviderError,
    RateLimited,
    SignInNeeded,
    Unacceptable,
    Unavailable,
)
from metonic_gateway.jobs.pushing import renew_push
from metonic_gateway.jobs.scheduler import Scheduler
from metonic_gateway.store import channels, clocks
from metonic_gateway.store.models import CalendarLink


async def test_a_channel_is_opened_after_the_first_sync(scene: Scene) -> None:
    await scene.house.connect()
    await scene.work()
    assert scene.exchange.opened == {}

    calendar = await synced(scene.house)
    await scene.work()

    (ask,) = scene.exchange.opened.values()
    assert ask.address == f"{scene.url}/webhooks/memory/{ask.id}"
    assert len(ask.id) == 36
    assert len(ask.secret) >= 40
    assert ask.until == scene.house.now + WEEK
    # What changed before the channel was there, nobody was told of.
    assert scene.house.nudged == [calendar]
    assert (await scene.house.row(calendar)).next_sync_at == scene.house.now


async def test_the_secret_is_stored_sealed(scene: Scene, told: UUID) -> None:  # noqa: ARG001
    (ask,), (row,) = scene.exchange.opened.values(), await scene.rows()

    assert ask.secret not in row.secret
    assert row.secret.startswith("v1.k1.")


async def test_a_channel_gets_a_successor_when_most_of_its_life_is_over(scene: Scene, told: UUID) -> None:
    first = scene.exchange.standing[0]
    link = await CalendarLink.first()
    assert link
    assert link.push_at
    assert link.push_at > scene.house.now + WEEK * 0.69
    scene.later(WEEK * 0.69)
    await scene.work()
    assert scene.exchange.standing == [first]

    scene.later(WEEK * 0.12)
    await scene.work()

    _, second = scene.exchange.standing
    assert await scene.exchange.tell(first) == (204, "")
    row = await scene.house.row(told)
    assert row.noticed_seq > row.taken_seq
    scene.later(timedelta(minutes=2))
    await scene.work()
    assert scene.exchange.standing == [second]
    assert [row.id for row in await scene.rows()] == [UUID(second)]


async def test_a_successor_draws_no_run(scene: Scene, told: UUID) -> None:
    scene.later(WEEK * 0.81)
    await scene.house.sync(told)
    before = await scene.house.row(told)

    await scene.work()

    after = await scene.house.row(told)
    assert len(scene.exchange.standing) == 2
    assert (after.nudge_seq, after.next_sync_at) == (before.nudge_seq, before.next_sync_at)


async def test_the_life_of_a_channel_is_what_the_provider_says(scene: Scene) -> None:
    scene.exchange.longest = timedelta(days=1)
    await scene.told()

    (row,) = await scene.rows()
    assert row.expires_at == scene.house.now + timedelta(days=1)
    scene.later(timedelta(hours=20))
    await scene.work()
    assert len(scene.exchange.standing) == 2


async def test_a_channel_that_expired_meanwhile_is_followed_by_one_and_by_a_look(
    scene: Scene, told: UUID
) -> None:
    scene.later(WEEK + timedelta(days=1))
    await scene.house.sync(told)
    scene.house.nudged.clear()

    await scene.work()

    assert scene.house.nudged == [told]
    assert (await scene.house.row(told)).next_sync_at == scene.house.now
    scene.later(timedelta(minutes=2))
    await scene.work()
    assert [str(row.id) for row in await scene.rows()] == [[*scene.exchange.opened][-1]]
    assert scene.exchange.closed == []


async def test_of_many_workers_one_opens_a_channel(scene: Scene) -> None:
    calendar = await synced(scene.house)
    link = (await scene.link(calendar)).id

    await asyncio.gather(*(renew_push(scene.house.services, link) for _ in range(5)))

    assert len(scene.exchange.opened) == 1


async def test_two_schedulers_ask_and_one_channel_is_opened(scene: Scene) -> None:
    await synced(scene.house)
    schedulers = [Scheduler(scene.house.messages(), lambda: scene.house.now) for _ in range(2)]

    for _ in range(3):
        for scheduler in schedulers:
            await scheduler.look()

    assert len(scene.house.renewals) == 2
    for link in scene.house.renewals:
        await renew_push(scene.house.services, link)
    assert len(scene.exchange.opened) == 1


async def test_a_worker_that_dies_while_it_opens_one_is_followed_by_another(scene: Scene) -> None:
    calendar = await synced(scene.house)
    scene.exchange.error = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        await renew_push(scene.house.services, (await scene.link(calendar)).id)
    scene.exchange.error = None
    await scene.work()
    assert scene.exchange.opened == {}

    scene.later(timedelta(minutes=6))
    await scene.work()

    assert [str(row.id) for row in await scene.rows()] == scene.exchange.standing


async def test_without_a_public_url_no_channel_is_asked_for(scene: Scene) -> None:
    scene.public_url(None)

    calendar = await synced(scene.house)
    await scene.work()

    assert scene.exchange.opened == {}
    assert (await scene.link(calendar)).push_at is None


async def test_channels_follow_a_new_public_url(scene: Scene, told: UUID) -> None:  # noqa: ARG001
    (first,) = scene.exchange.standing
    scene.public_url("https://sync.example.org/here")
    await channels.doubt_others("https://sync.example.org/here/webhooks/", scene.house.now)
    await scene.work()
    scene.later(timedelta(minutes=2))
    await scene.work()

    (second,) = scene.exchange.standing
    assert second != first
    assert scene.exchange.opened[second].address == f"https://sync.example.org/here/webhooks/memory/{second}"


async def test_channels_that_lead_here_are_not_doubted(scene: Scene, told: UUID) -> None:
    before = (await scene.link(told)).push_at

    await channels.doubt_others(f"{scene.url}/webhooks/", scene.house.now)

    assert (await scene.link(told)).push_at == before


async def test_signing_in_again_gets_a_new_channel(scene: Scene, told: UUID) -> None:
    (first,) = scene.exchange.standing
    await scene.house.connect()

    await scene.work()
    scene.later(timedelta(minutes=2))
    await scene.work()

    (second,) = scene.exchange.standing
    assert second != first
    assert scene.exchange.calendars[second] == "home"
    assert (await scene.link(told)).push_problem is None


async def test_a_pause_keeps_the_channel_and_renews_it(scene: Scene, told: UUID) -> None:
    await scene.pause()

    scene.later(WEEK * 0.81)
    await scene.work()

    assert len(scene.exchange.standing) == 2
    assert (await scene.house.row(told)).is_paused


async def test_a_provider_that_refuses_is_asked_again_a_day_later(scene: Scene) -> None:
    calendar = await synced(scene.house)
    scene.exchange.error = Unacceptable("Holidays have no channels.")
    await scene.work()
    row = await scene.house.row(calendar)
    assert (row.failures, row.problem, row.stopped) == (0, None, None)

    scene.exchange.error = None
    scene.later(timedelta(hours=20))
    await scene.house.sync(calendar)
    await scene.work()
    assert scene.exchange.opened == {}
    scene.later(timedelta(hours=5))
    await scene.work()

    assert len(scene.exchange.standing) == 1
    assert (await scene.link(calendar)).push_problem is None


FAILURES: Sequence[ProviderError] = [
    Unavailable("The server is down."),
    RateLimited("Too many requests.", 10),
    SignInNeeded("Sign in again."),
    CalendarGone("It is gone."),
]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
async def test_failures_back_off_and_leave_the_sync_alone(scene: Scene, error: ProviderError) -> None:
    calendar = await synced(scene.house)
    before = await scene.house.columns(calendar, "failures", "problem", "stopped", "next_sync_at")
    scene.exchange.error = error
    waits = []

    for _ in range(12):
        await scene.work()
        at = (await scene.link(calendar)).push_at
        assert at is not None
        waits.append(at - scene.house.now)
        scene.later(at - scene.house.now)

    assert max(waits) <= timedelta(hours=6)
    assert sum(waits, timedelta()) > timedelta(minutes=10)
    assert await scene.house.columns(calendar, "failures", "problem", "stopped", "next_sync_at") == before
    scene.exchange.error = None
    await scene.work()
    assert len(scene.exchange.standing) == 1
    assert (await scene.link(calendar)).push_attempts == 0


@pytest.mark.parametrize("ahead", [timedelta(days=5), timedelta(days=30)])
async def test_a_channel_of_a_clock_that_was_ahead_gets_a_successor_before_its_end(
    scene: Scene, ahead: timedelta
) -> None:
    now = scene.house.now
    scene.house.later(ahead)
    await scene.told()
    scene.house.now = now

    for _ in range(28):
        await clocks.put_right(scene.house.now)
        await scene.work()
        assert max(row.expires_at for row in await scene.rows()) > scene.house.now
        scene.later(timedelta(hours=6))

    assert 2 <= len(scene.exchange.opened) <= 3


async def test_a_clock_that_was_ahead_keeps_nobody_from_asking_again(scene: Scene) -> None:
    calendar, now = await synced(scene.house), scene.house.now
    scene.house.later(timedelta(days=30))
    scene.exchange.error = Unacceptable("Not here.")
    await scene.work()
    scene.exchange.error = None
    scene.house.now = now

    await clocks.put_right(now)
    await scene.work()

    assert len(scene.exchange.standing) == 1
    assert (await scene.link(calendar)).push_problem is None


async def test_a_fault_of_the_plugin_is_a_failure_like_any_other(scene: Scene) -> None:
    calendar = await synced(scene.house)
    scene.exchange.error = RuntimeError("about Dinner with Sophie")

    await scene.work()

    link = await scene.link(calendar)
    assert link.push_problem["message"] == "Something went wrong inside the service."
    assert link.push_at is not None
    assert link.push_at > scene.house.now
