"""The whole engine on its real store with this plugin, before what stands in for Graph."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.plugins.outlook.others_writes import body_of
from tests.plugins.outlook.standing import FickleGraphStand, GraphStand, PagedGraphStand
from tests.plugins.outlook.studio import Studio
from tests.plugins.studio import expect_in_step, expect_moved_though_only_its_series_is_written
from tests.simulation import people

from metonic_core.model.appointment import Appointment
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

    appointment = await only_appointment(studio)
    assert not appointment.is_deleted
    assert appointment.content.when.start == near + 1000 * DAY


@pytest.mark.parametrize("fault", ["throttled", "failing", "lost-request"])
async def test_a_moved_occurrence_outlives_that_only_its_series_was_written(
    studio: Studio, fault: str
) -> None:
    await expect_moved_though_only_its_series_is_written(studio, fault, occurrences="*")


@pytest.mark.parametrize("is_own", [True, False])
@pytest.mark.parametrize("place", ["*/instances*", "*/events/*"])
async def test_what_people_wrote_into_one_lesson_outlives_that_only_its_series_was_moved(
    studio: Studio, place: str, *, is_own: bool
) -> None:
    first = (studio.world.now + 3 * DAY).replace(tzinfo=None, hour=10, minute=0, second=0, microsecond=0)
    series = replace(WEEKLY, when=Timed(first, first + HOUR, "Europe/Berlin"))
    await (studio.stand.put(series) if is_own else studio.world.platform.make(series))
    await studio.runs(2)
    (event,) = await studio.events()
    lesson = await studio.stand.occurrence(event, Override(first + 14 * DAY), series)
    words = {"body": {"contentType": "text", "content": "The exam."}}
    await studio.stand.ask("PATCH", studio.stand.path(str(lesson)), words)
    await studio.runs(2)
    moved = replace((await only_appointment(studio)).content, when=series.when.moved_to(first + HOUR / 2))

    async def trouble() -> None:
        studio.stand.graph.arm("throttled", times=1, method="GET", path=place)

    await studio.stand.before_next_write(trouble)
    await people.store(studio.world, replace(await only_appointment(studio), content=moved))
    await studio.runs(5)
    if is_own:
        # It has no mark that would tell: what was kept comes back with the next write.
        renamed = replace(moved, title="Renamed")
        await people.store(studio.world, replace(await only_appointment(studio), content=renamed))
        await studio.runs(3)

    lesson = await studio.stand.occurrence(event, Override(first + 14 * DAY + HOUR / 2), moved)
    found = await studio.stand.ask("GET", studio.stand.path(str(lesson)))
    assert "The exam." in found["body"]["content"]
    assert "exam" not in "".join(kept_at(studio))
    await expect_in_step(studio)


def kept_at(studio: Studio) -> list[str]:
    """What stands beside the events as a property."""
    return [value for one in studio.stand.shelf.living() for value in one.properties.values()]


async def test_what_outlook_does_not_bring_back_is_not_written_for_ever(studio: Studio) -> None:
    first = (studio.world.now + 3 * DAY).replace(tzinfo=None, hour=10, minute=0, second=0, microsecond=0)
    gone = Override(first + 14 * DAY, is_cancelled=True)
    series = replace(WEEKLY, when=Timed(first, first + HOUR, "Europe/Berlin"), overrides=(gone,))
    await studio.stand.put(series)
    await studio.runs(2)
    appointment = await only_appointment(studio)
    await people.store(studio.world, replace(appointment, content=replace(appointment.content, overrides=())))

    await studio.runs(4)

    (row,) = await studio.rows()
    assert (row.hold, row.due) == ("quarantine", None)
    patches = [entry for entry in studio.stand.graph.log if entry.method == "PATCH"]
    assert len(patches) == 3
    assert await studio.run() == 1


@pytest.mark.parametrize("studio", [(FickleGraphStand, 0)], indirect=True)
@pytest.mark.parametrize("fault", ["throttled", "lost-request"])
@pytest.mark.parametrize("done", [1, 2, 3])
async def test_a_series_that_takes_a_lesson_back_is_one_on_the_platform_all_the_while(
    studio: Studio, done: int, fault: str
) -> None:
    first = (studio.world.now + 3 * DAY).replace(tzinfo=None, hour=10, minute=0, second=0, microsecond=0)
    series = replace(WEEKLY, when=Timed(first, first + HOUR, "Europe/Berlin"))
    gone = Override(first + 14 * DAY, is_cancelled=True)
    kept = Override(first + 21 * DAY, title="Exam")
    await studio.world.platform.make(replace(series, overrides=(gone, kept)))
    await studio.runs(2)
    appointment = await only_appointment(studio)
    wanted = replace(appointment.content, overrides=(kept,))
    await people.store(studio.world, replace(appointment, content=wanted))
    # So many of its steps are carried out.
    studio.stand.graph.arm("slow", times=done, method="PATCH", seconds=0)
    studio.stand.graph.arm(fault, times=1, method="PATCH")

    for _ in range(5):
        await studio.run()
        assert (await only_appointment(studio)).content == wanted

    (event,) = (await studio.events()).values()
    assert (event.content.overrides, event.is_partial) == ((kept,), False)
    await expect_in_step(studio)


async def only_appointment(studio: Studio) -> Appointment:
    (row,) = await studio.rows()
    assert row.appointment_id is not None
    return (await appointments.load([row.appointment_id]))[row.appointment_id]


@pytest.mark.parametrize(
    "studio",
    [(kind, seed) for kind in (GraphStand, PagedGraphStand, FickleGraphStand) for seed in range(3)],
    indirect=True,
    ids=lambda param: f"{param[0].__name__}-{param[1]}",
)
async def test_whatever_happens_both_sides_end_in_step(studio: Studio) -> None:
    await studio.live(40, _TROUBLES)

    await expect_in_step(studio)
