"""Writes of series before what stands in for Google: a master and its exceptions go together."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from tests.plugins.google.others_bodies import instance_id
from tests.plugins.google.standing import FickleGoogleStand, GoogleStand

from metonic_core.model.content import NOTES, TIME, TITLE, Content, occurrence_group
from metonic_core.spi import (
    Answer,
    Create,
    Delete,
    EtagMismatch,
    Failed,
    NotFound,
    Override,
    Recurrence,
    Removed,
    Seen,
    Stored,
    StoredEvent,
    Timed,
    Unavailable,
    Unknown,
    Update,
)
from metonic_core.testing.checks.contents import (
    CANCELLED,
    DAY,
    MARKER,
    MOVED,
    NEXT_MARKER,
    RENAMED,
    TEN,
    VARIED,
    WEEK,
    WEEKLY,
)
from metonic_core.testing.checks.expecting import differing
from metonic_core.testing.checks.following import follow
from metonic_google.provider import PROVIDER
from metonic_simulators.google import seeding

HOUR = timedelta(hours=1)


@pytest.fixture(params=[GoogleStand, FickleGoogleStand], ids=["usual", "fickle"])
async def stand(request: pytest.FixtureRequest) -> AsyncIterator[GoogleStand]:
    made: GoogleStand = request.param(PROVIDER)
    await made.open()
    yield made
    await made.close()


async def read(stand: GoogleStand, event_id: str) -> StoredEvent:
    (found,) = await stand.adapter.hydrate(stand.calendar_id, [event_id])
    assert isinstance(found, Seen)
    return found.event


async def made(stand: GoogleStand, content: Content) -> StoredEvent:
    return (await stand.adapter.create_event(stand.calendar_id, Create(uuid4(), MARKER, content))).event


async def changed(stand: GoogleStand, event: StoredEvent, content: Content, *groups: str) -> StoredEvent:
    """The event after an update, which its answer tells as it is then read."""
    marker = NEXT_MARKER if event.marker else None
    write = Update(event.id, event.etag, content, frozenset(groups), marker)
    answer = await stand.adapter.update_event(stand.calendar_id, write)
    assert answer.event == await read(stand, event.id)
    return answer.event


async def shown(stand: GoogleStand, event_id: str) -> dict[str, str]:
    """What stands in the calendar: the occurrences by their starts."""
    found = await stand.ask("GET", f"/events/{event_id}/instances")
    return {one["start"]["dateTime"][:16]: one.get("summary", "") for one in found["items"]}


def requests(stand: GoogleStand) -> int:
    found = len(stand.client.asked)
    stand.client.asked.clear()
    return found


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
    assert current.marker == NEXT_MARKER
    assert isinstance(second, Stored)
    assert not differing(stand.adapter, VARIED, second.event.content)


@dataclass
class Meddled:
    """The plugin's client, with a user who edits an occurrence as soon as the series was written."""

    stand: GoogleStand
    occurrence: str
    is_done: bool = False

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        answer = await self.stand.client.request(method, url, headers, body)
        if method == "PATCH" and not self.is_done:
            self.is_done = True
            await self.stand.ask("PATCH", f"/events/{self.occurrence}", {"summary": "The user's"})
        return answer


async def test_an_edit_of_an_occurrence_meanwhile_is_not_overwritten(stand: GoogleStand) -> None:
    series = await made(stand, VARIED)
    occurrence = instance_id(series.id, RENAMED.slot, VARIED.when)
    adapter = PROVIDER.adapter(Meddled(stand, occurrence), stand.account)
    ours = replace(VARIED, overrides=(replace(RENAMED, title="Ours"), CANCELLED, MOVED))
    write = Update(series.id, series.etag, ours, frozenset({occurrence_group(RENAMED.slot)}), NEXT_MARKER)

    (outcome,) = await adapter.write_events(stand.calendar_id, [write])

    assert isinstance(outcome, Unknown)
    assert (await stand.ask("GET", f"/events/{occurrence}"))["summary"] == "The user's"


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
