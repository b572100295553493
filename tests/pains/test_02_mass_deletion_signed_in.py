"""Pain 2, mass deletion, where one signs in: a calendar that is gone for a while deletes nothing."""

import pytest
from tests.provider_stage import SignedInMember

OWN = ["Boxing", "Dentist", "Lunch", "Pilates"]


@pytest.fixture
async def busy(member: SignedInMember) -> SignedInMember:
    """With events of her own."""
    for title in OWN:
        await member.phone.put(title)
    await member.sync()
    return member


async def test_a_calendar_that_is_no_longer_hers_is_told_and_deletes_nothing(busy: SignedInMember) -> None:
    busy.lose_calendar()

    await busy.sync()

    assert (await busy.status())["attention"]["nextStep"]
    assert await busy.titles() == OWN
    assert busy.writes() == 0


async def test_events_that_are_not_found_for_a_while_are_still_hers(busy: SignedInMember) -> None:
    busy.forget_cursors()
    busy.stand_in.arm("failing", method="GET", path="*/events*", times=20, status=503)
    await busy.sync()
    busy.stand_in.world.faults.armed.clear()
    await busy.sync()

    assert await busy.titles() == OWN
    assert await busy.phone.titles() == OWN


async def test_events_deleted_all_at_once_wait_for_a_person(busy: SignedInMember) -> None:
    for title in OWN:
        await busy.phone.delete(title)
    await busy.create("Yoga")
    for _ in range(2):
        await busy.sync()

    status = await busy.status()
    assert (status["state"], status["heldRun"]["plan"]["deletes"]) == ("HELD", len(OWN))
    assert await busy.titles() == sorted([*OWN, "Yoga"])
