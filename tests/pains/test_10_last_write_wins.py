"""Pain 10, the last write wins in silence: fields are merged, what collides is shown in both versions."""

import pytest
from tests.specification.resolving import resolve
from tests.stage import Person

CLOSED = """{ syncConflicts(filter: {states: [RESOLVED]}) { nodes {
  resolution resolvedBy resolvedAutomatically localVersion { title } externalVersion { summary } } } }"""


@pytest.fixture
async def torn(trainer: Person) -> Person:
    """Somebody whose lesson has two titles by now, and a conflict of it."""
    lesson = await trainer.create("Yoga")
    await trainer.sync()
    await trainer.update(lesson, title="Pilates")
    await trainer.device.edit("Yoga", ("SUMMARY:Yoga", "SUMMARY:Boxing"))
    await trainer.sync()
    return trainer


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


async def test_one_field_edited_to_two_values_overwrites_neither_and_is_shown(torn: Person) -> None:
    await torn.sync()

    (conflict,) = await torn.conflicts()
    versions = conflict["localVersion"]["title"], conflict["externalVersion"]["summary"]
    assert versions == ("Pilates", "Boxing")
    assert await torn.titles() == ["Pilates"]
    assert await torn.device.titles() == ["Boxing"]


async def test_the_version_that_a_write_replaced_is_kept_in_the_journal(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()

    await trainer.update(lesson, title="Pilates")
    await trainer.sync()

    (done,) = (await trainer.history())[0]["operations"]["nodes"]
    assert (done["side"], done["operation"], done["title"]) == ("EXTERNAL", "UPDATE", "Yoga")


@pytest.mark.parametrize(("resolution", "stands"), [("KEEP_LOCAL", "Pilates"), ("KEEP_EXTERNAL", "Boxing")])
async def test_the_version_that_lost_stays_readable_with_who_decided_so(
    torn: Person, resolution: str, stands: str
) -> None:
    await resolve(torn, resolution)

    (closed,) = (await torn.api.call(CLOSED))["nodes"]
    assert await torn.titles() == await torn.device.titles() == [stands]
    assert (closed["resolution"], closed["resolvedBy"]) == (resolution, "trainer-1")
    assert (closed["localVersion"]["title"], closed["externalVersion"]["summary"]) == ("Pilates", "Boxing")


async def test_nor_is_it_lost_where_the_users_policy_decides(torn: Person) -> None:
    await torn.set(conflictsAutomatically="KEEP_LOCAL")
    await torn.sync()

    (closed,) = (await torn.api.call(CLOSED))["nodes"]
    assert await torn.device.titles() == ["Pilates"]
    assert closed["resolvedAutomatically"]
    assert closed["externalVersion"]["summary"] == "Boxing"


async def test_a_deletion_does_not_win_over_an_edit(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()

    await trainer.cancel(lesson)
    await trainer.device.edit("Yoga", ("SUMMARY:Yoga", "SUMMARY:Boxing"))
    await trainer.sync()

    (conflict,) = await trainer.conflicts()
    assert (conflict["conflictType"], conflict["localVersion"]) == ("DELETED", None)
    assert conflict["externalVersion"]["summary"] == "Boxing"
    assert await trainer.device.titles() == ["Boxing"]
