"""Pain 2, mass deletion: a calendar that lost its events takes none of the platform's appointments along."""

from tests.stage import Person

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
