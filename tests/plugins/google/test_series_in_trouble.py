"""Writes of series that others edit meanwhile, or of which only a part arrives."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from tests.plugins.google.others_bodies import instance_id
from tests.plugins.google.serial import made, read
from tests.plugins.google.standing import GoogleStand

from metonic_core.model.content import TITLE, occurrence_group
from metonic_core.spi import (
    Answer,
    Delete,
    EtagMismatch,
    Failed,
    NotFound,
    Removed,
    Stored,
    Unavailable,
    Unknown,
    Update,
)
from metonic_core.testing.checks.contents import (
    CANCELLED,
    MARKER,
    MOVED,
    NEXT_MARKER,
    RENAMED,
    VARIED,
    WEEKLY,
)
from metonic_core.testing.checks.expecting import differing
from metonic_google.provider import PROVIDER
from metonic_google.reading import Whole
from metonic_google.work import Work


async def test_a_deletion_of_a_series_minds_its_occurrences(stand: GoogleStand) -> None:
    series = await made(stand, WEEKLY)
    await stand.edit(series.id, replace(WEEKLY, overrides=(RENAMED,)))

    (refused,) = await stand.adapter.write_events(stand.calendar_id, [Delete(series.id, series.etag)])
    current = await read(stand, series.id)
    (done,) = await stand.adapter.write_events(stand.calendar_id, [Delete(series.id, current.etag)])

    assert isinstance(refused, Failed)
    assert isinstance(refused.error, EtagMismatch)
    assert done == Removed()


async def test_a_series_of_which_a_part_was_not_written_is_undecided_and_then_mended(
    stand: GoogleStand,
) -> None:
    series = await made(stand, WEEKLY)
    stand.google.arm("failing", method="PATCH", path="*_2028*", status=500, times=1)
    write = Update(series.id, series.etag, VARIED, VARIED.groups(), NEXT_MARKER)

    (first,) = await stand.adapter.write_events(stand.calendar_id, [write])
    current = await read(stand, series.id)
    (second,) = await stand.adapter.write_events(
        stand.calendar_id, [replace(write, etag=current.etag, marker=MARKER)]
    )

    assert isinstance(first, Unknown)
    assert (current.marker, current.is_partial) == (NEXT_MARKER, True)
    assert isinstance(second, Stored)
    assert (second.event.marker, second.event.is_partial) == (MARKER, False)
    assert not differing(stand.adapter, VARIED, second.event.content)


@dataclass
class Meddled:
    """The plugin's client, with a user who edits an occurrence: after the series was written, or later on."""

    stand: GoogleStand
    occurrence: str
    is_late: bool
    is_done: bool = False

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        is_now = method == "PATCH" and not self.is_done and self.is_late is (self.occurrence in url)
        if is_now and self.is_late:
            await self._meddle()
        answer = await self.stand.client.request(method, url, headers, body)
        if is_now and not self.is_late:
            await self._meddle()
        return answer

    async def _meddle(self) -> None:
        self.is_done = True
        await self.stand.ask("PATCH", f"/events/{self.occurrence}", {"summary": "The user's"})


@pytest.mark.parametrize("is_late", [False, True])
async def test_an_edit_of_an_occurrence_meanwhile_is_not_overwritten(
    stand: GoogleStand, *, is_late: bool
) -> None:
    series = await made(stand, VARIED)
    occurrence = instance_id(series.id, RENAMED.slot, VARIED.when)
    adapter = PROVIDER.adapter(Meddled(stand, occurrence, is_late), stand.account)
    ours = replace(VARIED, overrides=(replace(RENAMED, title="Ours"), CANCELLED, MOVED))
    write = Update(series.id, series.etag, ours, frozenset({occurrence_group(RENAMED.slot)}), NEXT_MARKER)

    (outcome,) = await adapter.write_events(stand.calendar_id, [write])

    assert isinstance(outcome, Unknown)
    assert (await stand.ask("GET", f"/events/{occurrence}"))["summary"] == "The user's"


async def test_a_series_that_is_gone_is_deleted_and_not_found(stand: GoogleStand) -> None:
    series = await made(stand, WEEKLY)
    await stand.erase(series.id)

    deleted, updated = await stand.adapter.write_events(
        stand.calendar_id,
        [
            Delete(series.id, series.etag),
            Update(series.id, series.etag, VARIED, frozenset({TITLE}), NEXT_MARKER),
        ],
    )

    assert deleted == Removed()
    assert isinstance(updated, Failed)
    assert isinstance(updated.error, NotFound)


async def test_trouble_with_one_series_leaves_no_single_event_undecided(stand: GoogleStand) -> None:
    series, single = await made(stand, VARIED), await made(stand, replace(WEEKLY, recurrence=None))
    title = frozenset({TITLE})

    class Cut:
        is_written = False

        async def request(
            self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
        ) -> Answer:
            if self.is_written:
                raise Unavailable("The connection was cut.")
            self.is_written = b"PATCH" in (body or b"")
            return await stand.client.request(method, url, headers, body)

    adapter = PROVIDER.adapter(Cut(), stand.account)
    outcomes = await adapter.write_events(
        stand.calendar_id,
        [
            Update(event.id, event.etag, replace(WEEKLY, title="New"), title, NEXT_MARKER)
            for event in (series, single)
        ],
    )

    assert [type(outcome) for outcome in outcomes] == [Unknown, Stored]


def test_a_series_that_names_no_zone_keeps_its_calendars_while_it_is_written() -> None:
    def at(hour: int, day: str = "07T", offset: str = "+01:00") -> dict[str, str]:
        return {"dateTime": f"2028-03-{day}{hour}:00:00{offset}"}

    rule = ["RRULE:FREQ=WEEKLY;COUNT=8"]
    master = {"id": "series", "etag": '"1"', "start": at(10), "end": at(11), "recurrence": rule}
    moved = {
        "id": "series_20280328T080000Z",
        "etag": '"2"',
        "recurringEventId": "series",
        "originalStartTime": at(10, "28T", "+02:00"),
        "start": at(15, "28T", "+02:00"),
        "end": at(16, "28T", "+02:00"),
    }
    whole = Whole(master, [moved], "Europe/Berlin")
    titled = replace(whole.event.content, title="New")
    work = Work(Update("series", whole.etag, titled, frozenset({TITLE})))

    work.look(whole)
    work.request("primary")
    work.judge(Answer(200, {}, json.dumps({**master, "summary": "New"}).encode(), ""))

    assert [edit.fields for edit in work.edits()] == [{"summary": "New"}]
