"""Pain 2, mass deletion: a calendar that lost its events takes none of the platform's appointments along.

Nor does a platform that lost its appointments take along what is in calendars.
"""

import pytest
from tests.gateway.graphql.operations import UPSERT, platform_row
from tests.gateway.guard.asking import APPROVE, REJECT
from tests.stage import Person

TITLES = ["Boxing", "Pilates", "Spinning", "Yoga"]


@pytest.fixture
async def bereft(trainer: Person) -> Person:
    """Somebody whose own events were all deleted at once, just before something else was to be done."""
    for title in TITLES:
        await trainer.device.put(f"{title}.ics", f"SUMMARY:{title}", "DTSTART:20261203T090000Z")
    await trainer.sync()
    for title in TITLES:
        await trainer.device.delete(title)
    await trainer.create("Lesson")
    await trainer.sync()
    return trainer


async def test_copies_that_are_deleted_all_at_once_delete_no_appointment(trainer: Person) -> None:
    for title in TITLES:
        await trainer.create(title)
    await trainer.sync()

    for title in TITLES:
        await trainer.device.delete(title)
    await trainer.sync()

    assert await trainer.titles() == TITLES
    assert [conflict["conflictType"] for conflict in await trainer.conflicts()] == ["DELETED"] * len(TITLES)


async def test_what_would_be_deleted_in_masses_waits_and_the_rest_goes_on(bereft: Person) -> None:
    await bereft.sync()

    status = await bereft.status()
    assert (status["state"], status["attention"]["code"]) == ("HELD", "HELD")
    assert status["heldRun"]["plan"]["deletes"] == len(TITLES)
    assert status["heldRun"]["plan"]["heldBecause"]
    assert await bereft.titles() == sorted([*TITLES, "Lesson"])
    assert await bereft.device.titles() == ["Lesson"]


@pytest.mark.parametrize(("answer", "left"), [(APPROVE, ["Lesson"]), (REJECT, sorted([*TITLES, "Lesson"]))])
async def test_it_is_done_if_it_is_approved_and_not_if_it_is_rejected(
    bereft: Person, answer: str, left: list[str]
) -> None:
    await bereft.api.call(answer, id=(await bereft.status())["heldRun"]["id"])
    for _ in range(2):
        await bereft.sync()

    status = await bereft.status()
    assert (status["state"], status["heldRun"]) == ("IDLE", None)
    assert await bereft.titles() == left
    assert await bereft.device.titles() == ["Lesson"]


async def test_what_came_back_before_the_approval_is_not_deleted(bereft: Person) -> None:
    run = (await bereft.status())["heldRun"]["id"]
    await bereft.device.put("Yoga.ics", "SUMMARY:Yoga", "DTSTART:20261203T090000Z")

    await bereft.api.call(APPROVE, id=run)
    await bereft.sync()

    assert await bereft.titles() == ["Lesson", "Yoga"]
    assert await bereft.device.titles() == ["Lesson", "Yoga"]


async def test_a_platform_that_cancels_everything_at_once_empties_no_calendar(trainer: Person) -> None:
    backend = trainer.api.as_backend()
    rows = [platform_row(f"a-{title}", title=title) for title in TITLES]
    await backend.call(UPSERT, rows=rows)
    await trainer.sync()

    cancelled = [row | {"platformVersion": 2, "isCancelled": True} for row in rows]
    await backend.call(UPSERT, rows=cancelled)
    await trainer.sync()

    assert await trainer.device.titles() == TITLES
    assert (await trainer.status())["heldRun"]["plan"]["deletes"] == len(TITLES)
