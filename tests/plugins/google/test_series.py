"""Writes of series before what stands in for Google: a master and its exceptions go together."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.plugins.google.others_bodies import instance_id
from tests.plugins.google.serial import changed, made, read, requests, shown
from tests.plugins.google.standing import GoogleStand

from metonic_core.model.content import NOTES, TIME, TITLE, occurrence_group
from metonic_core.spi import (
    Override,
    Recurrence,
    Timed,
    Update,
)
from metonic_core.testing.checks.contents import (
    CANCELLED,
    DAY,
    MARKER,
    MOVED,
    RENAMED,
    TEN,
    VARIED,
    WEEK,
    WEEKLY,
)
from metonic_core.testing.checks.expecting import differing
from metonic_core.testing.checks.following import follow
from metonic_simulators.google import seeding

HOUR = timedelta(hours=1)


async def test_a_series_takes_few_requests(stand: GoogleStand) -> None:
    series = await made(stand, WEEKLY)
    assert requests(stand) == 1

    await stand.adapter.update_event(
        stand.calendar_id, Update(series.id, series.etag, replace(WEEKLY, title="New"), frozenset({TITLE}))
    )
    assert requests(stand) == 3


async def test_what_is_cancelled_from_the_start_takes_no_further_request(stand: GoogleStand) -> None:
    content = replace(WEEKLY, overrides=(CANCELLED,))

    series = await made(stand, content)

    assert requests(stand) == 1
    assert series.content == content
    assert len(await shown(stand, series.id)) == 7


async def test_an_excluded_occurrence_can_come_back(stand: GoogleStand) -> None:
    series = await made(stand, replace(WEEKLY, overrides=(CANCELLED, RENAMED)))

    found = await changed(
        stand, series, replace(WEEKLY, overrides=(RENAMED,)), occurrence_group(CANCELLED.slot)
    )

    assert not differing(stand.adapter, replace(WEEKLY, overrides=(RENAMED,)), found.content)
    assert len(await shown(stand, series.id)) == 8


async def test_an_occurrence_that_the_user_cancelled_can_come_back(stand: GoogleStand) -> None:
    series_id = await stand.put(VARIED)
    back = replace(VARIED, overrides=(RENAMED, MOVED))

    found = await changed(stand, await read(stand, series_id), back, occurrence_group(CANCELLED.slot))

    assert not differing(stand.adapter, back, found.content)
    assert f"{CANCELLED.slot:%Y-%m-%dT%H:%M}" in await shown(stand, series_id)


async def test_new_notes_reach_the_occurrences_that_repeated_the_old_ones(stand: GoogleStand) -> None:
    series_id = await stand.put(VARIED)
    own = instance_id(series_id, MOVED.slot, VARIED.when)
    await stand.ask("PATCH", f"/events/{own}", {"description": "Their own."})

    await changed(stand, await read(stand, series_id), replace(VARIED, notes="New notes."), NOTES)

    follower = instance_id(series_id, RENAMED.slot, VARIED.when)
    assert (await stand.ask("GET", f"/events/{follower}"))["description"] == "New notes."
    assert (await stand.ask("GET", f"/events/{own}"))["description"] == "Their own."


async def test_a_series_that_moves_leaves_nothing_behind(stand: GoogleStand) -> None:
    series = await made(stand, VARIED)
    later = Timed(TEN + HOUR, TEN + 2 * HOUR, "Europe/Berlin")
    moved = [replace(one, slot=_later(one)) for one in (RENAMED, CANCELLED, MOVED)]
    wanted = replace(VARIED, when=later, overrides=tuple(moved))
    groups = [occurrence_group(one.slot) for one in (*VARIED.overrides, *moved)]

    found = await changed(stand, series, wanted, TIME, *groups)

    assert not differing(stand.adapter, wanted, found.content)
    starts = {start[11:] for start in await shown(stand, series.id)}
    assert starts == {"11:00", "14:00"}
    assert len(await shown(stand, series.id)) == 7


def _later(override: Override) -> datetime:
    assert isinstance(override.slot, datetime)
    return override.slot + HOUR


async def test_a_series_that_gets_another_rule_keeps_what_still_fits(stand: GoogleStand) -> None:
    series = await made(stand, VARIED)
    fewer = replace(VARIED, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=3",)))

    found = await changed(stand, series, fewer, TIME)

    wanted = replace(fewer, overrides=(RENAMED, CANCELLED))
    assert not differing(stand.adapter, wanted, found.content)
    assert len(await shown(stand, series.id)) == 2


async def test_a_series_can_become_a_single_event_and_a_series_again(stand: GoogleStand) -> None:
    series = await made(stand, VARIED)

    single = await changed(stand, series, replace(VARIED, recurrence=None, overrides=()), TIME)
    again = await changed(stand, single, VARIED, *VARIED.groups())

    assert single.content.recurrence is None
    assert not differing(stand.adapter, VARIED, again.content)


async def test_this_and_following_leaves_two_halves_of_which_one_says_so(stand: GoogleStand) -> None:
    series = await made(stand, WEEKLY)
    start = await follow(stand)
    third = (TEN + 3 * WEEK).isoformat() + "+02:00"
    half = seeding.split(stand.google.world, {"calendar": stand.calendar_id, "event": series.id, "at": third})

    told = await follow(stand, start.done)

    assert {series.id, half.id} <= told.present
    first, second = await read(stand, series.id), await read(stand, half.id)
    assert (first.is_split, second.is_split) == (False, True)
    assert second.marker == MARKER
    assert second.uid != first.uid or second.id != first.id
    assert first.content.recurrence is not None
    assert "UNTIL=20280328T" in first.content.recurrence.rules[0]


async def test_occurrences_of_days_can_differ_too(stand: GoogleStand) -> None:
    second, third = (DAY.when.slot + n * WEEK for n in (1, 2))
    days = replace(DAY, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=4",)))
    varied = replace(
        days, overrides=(Override(second, title="Half a day"), Override(third, is_cancelled=True))
    )
    series = await made(stand, days)

    found = await changed(stand, series, varied, *(occurrence_group(one.slot) for one in varied.overrides))

    assert found.content == varied
