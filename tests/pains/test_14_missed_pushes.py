"""Pain 14, push messages that expire or are missed: they only hasten what polling does anyway."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.google_stage import AtGoogle

from metonic_gateway.jobs.pushing import renew_push
from metonic_gateway.store import channels


async def _work(alice: AtGoogle) -> None:
    """What workers would do about channels by now."""
    for link, _ in await channels.due(alice.house.now, 100):
        await renew_push(alice.house.services, link)
    await alice.google.settled()


async def _later(alice: AtGoogle, **delta: float) -> None:
    """Time passes in which nobody is synced."""
    alice.google.advance(**delta)
    alice.house.later(timedelta(**delta))
    await _work(alice)


@pytest.fixture
async def told(alice: AtGoogle) -> AtGoogle:
    """Whose service is told of changes."""
    services = alice.house.services
    settings = services.settings.model_copy(update={"public_url": alice.api.url})
    alice.house.services = replace(services, settings=settings)
    await _later(alice, minutes=5)
    await alice.sync()
    await _later(alice, minutes=1)
    alice.house.nudged.clear()
    assert len(alice.google.push.channels) == 1
    return alice


async def test_a_message_brings_the_change_in_before_it_is_due(told: AtGoogle) -> None:
    await told.phone.put("Dentist")
    await told.google.settled()

    assert set(told.house.nudged) == {told.calendar}
    await told.house.sync(told.calendar)
    assert await told.titles() == ["Dentist"]


@pytest.mark.parametrize(("fault", "times"), [("push-lost", 100), ("push-doubled", 3)])
async def test_messages_that_are_lost_or_doubled_change_nothing_of_what_comes_in(
    told: AtGoogle, fault: str, times: int
) -> None:
    told.google.arm(fault, method="PUSH", times=times)
    for title in ("Dentist", "Lunch"):
        await told.phone.put(title)
        await told.google.settled()
    await told.sync()

    assert await told.titles() == ["Dentist", "Lunch"]
    assert await told.phone.titles() == ["Dentist", "Lunch"]


async def test_there_is_a_channel_for_weeks_and_polling_where_there_can_be_none(told: AtGoogle) -> None:
    for day in range(12):
        await _later(told, days=2)
        await told.sync()
        assert told.google.push.channels, day

    told.google.arm("failing", method="POST", path="*/watch", times=1000)
    for _ in range(6):
        await _later(told, days=2)
        await told.sync()
    await told.phone.put("Dentist")
    await told.sync()

    assert not told.google.push.channels
    assert (await told.titles(), (await told.status())["state"]) == (["Dentist"], "IDLE")
