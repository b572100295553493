"""Exceptions that a series leaves behind when it changes: none stays in the calendar."""

from dataclasses import replace
from datetime import date, timedelta

from tests.plugins.google.others_bodies import body_of, instance_id, times
from tests.plugins.google.serial import changed, made, shown
from tests.plugins.google.standing import GoogleStand

from metonic_core.model.content import TIME, occurrence_group
from metonic_core.model.series import Override, Recurrence
from metonic_core.model.when import AllDay
from metonic_core.testing.checks.contents import MOVED, WEEKLY
from metonic_core.testing.checks.expecting import differing
from metonic_google.reading import Whole


async def test_a_moved_occurrence_is_cancelled_along_with_a_new_rule(stand: GoogleStand) -> None:
    series = await made(stand, replace(WEEKLY, overrides=(MOVED,)))
    fewer = replace(
        WEEKLY,
        recurrence=Recurrence(("FREQ=WEEKLY;COUNT=6",)),
        overrides=(Override(MOVED.slot, is_cancelled=True),),
    )

    found = await changed(stand, series, fewer, TIME, occurrence_group(MOVED.slot))

    assert not differing(stand.adapter, fewer, found.content)
    assert len(await shown(stand, series.id)) == 5


async def test_a_series_of_days_that_gets_times_leaves_nothing_behind(stand: GoogleStand) -> None:
    first = date(2028, 3, 7)
    titled = Override(first + timedelta(days=7), title="Exam")
    moved = Override(
        first + timedelta(days=14), when=AllDay(first + timedelta(days=15), first + timedelta(days=16))
    )
    days = replace(WEEKLY, when=AllDay(first, first + timedelta(days=1)), overrides=(titled, moved))
    series = await made(stand, days)

    await changed(stand, series, WEEKLY, TIME, *(occurrence_group(one.slot) for one in days.overrides))

    assert len(await shown(stand, series.id)) == 8


def test_an_exception_over_an_excluded_date_is_seen() -> None:
    lines = ["RRULE:FREQ=WEEKLY;COUNT=8", f"EXDATE;TZID=Europe/Berlin:{MOVED.slot:%Y%m%dT%H%M%S}"]
    master = {"id": "series", "etag": '"1"', **body_of(replace(WEEKLY, recurrence=None)), "recurrence": lines}
    exception = {
        **body_of(replace(WEEKLY, title="Moved", recurrence=None)),
        "id": instance_id("series", MOVED.slot, WEEKLY.when),
        "recurringEventId": "series",
        "originalStartTime": times(WEEKLY.when.moved_to(MOVED.slot))["start"],
        **times(WEEKLY.when.moved_to(MOVED.slot)),
    }

    (found,) = Whole(master, [exception]).event.content.overrides

    assert found == Override(MOVED.slot, title="Moved")
