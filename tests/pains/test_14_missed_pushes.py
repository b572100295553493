"""Pain 14, push messages that expire or are missed: they only hasten what polling does anyway."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.provider_stage import SignedInMember

from metonic_gateway.store import channels


async def _work(member: SignedInMember) -> None:
    """What workers would do about channels by now."""
    for link, _ in await channels.due(member.house.now, 100):
        await member.house.renew(link)
    await member.stand_in.settled()


async def _later(member: SignedInMember, **delta: float) -> None:
    """Time passes in which nobody is synced."""
    member.stand_in.advance(**delta)
    member.house.later(timedelta(**delta))
    await _work(member)


@pytest.fixture
async def told(member: SignedInMember) -> SignedInMember:
    """Whose service is told of changes."""
    services = member.house.services
    settings = services.settings.model_copy(update={"public_url": member.api.url})
    member.house.services = replace(services, settings=settings)
    await _later(member, minutes=5)
    await member.sync()
    await _later(member, minutes=1)
    member.house.nudged.clear()
    assert member.channels() == 1
    return member


async def test_a_message_brings_the_change_in_before_it_is_due(told: SignedInMember) -> None:
    await told.phone.put("Dentist")
    await told.stand_in.settled()

    assert set(told.house.nudged) == {told.calendar}
    await told.house.sync(told.calendar)
    assert await told.titles() == ["Dentist"]


@pytest.mark.parametrize(("fault", "times"), [("push-lost", 100), ("push-doubled", 3)])
async def test_messages_that_are_lost_or_doubled_change_nothing_of_what_comes_in(
    told: SignedInMember, fault: str, times: int
) -> None:
    told.stand_in.arm(fault, method="PUSH", times=times)
    for title in ("Dentist", "Lunch"):
        await told.phone.put(title)
        await told.stand_in.settled()
    await told.sync(timedelta(hours=6))

    assert await told.titles() == ["Dentist", "Lunch"]
    assert await told.phone.titles() == ["Dentist", "Lunch"]


async def test_there_is_a_channel_for_weeks_and_polling_where_there_can_be_none(told: SignedInMember) -> None:
    for day in range(12):
        await _later(told, days=2)
        await told.sync()
        assert told.channels(), day

    told.stand_in.arm("failing", path=told.watch, times=1000)
    for _ in range(6):
        await _later(told, days=2)
        await told.sync()
    await told.phone.put("Dentist")
    await told.sync()

    assert not told.channels()
    assert (await told.titles(), (await told.status())["state"]) == (["Dentist"], "IDLE")
