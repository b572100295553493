"""Pain 13, rate limits and quotas: who is told to wait waits, and goes on where it was."""

from datetime import datetime, timedelta

import pytest
from tests.google_stage import ALICE, AtGoogle

LESSONS = 60


def _refused(alice: AtGoogle) -> int:
    return sum(entry.status in {403, 429} for entry in alice.google.log if entry.who == ALICE)


async def _lessons(alice: AtGoogle) -> list[str]:
    titles = [f"Lesson {number:02}" for number in range(LESSONS)]
    for title in titles:
        await alice.create(title)
    return titles


def _due(told: dict[str, str]) -> datetime:
    return datetime.fromisoformat(told["nextSyncAt"])


@pytest.mark.parametrize("quirk", ["over-quota-429", None])
async def test_more_than_a_minute_allows_goes_on_in_the_next_and_is_made_once(
    alice: AtGoogle, quirk: str | None
) -> None:
    if quirk:
        alice.google.turn_on(quirk)
    titles = await _lessons(alice)
    alice.google.turn_on("quota", per_user=25, per_project=10_000)

    for _ in range(8):
        due = _due(await alice.status())
        await alice.sync(max(due - alice.house.now, timedelta(minutes=1)))

    alice.google.turn_off("quota")
    assert await alice.phone.titles() == titles
    assert (await alice.status())["consecutiveFailures"] == 0


async def test_nobody_is_asked_before_the_time_that_was_named(alice: AtGoogle) -> None:
    await alice.create("Yoga")
    alice.google.arm("rate-limited", times=1000, status=429, retry_after=900)

    await alice.sync()
    told = await alice.status()
    asked = len(alice.google.log)
    await alice.house.sync(alice.calendar)

    assert _due(told) - alice.house.now >= timedelta(seconds=900)
    assert len(alice.google.log) == asked
    assert told["attention"]["nextStep"]


async def test_a_calendar_that_has_taken_enough_is_left_alone_for_hours(alice: AtGoogle) -> None:
    titles = await _lessons(alice)
    alice.google.turn_on("calendar-limits", events=20, hours=5)
    await alice.sync()
    refused, due = _refused(alice), _due(await alice.status())

    assert due - alice.house.now >= timedelta(hours=6)
    assert refused <= LESSONS

    alice.google.turn_off("calendar-limits")
    await alice.sync(timedelta(hours=7))
    await alice.sync()
    assert await alice.phone.titles() == titles
