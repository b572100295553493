"""Pain 13, rate limits and quotas, at Outlook: four requests at a time, and pauses of any shape."""

from datetime import datetime, timedelta

import pytest
from tests.outlook_stage import ANNA, AtOutlook


def _refused(anna: AtOutlook) -> int:
    return sum(entry.status in {429, 503} for entry in anna.stand_in.log if entry.who == ANNA)


async def _appointments(anna: AtOutlook, number: int) -> list[str]:
    titles = [f"Lesson {n:03}" for n in range(number)]
    for title in titles:
        await anna.house.add(title)
    return titles


async def test_what_a_mailbox_takes_at_a_time_is_never_exceeded(anna: AtOutlook) -> None:
    titles = await _appointments(anna, 90)
    anna.stand_in.turn_on("latency", seconds=0.001)

    await anna.sync()
    anna.stand_in.turn_off("latency")

    assert (_refused(anna), await anna.phone.titles()) == (0, titles)


@pytest.mark.parametrize(
    "options", [{"status": 429, "retry_after": "2.128"}, {"status": 503, "retry_after": ""}]
)
async def test_parts_of_a_batch_that_are_refused_come_later_and_are_made_once(
    anna: AtOutlook, options: dict[str, str | int]
) -> None:
    titles = await _appointments(anna, 30)
    anna.stand_in.arm("throttled", method="POST", path="*/events", times=5, **options)

    for _ in range(4):
        due = datetime.fromisoformat((await anna.status())["nextSyncAt"])
        await anna.sync(max(due - anna.house.now, timedelta(seconds=1)))

    assert await anna.phone.titles() == titles
    assert (await anna.status())["consecutiveFailures"] == 0


async def test_nobody_is_asked_before_the_time_that_was_named(anna: AtOutlook) -> None:
    await anna.create("Yoga")
    anna.stand_in.arm("throttled", times=1000, retry_after="900.5")

    await anna.sync()
    told = await anna.status()
    asked = len(anna.stand_in.log)
    await anna.house.sync(anna.calendar)

    assert datetime.fromisoformat(told["nextSyncAt"]) - anna.house.now >= timedelta(seconds=900)
    assert len(anna.stand_in.log) == asked
    assert told["attention"]["nextStep"]
