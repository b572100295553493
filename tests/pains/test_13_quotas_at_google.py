"""Pain 13, rate limits and quotas, at Google: who is told to wait waits, and goes on where it was."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.brokers import IS_SHARED
from tests.gateway.graphql.operations import DISCONNECT
from tests.google_stage import ALICE, AtGoogle

from metonic_core.spi.registry import Registry
from metonic_google.provider import PROVIDER

LESSONS = 60
# Processes that share a pace count a minute a little longer.
MINUTE = timedelta(seconds=72 if IS_SHARED else 61)


def _refused(alice: AtGoogle) -> int:
    return sum(entry.status in {403, 429} for entry in alice.stand_in.log if entry.who == ALICE)


async def _lessons(alice: AtGoogle) -> list[str]:
    titles = [f"Lesson {number:02}" for number in range(LESSONS)]
    for title in titles:
        await alice.create(title)
    return titles


async def _appointments(alice: AtGoogle, number: int) -> list[str]:
    titles = [f"Lesson {n:03}" for n in range(number)]
    for title in titles:
        await alice.house.add(title)
    return titles


async def _synced_on_time(alice: AtGoogle) -> None:
    """When it is due, and not sooner."""
    await alice.sync(_due(await alice.status()) - alice.house.now)


def _due(told: dict[str, str]) -> datetime:
    return datetime.fromisoformat(told["nextSyncAt"])


@pytest.mark.parametrize("quirk", ["over-quota-429", None])
async def test_more_than_a_minute_allows_goes_on_in_the_next_and_is_made_once(
    alice: AtGoogle, quirk: str | None
) -> None:
    if quirk:
        alice.stand_in.turn_on(quirk)
    titles = await _lessons(alice)
    alice.stand_in.turn_on("quota", per_user=25, per_project=10_000)

    for _ in range(8):
        due = _due(await alice.status())
        await alice.sync(max(due - alice.house.now, timedelta(minutes=1)))

    alice.stand_in.turn_off("quota")
    assert await alice.phone.titles() == titles
    assert (await alice.status())["consecutiveFailures"] == 0


async def test_nobody_is_asked_before_the_time_that_was_named(alice: AtGoogle) -> None:
    await alice.create("Yoga")
    alice.stand_in.arm("rate-limited", times=1000, status=429, retry_after=900)

    await alice.sync()
    told = await alice.status()
    asked = len(alice.stand_in.log)
    await alice.house.sync(alice.calendar)

    assert _due(told) - alice.house.now >= timedelta(seconds=900)
    assert len(alice.stand_in.log) == asked
    assert told["attention"]["nextStep"]


async def test_a_calendar_that_has_taken_enough_is_left_alone_for_hours(alice: AtGoogle) -> None:
    titles = await _lessons(alice)
    alice.stand_in.turn_on("calendar-limits", events=20, hours=5)
    await alice.sync()
    refused, due = _refused(alice), _due(await alice.status())

    assert due - alice.house.now >= timedelta(hours=6)
    assert refused <= LESSONS

    alice.stand_in.turn_off("calendar-limits")
    await alice.sync(timedelta(hours=7))
    await alice.sync()
    assert await alice.phone.titles() == titles


async def test_what_google_allows_in_a_minute_is_not_exceeded(alice: AtGoogle) -> None:
    titles = await _appointments(alice, 620)
    alice.stand_in.turn_on("quota", per_user=600, per_project=10_000)

    await alice.sync()
    began, told = alice.house.now, await alice.status()
    await _synced_on_time(alice)

    assert _refused(alice) == 0
    assert told["consecutiveFailures"] == 0
    assert alice.house.now - began <= MINUTE
    assert await alice.phone.titles() == titles
    (run,) = [run for run in await alice.house.runs() if run.items_pushed]
    assert (run.items_pushed, run.status, run.errors) == (620, "success", [])


def _at_a_third(alice: AtGoogle) -> None:
    """So that it is quick: a Google that allows 200 units a minute."""
    paces = tuple(replace(pace, units=pace.units // 3) for pace in PROVIDER.paces)
    registry = Registry({PROVIDER.name: replace(PROVIDER, paces=paces)}, ())
    alice.house.services = replace(alice.house.services, registry=registry)


async def test_google_allowing_less_is_found_out_once(alice: AtGoogle) -> None:
    _at_a_third(alice)
    titles = await _appointments(alice, 120)
    alice.stand_in.turn_on("quota", per_user=110, per_project=10_000)

    await alice.sync()
    refused = _refused(alice)
    await alice.sync(timedelta(minutes=2))

    assert await alice.phone.titles() == titles
    for title in titles:
        await alice.house.add(f"Another {title}")
    await _synced_on_time(alice)
    await _synced_on_time(alice)
    assert 0 < refused == _refused(alice)


async def _allowing(alice: AtGoogle, units: int) -> None:
    """The operator knows it."""
    alice.stand_in.turn_on("quota", per_user=units, per_project=10_000)
    services = alice.house.services
    settings = services.settings.model_copy(update={"paces": f'{{"google": {{"account": {units}}}}}'})
    alice.house.services = replace(services, settings=settings)
    await alice.sync()


async def test_google_allowing_less_is_not_found_out_where_it_is_said(alice: AtGoogle) -> None:
    _at_a_third(alice)
    titles = await _appointments(alice, 120)

    await _allowing(alice, 110)
    await _synced_on_time(alice)

    assert _refused(alice) == 0
    assert await alice.phone.titles() == titles


async def test_copies_that_take_longer_than_a_minute_to_remove_are_removed(alice: AtGoogle) -> None:
    _at_a_third(alice)
    await _appointments(alice, 120)
    await alice.sync()
    await _allowing(alice, 110)

    await alice.api.call(DISCONNECT, provider="google", remove=True)
    await alice.sync()
    left = len(await alice.phone.titles())
    await alice.sync(MINUTE)

    assert 0 < left < 120
    assert await alice.phone.titles() == []
    assert _refused(alice) == 0
