"""Times: dates stay dates, wall time and zone stay what people agreed on."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from metonic_core.model.content import TIME, Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.series import Recurrence, occurrences
from metonic_core.model.when import AllDay, Timed, When
from metonic_core.spi.writes import Update
from metonic_core.testing.checks.contents import BERLIN, DAY, DAYS, HOUR, LESSON, NEXT_MARKER, TEN, WINDOW
from metonic_core.testing.checks.expecting import expect, expect_same
from metonic_core.testing.checks.following import make, make_if_held, stored
from metonic_core.testing.stand import Stand

_DATES = (
    "write an all-day event by its dates (a date value, never midnight in UTC or in any zone), its end the "
    "day after the last, and read it back as AllDay."
)
_ZONES = (
    "write wall-clock time and zone by its IANA name, and read both back; an instant alone is not enough."
)


def _expect_when(wanted: When, found: StoredEvent, what: str, mend: str) -> None:
    __tracebackhide__ = True
    when = found.content.when
    expect(when == wanted, f"{what}: {when!r} instead of {wanted!r}.", mend)


async def _retimed(stand: Stand, event: StoredEvent, content: Content) -> StoredEvent:
    write = Update(event.id, event.etag, content, frozenset({TIME}), NEXT_MARKER)
    await stand.adapter.update_event(stand.calendar_id, write)
    return await stored(stand, event.id)


class Times:
    """What the plugin makes of when."""

    async def test_an_all_day_event_stays_on_its_day(self, stand: Stand) -> None:
        made = await make_if_held(stand, DAY, "all-day events")

        found = await stored(stand, made.id)

        _expect_when(DAY.when, found, "An all-day event was made and is at another time", _DATES)

    async def test_an_all_day_event_made_elsewhere_is_read_as_dates(self, stand: Stand) -> None:
        event_id = await stand.put(DAYS)

        found = await stored(stand, event_id)

        _expect_when(DAYS.when, found, "An all-day event of five days was read differently", _DATES)

    async def test_an_all_day_series_stays_on_its_days(self, stand: Stand) -> None:
        weekly = replace(DAY, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=4",)))

        made = await make_if_held(stand, weekly, "all-day series")

        expect_same(
            stand.adapter,
            weekly,
            (await stored(stand, made.id)).content,
            "An all-day series is stored differently",
            _DATES,
        )

    async def test_a_timed_event_keeps_wall_time_and_zone(self, stand: Stand) -> None:
        start = TEN.replace(month=7)
        there = replace(LESSON, when=Timed(start, start + HOUR, "America/New_York"))

        _, made = await make(stand, there)

        found = await stored(stand, made.id)
        _expect_when(there.when, found, "An event in New York was made and is at another time", _ZONES)

    async def test_a_time_made_elsewhere_is_read_at_its_instant(self, stand: Stand) -> None:
        start = TEN.replace(month=7)
        there = Timed(start, start + HOUR, "Asia/Kolkata")
        event_id = await stand.put(replace(LESSON, when=there))

        when = (await stored(stand, event_id)).content.when

        expect(
            (when.starts_at, when.ends_at) == (there.starts_at, there.ends_at),
            f"An event of 10:00 to 11:00 in Kolkata was read as {when!r}.",
            "map the zone of the service to its IANA name, by its rules if the name is unknown.",
        )

    async def test_a_series_keeps_its_wall_time_when_clocks_change(self, stand: Stand) -> None:
        weekly = replace(LESSON, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=6",)))
        made = await make_if_held(stand, weekly, "series")

        found = (await stored(stand, made.id)).content

        expect(
            _instants(found) == _instants(weekly),
            "A weekly lesson at ten in Berlin takes place at other instants once the clocks have changed.",
            "write a series in its zone, never in UTC: its rule runs on the wall clock.",
        )

    async def test_a_series_made_elsewhere_keeps_its_wall_time_when_clocks_change(self, stand: Stand) -> None:
        weekly = replace(LESSON, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=6",)))
        event_id = await stand.put(weekly)

        found = (await stored(stand, event_id)).content

        expect(
            _instants(found) == _instants(weekly),
            "A weekly lesson at ten in Berlin was read with other instants once the clocks have changed.",
            "read the zone of a series, not the offset of its first occurrence.",
        )

    async def test_an_event_in_the_hour_that_comes_twice_is_at_its_first(self, stand: Stand) -> None:
        start = datetime.fromisoformat("2028-10-29T02:30")
        early = Timed(start, start + 2 * HOUR, BERLIN)

        _, made = await make(stand, replace(LESSON, when=early))

        when = (await stored(stand, made.id)).content.when
        expect(
            (when.starts_at, when.ends_at) == (early.starts_at, early.ends_at),
            f"An event at 02:30 of the night when clocks are put back was stored as {when!r}.",
            "of a wall-clock time that comes twice, the first is meant (fold=0).",
        )

    async def test_an_event_over_midnight_ends_the_next_day(self, stand: Stand) -> None:
        late = Timed(TEN + 13 * HOUR, TEN + 16 * HOUR, BERLIN)

        _, made = await make(stand, replace(LESSON, when=late))

        found = await stored(stand, made.id)
        _expect_when(late, found, "An event from 23:00 to 02:00 is at another time", _ZONES)

    async def test_a_timed_event_can_become_all_day(self, stand: Stand) -> None:
        await make_if_held(stand, DAY, "all-day events")
        _, made = await make(stand, LESSON)
        whole = AllDay(date(2028, 3, 7), date(2028, 3, 8))

        found = await _retimed(stand, made, replace(LESSON, when=whole))

        _expect_when(whole, found, "A lesson was to become all-day", _DATES)

    async def test_an_all_day_event_can_become_timed(self, stand: Stand) -> None:
        made = await make_if_held(stand, DAY, "all-day events")

        found = await _retimed(stand, made, replace(DAY, when=LESSON.when))

        _expect_when(LESSON.when, found, "An all-day event was to be at ten o'clock", _ZONES)

    async def test_an_event_can_move_to_another_zone(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        later = TEN + timedelta(days=1)
        elsewhere = Timed(later, later + 2 * HOUR, "America/New_York")

        found = await _retimed(stand, made, replace(LESSON, when=elsewhere))

        _expect_when(elsewhere, found, "A lesson was to move to New York", _ZONES)

    async def test_a_time_without_a_zone_is_not_writable(self, stand: Stand) -> None:
        event_id = await stand.put_floating()

        found = await stored(stand, event_id)

        expect(
            not found.can_write_time,
            "An event whose time is in no zone was read as if its time could be written.",
            "set StoredEvent.can_write_time=False for times that our terms cannot say: floating, two zones.",
        )


def _instants(content: Content) -> set[tuple[datetime, datetime]]:
    found = occurrences(WINDOW, content.when, content.recurrence, content.overrides)
    return {(when.starts_at, when.ends_at) for when in found}
