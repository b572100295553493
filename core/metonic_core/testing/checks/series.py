"""Series: one event each, whole, with the occurrences that differ."""

from dataclasses import replace
from datetime import timedelta

from metonic_core.model.content import TITLE, Content, occurrence_group
from metonic_core.model.event import StoredEvent
from metonic_core.model.series import Override, Recurrence
from metonic_core.spi.writes import Update
from metonic_core.testing.checks.contents import (
    CANCELLED,
    MOVED,
    NEXT_MARKER,
    RENAMED,
    TEN,
    VARIED,
    WEEK,
    WEEKLY,
)
from metonic_core.testing.checks.expecting import expect, expect_same
from metonic_core.testing.checks.following import follow, id_of, listed, make_if_held, stored
from metonic_core.testing.stand import Stand

_SERIES = "series"
_WHOLE = (
    "read the master together with all its exceptions (modified and cancelled occurrences) into one content "
    "with overrides, and write them together."
)


async def _change(stand: Stand, event: StoredEvent, content: Content, *groups: str) -> Content:
    """The content after an update of these groups."""
    write = Update(event.id, event.etag, content, frozenset(groups), NEXT_MARKER if event.marker else None)
    await stand.adapter.update_event(stand.calendar_id, write)
    return (await stored(stand, event.id)).content


class Series:
    """What the plugin makes of recurring events."""

    async def test_a_series_is_one_event(self, stand: Stand) -> None:
        series = await stand.put(WEEKLY)

        ids = [id_of(change) for change in await listed(stand)]

        expect(
            ids == [series],
            f"A series of eight lessons was listed as {len(ids)} events.",
            "list series by their masters and do not let the service expand them into instances.",
        )

    async def test_a_series_made_elsewhere_comes_whole(self, stand: Stand) -> None:
        series = await stand.put(VARIED)

        expect_same(
            stand.adapter,
            VARIED,
            (await stored(stand, series)).content,
            "A series with a renamed, a cancelled and a moved occurrence was read differently",
            _WHOLE,
        )

    async def test_a_series_is_stored_as_asked(self, stand: Stand) -> None:
        made = await make_if_held(stand, VARIED, _SERIES)

        expect_same(
            stand.adapter,
            VARIED,
            (await stored(stand, made.id)).content,
            "A series with a renamed, a cancelled and a moved occurrence is not stored as it was created",
            _WHOLE,
        )

    async def test_an_edit_of_a_series_keeps_its_occurrences(self, stand: Stand) -> None:
        made = await make_if_held(stand, VARIED, _SERIES)

        found = await _change(stand, made, replace(WEEKLY, title="Another title"), TITLE)

        expect_same(
            stand.adapter,
            replace(VARIED, title="Another title"),
            found,
            "The title of a series was changed, and its overrides are not as they were",
            "keep the overrides (modified and cancelled occurrences) of a series when its master is edited: "
            "write only the groups in Update.groups.",
        )

    async def test_an_edit_of_the_users_own_series_keeps_its_occurrences(self, stand: Stand) -> None:
        event = await stored(stand, await stand.put(VARIED))

        found = await _change(stand, event, replace(WEEKLY, title="Another title"), TITLE)

        expect_same(
            stand.adapter,
            replace(VARIED, title="Another title"),
            found,
            "The title of a user's own series was changed, and its overrides are not as they were",
            "keep the overrides (modified and cancelled occurrences) of a series when its master is edited: "
            "write only the groups in Update.groups.",
        )

    async def test_an_edit_of_one_occurrence_leaves_the_others(self, stand: Stand) -> None:
        made = await make_if_held(stand, VARIED, _SERIES)
        other = Override(TEN + 4 * WEEK, title="Only this once")
        wanted = replace(VARIED, overrides=(*VARIED.overrides, other))

        found = await _change(stand, made, wanted, occurrence_group(other.slot))

        expect_same(
            stand.adapter,
            wanted,
            found,
            "One occurrence was to get a title of its own",
            "write the group `occurrence:...` as an exception of that slot, and touch neither the master nor "
            "the other exceptions.",
        )

    async def test_an_occurrence_can_be_cancelled(self, stand: Stand) -> None:
        made = await make_if_held(stand, WEEKLY, _SERIES)
        wanted = replace(WEEKLY, overrides=(CANCELLED,))

        found = await _change(stand, made, wanted, occurrence_group(CANCELLED.slot))

        expect_same(
            stand.adapter,
            wanted,
            found,
            "One occurrence was to be cancelled",
            "write a cancelled occurrence as the service's own kind of exception, and read it back as "
            "Override(slot, is_cancelled=True).",
        )

    async def test_an_occurrence_can_become_as_its_series_again(self, stand: Stand) -> None:
        made = await make_if_held(stand, VARIED, _SERIES)
        wanted = replace(VARIED, overrides=(CANCELLED, MOVED))

        found = await _change(stand, made, wanted, occurrence_group(RENAMED.slot))

        expect_same(
            stand.adapter,
            wanted,
            found,
            "An occurrence that differed was to be as its series again",
            "where Update.content has no override for a group `occurrence:...`, take the exception away.",
        )

    async def test_an_occurrence_edited_elsewhere_is_reported_as_its_series(self, stand: Stand) -> None:
        series = await stand.put(WEEKLY)
        start = await follow(stand)
        await stand.edit(series, replace(WEEKLY, overrides=(RENAMED,)))

        told = await follow(stand, start.done)

        expect(
            told.present == {series},
            f"An occurrence of a series was edited, and {len(told.present)} events were reported, "
            f"{'its series among them' if series in told.present else 'its series not among them'}.",
            "report an exception under the id of its series (Touched is enough): a series is one event.",
        )
        expect(
            told.etag_of(series) != start.etag_of(series),
            "An occurrence was edited, and its series is reported with the etag it had before.",
            "give a series an etag that changes with each of its occurrences.",
        )

    async def test_an_endless_series_is_read(self, stand: Stand) -> None:
        endless = replace(WEEKLY, recurrence=Recurrence(("FREQ=WEEKLY",)))
        series = await stand.put(endless)

        expect_same(
            stand.adapter,
            endless,
            (await stored(stand, series)).content,
            "A series without end was read differently",
            "keep the rule as it is, and do not expand the series.",
        )

    async def test_a_rule_can_be_changed(self, stand: Stand) -> None:
        made = await make_if_held(stand, WEEKLY, _SERIES)
        wanted = replace(WEEKLY, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=4;INTERVAL=2",)))

        found = await _change(stand, made, wanted, "time")

        expect_same(
            stand.adapter,
            wanted,
            found,
            "A series was to take place every other week",
            "write the recurrence with the group `time`, all its rules and dates.",
        )

    async def test_a_series_can_end_on_a_day(self, stand: Stand) -> None:
        until = TEN + 5 * WEEK + timedelta(hours=1)
        ending = replace(WEEKLY, recurrence=Recurrence((f"FREQ=WEEKLY;UNTIL={until:%Y%m%dT%H%M%SZ}",)))

        made = await make_if_held(stand, ending, _SERIES)

        expect_same(
            stand.adapter,
            ending,
            (await stored(stand, made.id)).content,
            "A series that ends by UNTIL is stored differently",
            "UNTIL is a UTC time for timed series and a date for all-day series (RFC 5545 3.3.10).",
        )

    async def test_a_series_can_become_a_single_event(self, stand: Stand) -> None:
        made = await make_if_held(stand, WEEKLY, _SERIES)
        single = replace(WEEKLY, recurrence=None)

        found = await _change(stand, made, single, "time")

        expect_same(
            stand.adapter,
            single,
            found,
            "A series was to become a single event",
            "where the content has no recurrence, remove the rules with the group `time`.",
        )
