"""Pain 17, orphans and no way back: leaving takes copies along if that is asked, and runs can be undone."""

from datetime import timedelta

import pytest
from tests.gateway.graphql.operations import DISCONNECT
from tests.stage import Person


@pytest.mark.parametrize(("remove", "left"), [(True, ["Dentist"]), (False, ["Dentist", "Yoga"])])
async def test_leaving_takes_the_copies_along_if_that_is_asked(
    trainer: Person, *, remove: bool, left: list[str]
) -> None:
    await trainer.create("Yoga")
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")
    await trainer.sync()

    told = await trainer.api.call(DISCONNECT, provider="apple", remove=remove)
    await trainer.sync()

    assert told["__typename"] == "Disconnected"
    assert await trainer.device.titles() == left
    assert await trainer.titles() == ["Dentist", "Yoga"]


async def test_what_was_removed_is_in_the_journal(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()

    await trainer.cancel(lesson)
    await trainer.sync()

    (done,) = (await trainer.history())[0]["operations"]["nodes"]
    assert (done["operation"], done["reasonCode"], done["title"]) == ("DELETE", "deleted_here", "Yoga")


async def test_a_calendar_that_cannot_be_reached_is_left_as_soon_as_it_can(trainer: Person) -> None:
    await trainer.create("Yoga")
    await trainer.sync()

    trainer.answered(503)
    await trainer.api.call(DISCONNECT, provider="apple", remove=True)
    await trainer.sync()
    trainer.answered_again()
    meanwhile = await trainer.device.titles()
    await trainer.sync(timedelta(hours=7))

    assert (meanwhile, await trainer.device.titles()) == (["Yoga"], [])


async def test_a_deletion_is_taken_back_from_the_journal(trainer: Person) -> None:
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z", "DESCRIPTION:Floss")
    await trainer.sync()
    await trainer.device.delete("Dentist")
    await trainer.sync()
    gone = await trainer.titles()

    undone = await trainer.undo_last()
    await trainer.sync()

    assert (gone, undone["status"], undone["errors"]) == ([], "SUCCESS", [])
    assert (await trainer.named("Dentist"))["notes"] == "Floss"
    assert "DESCRIPTION:Floss\n" in await trainer.device.text(await trainer.device.named("Dentist"))


async def test_an_edit_is_taken_back_on_both_sides_but_not_what_was_changed_since(trainer: Person) -> None:
    lesson = await trainer.create("Yoga", location="Hall 1")
    await trainer.sync()
    changes = ("SUMMARY:Yoga", "SUMMARY:Boxing"), ("LOCATION:Hall 1", "LOCATION:Park")
    await trainer.device.edit("Yoga", *changes)
    await trainer.sync()
    await trainer.update(lesson, location="Beach")

    undone = await trainer.undo_last()
    await trainer.sync()

    told = await trainer.read(lesson)
    text = await trainer.device.text(await trainer.device.named("Yoga"))
    assert (undone["status"], [error["code"] for error in undone["errors"]]) == ("PARTIAL", ["MOVED_SINCE"])
    assert (told["title"], told["location"]) == ("Yoga", "Beach")
    assert "LOCATION:Beach\n" in text
