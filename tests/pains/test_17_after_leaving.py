"""Pain 17, orphans after disconnecting: copies are removed if that is asked, a user's own events never."""

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
