"""Test case 3: Selective Sync."""

from tests.stage import Person


async def test_only_one_to_one_sessions_are_synced_and_a_group_class_is_not(trainer: Person) -> None:
    await trainer.set(syncAll=False, filters={"appointmentTypes": ["one_on_one"]})

    await trainer.create("Single", type="one_on_one")
    await trainer.create("Group", type="group_class")
    await trainer.sync()

    assert await trainer.device.titles() == ["Single"]


async def test_private_appointments_are_excluded_and_leave_when_they_become_private(trainer: Person) -> None:
    await trainer.set(filters={"privateAppointments": "EXCLUDE"})
    secret = await trainer.create("Secret", isPrivate=True)
    lesson = await trainer.create("Yoga")
    await trainer.sync()
    before = await trainer.device.titles()

    await trainer.update(lesson, isPrivate=True)
    await trainer.sync()

    assert before == ["Yoga"]
    assert await trainer.device.titles() == []
    assert trainer.line.holds("Secret") == []
    assert (await trainer.read(secret))["title"] == "Secret"


async def test_a_private_one_to_one_session_is_excluded_all_the_same(trainer: Person) -> None:
    filters = {"appointmentTypes": ["one_on_one"], "privateAppointments": "EXCLUDE"}
    await trainer.set(syncAll=False, filters=filters)

    await trainer.create("Secret", type="one_on_one", isPrivate=True)
    await trainer.create("Single", type="one_on_one")
    await trainer.create("Group", type="group_class")
    await trainer.sync()

    assert await trainer.device.titles() == ["Single"]
    assert trainer.line.holds("Secret") == trainer.line.holds("Group") == []
