"""The whole engine on its real store with this plugin, before what stands in for Graph."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.plugins.outlook.others_writes import body_of
from tests.plugins.outlook.standing import FickleGraphStand, GraphStand, PagedGraphStand
from tests.plugins.outlook.studio import Studio
from tests.plugins.studio import expect_in_step, expect_moved_though_only_its_series_is_written
from tests.simulation import people

from metonic_core.model.series import Override, Recurrence
from metonic_core.spi import Timed
from metonic_core.testing.checks.contents import WEEKLY
from metonic_gateway.store import appointments
from metonic_outlook.lanes import LANES
from metonic_simulators.graph import seeding

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
_TROUBLES = (
    *("failing", "html", "empty-message", "truncated", "lost-request", "lost-response", "throttled"),
    *("conflict", "sync-state-not-found", "touched-after", "hidden", "unauthorized"),
)


async def test_an_idle_run_takes_one_request(studio: Studio) -> None:
    await studio.make(5)
    await studio.runs(3)

    assert await studio.run() == 1


async def test_new_copies_take_a_request_for_twenty_and_no_more_than_four_at_a_time(studio: Studio) -> None:
    await studio.run()
    studio.stand.graph.turn_on("latency", seconds=0.001)
    studio.stand.graph.turn_on("concurrency", requests=LANES)
    for _ in range(200):
        await studio.world.platform.make(studio.world.values.content(is_series=False))

    assert await studio.run() <= 12
    assert not [entry for entry in studio.stand.graph.log if entry.status == 429]
    studio.stand.graph.turn_off("latency")
    await studio.runs(2)
    await expect_in_step(studio)


async def test_a_first_read_takes_little_more_than_its_pages(studio: Studio) -> None:
    graph, first = studio.stand.graph, (studio.world.now + DAY).replace(tzinfo=None, hour=10, minute=0)
    when = Timed(first, first + HOUR, "Europe/Berlin")
    weekly = replace(WEEKLY, when=when, recurrence=Recurrence(("FREQ=WEEKLY",)))
    for number in range(300):
        content = weekly if number % 10 == 0 else studio.world.values.content(is_series=False)
        seeding.put_event(graph.world, {"calendar": studio.stand.shelf.name, "event": body_of(content)})

    taken = await studio.run()

    pages = [entry for entry in graph.log if entry.operation == "calendarView.delta"]
    assert taken <= len(pages) + 10
    assert len(await studio.rows()) == 300


async def test_a_forgotten_link_loses_nothing_and_doubles_nothing(studio: Studio) -> None:
    await studio.make(6)
    await studio.run()
    await studio.stand.put(studio.world.values.content(is_series=False))
    gone, *_ = await studio.events()
    await studio.stand.erase(gone)
    await studio.stand.expire_cursors()

    await studio.runs(2)

    await expect_in_step(studio)


async def test_what_comes_near_is_met_by_the_complete_read_of_a_day(studio: Studio) -> None:
    await studio.run()
    far = (studio.world.now + 402 * DAY).replace(tzinfo=None, hour=10, minute=0, second=0, microsecond=0)
    await studio.stand.put(replace(WEEKLY, when=Timed(far, far + HOUR, "Europe/Berlin"), recurrence=None))
    await studio.run()
    before = await studio.rows()
    studio.pass_days(4)

    await studio.runs(2)

    assert (len(before), len(await studio.rows())) == (0, 1)
    await expect_in_step(studio)


async def test_what_is_moved_out_of_the_window_is_not_deleted(studio: Studio) -> None:
    near = (studio.world.now + DAY).replace(tzinfo=None, hour=10, minute=0, second=0, microsecond=0)
    content = replace(WEEKLY, when=Timed(near, near + HOUR, "Europe/Berlin"), recurrence=None)
    event_id = await studio.stand.put(content)
    await studio.run()
    await studio.stand.edit(event_id, replace(content, when=content.when.moved_to(near + 1000 * DAY)))

    await studio.runs(3)

    (row,) = await studio.rows()
    assert row.appointment_id is not None
    appointment = (await appointments.load([row.appointment_id]))[row.appointment_id]
    assert not appointment.is_deleted
    assert appointment.content.when.start == near + 1000 * DAY


@pytest.mark.parametrize("fault", ["throttled", "failing", "lost-request"])
async def test_a_moved_occurrence_outlives_that_only_its_series_was_written(
    studio: Studio, fault: str
) -> None:
    await expect_moved_though_only_its_series_is_written(studio, fault, occurrences="*")


async def test_what_outlook_does_not_bring_back_is_not_written_for_ever(studio: Studio) -> None:
    first = (studio.world.now + 3 * DAY).replace(tzinfo=None, hour=10, minute=0, second=0, microsecond=0)
    gone = Override(first + 14 * DAY, is_cancelled=True)
    series = replace(WEEKLY, when=Timed(first, first + HOUR, "Europe/Berlin"), overrides=(gone,))
    await studio.stand.put(series)
    await studio.runs(2)
    (row,) = await studio.rows()
    assert row.appointment_id is not None
    appointment = (await appointments.load([row.appointment_id]))[row.appointment_id]
    await people.store(studio.world, replace(appointment, content=replace(appointment.content, overrides=())))

    await studio.runs(4)

    (row,) = await studio.rows()
    assert (row.hold, row.due) == ("quarantine", None)
    patches = [entry for entry in studio.stand.graph.log if entry.method == "PATCH"]
    assert len(patches) == 3
    assert await studio.run() == 1


@pytest.mark.parametrize(
    "studio",
    [(kind, seed) for kind in (GraphStand, PagedGraphStand, FickleGraphStand) for seed in range(3)],
    indirect=True,
    ids=lambda param: f"{param[0].__name__}-{param[1]}",
)
async def test_whatever_happens_both_sides_end_in_step(studio: Studio) -> None:
    await studio.live(40, _TROUBLES)

    await expect_in_step(studio)
