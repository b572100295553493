"""What single occurrences repeat of their series goes along with it: nothing that is hidden stays in them."""

from dataclasses import replace

from tests.plugins.google.others_bodies import Body, instance_id
from tests.plugins.google.serial import changed, made, read
from tests.plugins.google.standing import GoogleStand

from metonic_core.model.content import LOCATION, NOTES, TITLE, VISIBILITY, occurrence_group
from metonic_core.model.series import Override
from metonic_core.testing.checks.contents import CANCELLED, MOVED, RENAMED, VARIED, WEEKLY


async def _occurrence(stand: GoogleStand, series: str, override: Override) -> Body:
    found: Body = await stand.ask("GET", f"/events/{instance_id(series, override.slot, VARIED.when)}")
    return found


async def test_new_notes_reach_occurrences_along_with_a_new_title(stand: GoogleStand) -> None:
    series_id = await stand.put(VARIED)
    new = replace(VARIED, title="New", notes="New notes.")

    await changed(stand, await read(stand, series_id), new, TITLE, NOTES)

    found = await _occurrence(stand, series_id, MOVED)
    assert (found["summary"], found["description"]) == ("New", "New notes.")


async def test_a_series_that_is_masked_masks_its_occurrences_too(stand: GoogleStand) -> None:
    series = await made(stand, VARIED)
    masked = replace(
        WEEKLY, title="Busy", notes="", location="", is_private=True, overrides=(CANCELLED, MOVED)
    )
    groups = (TITLE, NOTES, LOCATION, VISIBILITY, occurrence_group(RENAMED.slot))

    await changed(stand, series, masked, *groups)

    for override in (MOVED, RENAMED):
        found = await _occurrence(stand, series.id, override)
        assert found["summary"] == "Busy"
        assert found["visibility"] == "private"
        assert not found.get("location")
        assert not found.get("description")


async def test_an_occurrence_that_hides_the_others_does_not_keep_them_from_following(
    stand: GoogleStand,
) -> None:
    series_id = await stand.put(replace(VARIED, overrides=(RENAMED, MOVED)))
    event = await read(stand, series_id)

    await changed(stand, event, replace(event.content, notes="", is_private=True), NOTES, VISIBILITY)

    for override in (RENAMED, MOVED):
        found = await _occurrence(stand, series_id, override)
        assert found["visibility"] == "private"
        assert not found.get("description")


async def test_an_occurrence_that_comes_back_repeats_what_its_series_says_now(stand: GoogleStand) -> None:
    series_id = await stand.put(replace(VARIED, overrides=(CANCELLED,)))
    event = await read(stand, series_id)
    hidden = replace(event.content, notes="", is_private=True)
    event = await changed(stand, event, hidden, NOTES, VISIBILITY)

    await changed(stand, event, replace(hidden, overrides=()), occurrence_group(CANCELLED.slot))

    found = await _occurrence(stand, series_id, CANCELLED)
    assert found["visibility"] == "private"
    assert not found.get("description")


async def test_an_occurrence_that_a_broken_write_left_in_public_is_hidden_by_the_next(
    stand: GoogleStand,
) -> None:
    series_id = await stand.put(replace(VARIED, overrides=(MOVED,)))
    event = await read(stand, series_id)
    await stand.ask("PATCH", f"/events/{series_id}", {"visibility": "private"})
    event = await read(stand, series_id)

    await changed(stand, event, replace(event.content, title="New"), TITLE)

    assert (await _occurrence(stand, series_id, MOVED))["visibility"] == "private"
