"""Pain 2, mass deletion, at Google: a calendar that is gone, or not found for a while, deletes nothing."""

import pytest
from tests.google_stage import ALICE, BOB, AtGoogle

OWN = ["Boxing", "Dentist", "Lunch", "Pilates"]


@pytest.fixture
async def busy(alice: AtGoogle) -> AtGoogle:
    """With events of her own."""
    for title in OWN:
        await alice.phone.put(title)
    await alice.sync()
    return alice


async def test_a_calendar_that_is_no_longer_hers_is_told_and_deletes_nothing(busy: AtGoogle) -> None:
    calendar = busy.google.world.calendars[ALICE]
    busy.google.world.calendars[BOB + ".elsewhere"] = busy.google.world.calendars.pop(ALICE)

    await busy.sync()

    assert (await busy.status())["attention"]["nextStep"]
    assert await busy.titles() == OWN
    assert all(not event.is_cancelled for event in calendar.events)


async def test_events_that_are_not_found_for_a_while_are_still_hers(busy: AtGoogle) -> None:
    busy.google.world.tokens.expire()
    busy.google.arm("failing", method="GET", path="*/events/*", times=20, status=503)
    await busy.sync()
    busy.google.world.faults.armed.clear()
    await busy.sync()

    assert await busy.titles() == OWN
    assert await busy.phone.titles() == OWN


async def test_events_deleted_all_at_once_wait_for_a_person(busy: AtGoogle) -> None:
    for title in OWN:
        await busy.phone.delete(title)
    await busy.create("Yoga")
    for _ in range(2):
        await busy.sync()

    status = await busy.status()
    assert (status["state"], status["heldRun"]["plan"]["deletes"]) == ("HELD", len(OWN))
    assert await busy.titles() == sorted([*OWN, "Yoga"])
