"""Pain 10, the last write wins in silence: fields are merged, what collides is shown in both versions."""

from tests.stage import Person


async def test_different_fields_edited_on_both_sides_are_merged(trainer: Person) -> None:
    lesson = await trainer.create("Yoga", location="Hall 1")
    await trainer.sync()

    await trainer.update(lesson, title="Pilates")
    await trainer.device.edit("Yoga", ("LOCATION:Hall 1", "LOCATION:Hall 2"))
    await trainer.sync()

    told = await trainer.named("Pilates")
    text = await trainer.device.text(await trainer.device.named("Pilates"))
    assert told["location"] == "Hall 2"
    assert "LOCATION:Hall 2" in text
    assert await trainer.conflicts() == []


async def test_one_field_edited_to_two_values_overwrites_neither_and_is_shown(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()

    await trainer.update(lesson, title="Pilates")
    await trainer.device.edit("Yoga", ("SUMMARY:Yoga", "SUMMARY:Boxing"))
    await trainer.sync()
    await trainer.sync()

    (conflict,) = await trainer.conflicts()
    versions = conflict["localVersion"]["title"], conflict["externalVersion"]["summary"]
    assert versions == ("Pilates", "Boxing")
    assert await trainer.titles() == ["Pilates"]
    assert await trainer.device.titles() == ["Boxing"]


async def test_the_version_that_a_write_replaced_is_kept_in_the_journal(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()

    await trainer.update(lesson, title="Pilates")
    await trainer.sync()

    (done,) = (await trainer.history())[0]["operations"]["nodes"]
    assert (done["side"], done["operation"], done["title"]) == ("EXTERNAL", "UPDATE", "Yoga")
