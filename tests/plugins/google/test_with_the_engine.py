"""The whole engine on its real store with this plugin, before what stands in for Google."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.plugins.google.others_bodies import body_of
from tests.plugins.google.standing import FickleGoogleStand, GoogleStand, PagedGoogleStand
from tests.plugins.google.studio import Studio
from tests.plugins.studio import expect_in_step, expect_moved_though_only_its_series_is_written

from metonic_core.model.series import Override
from metonic_gateway.store import appointments, models
from metonic_simulators.google import seeding

DAY = timedelta(days=1)
_TROUBLES = (
    *("failing", "html", "truncated", "lost-request", "lost-response", "rate-limited", "conflict"),
    *("sync-token-expired", "touched-after", "hidden", "unauthorized"),
)


async def test_an_idle_run_takes_one_request(studio: Studio) -> None:
    await studio.make(5)
    await studio.run()
    await studio.run()

    assert await studio.run() == 1


async def test_new_copies_take_a_request_for_fifty(studio: Studio) -> None:
    await studio.run()
    for _ in range(50):
        await studio.world.platform.make(studio.world.values.content(is_series=False))

    assert await studio.run() <= 3
    assert len(await studio.events()) == len({row.external_event_id for row in await studio.rows()})


async def test_hundreds_of_new_events_take_one_request(studio: Studio) -> None:
    await studio.run()
    for _ in range(300):
        event = body_of(studio.world.values.content(is_series=False))
        seeding.put_event(studio.stand.google.world, {"calendar": studio.stand.calendar_id, "event": event})

    assert await studio.run() == 1
    assert len(await studio.rows()) == 300


async def test_what_is_too_much_for_a_minute_goes_on_in_the_next(studio: Studio) -> None:
    await studio.run()
    for _ in range(70):
        await studio.world.platform.make(studio.world.values.content(is_series=False))
    studio.stand.google.turn_on("quota", per_user=30, per_project=10_000)

    await studio.run()
    some = len(await models.CalendarSyncMapping.exclude(etag=None).filter(closed=None))
    for _ in range(4):
        await studio.run()

    assert 0 < some <= 30
    studio.stand.google.turn_off("quota")
    await expect_in_step(studio)
    assert len(await studio.events()) > 30


async def test_a_forgotten_token_loses_nothing_and_doubles_nothing(studio: Studio) -> None:
    await studio.make(6)
    await studio.run()
    await studio.stand.put(studio.world.values.content(is_series=False))
    gone, *_ = await studio.events()
    await studio.stand.erase(gone)
    await studio.stand.expire_cursors()

    await studio.run()
    await studio.run()

    await expect_in_step(studio)


async def test_an_edit_that_google_fails_to_show_comes_in_with_the_next_run(studio: Studio) -> None:
    series = await studio.stand.put(studio.world.values.content(is_series=True))
    await studio.run()
    await studio.stand.ask("PATCH", f"/events/{series}", {"summary": "Edited"})
    studio.stand.google.arm("failing", times=50, method="GET", path=f"*/events/{series}")

    await studio.run()
    (set_aside,) = await studio.rows()
    studio.stand.google.world.faults.armed.clear()
    await studio.run()

    (row,) = await studio.rows()
    assert row.appointment_id is not None
    appointment = (await appointments.load([row.appointment_id]))[row.appointment_id]
    assert (set_aside.hold, row.hold) == ("quarantine", None)
    assert appointment.content.title == "Edited"


@pytest.mark.parametrize("fault", ["failing", "truncated"])
@pytest.mark.parametrize("number", [1, 2])
async def test_events_that_google_never_shows_hold_up_nothing_else(
    studio: Studio, fault: str, number: int
) -> None:
    ids = [await studio.stand.put(studio.world.values.content(is_series=True)) for _ in range(number)]
    await studio.run()
    for event_id in ids:
        await studio.stand.ask("PATCH", f"/events/{event_id}", {"summary": "Edited"})
        studio.stand.google.arm(fault, times=1000, method="GET", path=f"*/events/{event_id}")
    await studio.world.platform.make(studio.world.values.content(is_series=False))

    await studio.runs(2)

    assert len(await studio.events()) == number + 1


async def test_a_series_edited_on_both_sides_is_one_series(studio: Studio) -> None:
    await studio.stand.put(studio.world.values.content(is_series=True))
    await studio.run()
    ((event_id, event),) = (await studio.events()).items()
    slots = [event.content.when.slot + timedelta(weeks=n) for n in range(2)]
    await studio.stand.vary(event_id, replace(event.content, overrides=(Override(slots[0], title="v900"),)))
    await studio.run()
    (row,) = await studio.rows()
    assert row.appointment_id is not None
    appointment = (await appointments.load([row.appointment_id]))[row.appointment_id]
    ours = replace(
        appointment.content, overrides=(*appointment.content.overrides, Override(slots[1], is_cancelled=True))
    )
    await appointments.change(replace(appointment, content=ours), studio.world.window(), studio.world.now)

    await studio.run()
    await studio.run()

    ((_, after),) = (await studio.events()).items()
    assert after.content.overrides == (
        Override(slots[0], title="v900"),
        Override(slots[1], is_cancelled=True),
    )
    await expect_in_step(studio)


@pytest.mark.parametrize("fault", ["rate-limited", "failing", "lost-request"])
async def test_a_moved_occurrence_outlives_that_only_its_series_was_written(
    studio: Studio, fault: str
) -> None:
    await expect_moved_though_only_its_series_is_written(studio, fault, occurrences="*_2*")


@pytest.mark.parametrize(
    "studio",
    [(kind, seed) for kind in (GoogleStand, PagedGoogleStand, FickleGoogleStand) for seed in range(3)],
    indirect=True,
    ids=lambda param: f"{param[0].__name__}-{param[1]}",
)
async def test_whatever_happens_both_sides_end_in_step(studio: Studio) -> None:
    await studio.live(40, _TROUBLES)

    await expect_in_step(studio)
