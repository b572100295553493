"""Pain 2, mass deletion: a calendar that lost its events takes none of the platform's appointments along."""

from tests.stage import Person

HELD = """{ syncStatus(provider: "apple") {
  state attention { code } heldRun { id plan { deletes } } } }"""
APPROVE = "mutation ($id: ID!) { approveSyncRun(runId: $id) { ... on SyncRun { id state } } }"
TITLES = ["Boxing", "Pilates", "Spinning", "Yoga"]


async def test_copies_that_are_deleted_all_at_once_delete_no_appointment(trainer: Person) -> None:
    for title in TITLES:
        await trainer.create(title)
    await trainer.sync()

    for title in TITLES:
        await trainer.device.delete(title)
    await trainer.sync()

    assert await trainer.titles() == TITLES
    assert {conflict["conflictType"] for conflict in await trainer.conflicts()} == {"DELETED"}
    assert len(await trainer.conflicts()) == len(TITLES)


async def test_a_run_that_would_delete_more_than_its_guard_allows_waits_for_approval(trainer: Person) -> None:
    for number in range(4):
        start = f"DTSTART:2026120{number + 1}T090000Z"
        await trainer.device.put(f"own-{number}.ics", f"SUMMARY:Own {number}", start)
    await trainer.sync()

    for number in range(4):
        await trainer.device.delete(f"Own {number}")
    await trainer.create("Yoga")
    await trainer.sync()

    assert await trainer.titles() == ["Own 0", "Own 1", "Own 2", "Own 3", "Yoga"]
    assert await trainer.device.titles() == ["Yoga"]
    status = await trainer.api.call(HELD)
    assert (status["state"], status["attention"]["code"]) == ("HELD", "HELD")
    assert status["heldRun"]["plan"]["deletes"] == 4

    await trainer.api.call(APPROVE, id=status["heldRun"]["id"])
    await trainer.sync()

    assert await trainer.titles() == ["Yoga"]
