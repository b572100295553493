"""Conflict resolution for sync conflicts: keep the platform's version, keep the calendar's, or merge."""

import pytest
from tests.specification.resolving import resolve
from tests.stage import Person


@pytest.fixture
async def torn(trainer: Person) -> Person:
    """Somebody whose lesson has two titles and two places by now."""
    lesson = await trainer.create("Yoga", location="Hall 1")
    await trainer.sync()
    await trainer.update(lesson, title="Pilates", location="Hall 2")
    await trainer.device.edit(
        "Yoga", ("SUMMARY:Yoga", "SUMMARY:Boxing"), ("LOCATION:Hall 1", "LOCATION:Park")
    )
    await trainer.sync()
    return trainer


PICKS = [{"group": "TITLE", "side": "LOCAL"}, {"group": "LOCATION", "side": "EXTERNAL"}]


@pytest.mark.parametrize(
    ("resolution", "picks", "title", "location"),
    [
        ("KEEP_LOCAL", None, "Pilates", "Hall 2"),
        ("KEEP_EXTERNAL", None, "Boxing", "Park"),
        ("MERGE", PICKS, "Pilates", "Park"),
    ],
)
async def test_the_version_that_was_chosen_is_on_both_sides(
    torn: Person, resolution: str, picks: list[dict[str, str]] | None, title: str, location: str
) -> None:
    await resolve(torn, resolution, picks)

    told = await torn.named(title)
    text = await torn.device.text(await torn.device.named(title))
    assert told["location"] == location
    assert f"LOCATION:{location}\n" in text
    assert await torn.conflicts() == []
