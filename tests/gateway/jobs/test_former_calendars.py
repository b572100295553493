"""A former calendar that cannot be cleared is asked again or given up, and people are told."""

from datetime import timedelta

import pytest
from tests.gateway.house import House
from tests.gateway.jobs.leaving import at_home, choose, link_to

from metonic_core.model.when import AllDay
from metonic_core.spi.errors import (
    AccessDenied,
    CalendarGone,
    Paced,
    ProviderError,
    RateLimited,
    SignInNeeded,
    Unavailable,
)
from metonic_gateway.jobs.troubles import LATER, trouble_of
from metonic_gateway.store.models import (
    CalendarSyncMapping,
)
from metonic_gateway.store.overview import tallies


async def test_a_former_calendar_that_is_down_is_asked_again_beside_the_present_one(
    house: House,
) -> None:
    calendar = await at_home(house)
    house.world.errors = {"home": Unavailable("The server is down.")}
    await choose(house, "work")
    await house.sync(calendar)
    row, left = await house.row(calendar), await link_to("home")
    told = (await tallies([calendar]))[calendar].left_behind

    house.world.errors = {}
    house.later(timedelta(minutes=1))
    await house.sync(calendar)

    assert (row.last_sync_status, row.failures) == ("partial", 0)
    assert left.leave_at is not None
    assert row.next_sync_at is not None
    assert row.next_sync_at <= left.leave_at <= house.now
    assert told is not None
    assert (told.code, told.next_step) == ("unreachable", LATER)
    assert house.world.titles("work") == ["Boxing", "Yoga"]
    assert house.world.titles("home") == ["Dentist"]
    assert (await tallies([calendar]))[calendar].left_behind is None


async def test_nobody_asks_again_before_the_pause_is_over(house: House) -> None:
    calendar = await at_home(house)
    house.world.errors = {"home": RateLimited("Not so fast.", 600)}
    await choose(house, "work")
    await house.sync(calendar)

    house.world.errors = {}
    await house.add("Running")
    await house.sync(calendar)

    assert house.world.titles("work") == ["Boxing", "Running", "Yoga"]
    assert house.world.titles("home") == ["Boxing", "Dentist", "Yoga"]


async def test_our_own_pauses_are_no_reason_to_give_up(house: House) -> None:
    calendar = await at_home(house)
    house.world.errors = {"home": Paced("Often enough for now.", 60)}
    await choose(house, "work")

    for _ in range(9):
        await house.sync(calendar)
        house.later(timedelta(minutes=1))
    told = (await tallies([calendar]))[calendar].left_behind
    house.world.errors = {}
    await house.sync(calendar)

    assert told is None
    assert house.world.titles("home") == ["Dentist"]


async def test_what_is_given_up_is_shown_until_a_calendar_is_chosen_anew(
    house: House,
) -> None:
    calendar = await at_home(house)
    house.world.errors = {"home": Unavailable("The server is down.")}
    await choose(house, "work")

    for _ in range(8):
        await house.sync(calendar)
        house.later(timedelta(hours=2))
    house.world.errors = {}
    await house.sync(calendar)
    told = (await tallies([calendar]))[calendar].left_behind
    await choose(house, "work")

    assert told is not None
    assert "Delete them there" in told.next_step
    assert house.world.titles("home") == ["Boxing", "Dentist", "Yoga"]
    assert not (await link_to("home")).is_leaving
    assert (await tallies([calendar]))[calendar].left_behind is None


@pytest.mark.parametrize(
    ("error", "is_shown"), [(CalendarGone("It is gone."), False), (AccessDenied("You may not."), True)]
)
async def test_a_former_calendar_that_is_gone_or_refuses_is_given_up_at_once(
    house: House, error: ProviderError, *, is_shown: bool
) -> None:
    calendar = await at_home(house)
    house.world.errors = {"home": error}
    await choose(house, "work")

    house.later(timedelta(minutes=1))
    await house.sync(calendar)

    run = (await house.runs())[-1]
    assert (run.status, [told["code"] for told in run.errors]) == ("partial", [trouble_of(error).code])
    assert not (await link_to("home")).is_leaving
    assert ((await tallies([calendar]))[calendar].left_behind is not None) is is_shown


async def test_a_sign_in_that_is_needed_is_asked_for_and_then_it_goes_on(house: House) -> None:
    calendar = await at_home(house)
    house.world.errors = {"home": SignInNeeded("The password is no longer accepted.")}
    await choose(house, "work")
    await house.sync(calendar)
    stopped = (await house.row(calendar)).stopped

    house.world.errors = {}
    await house.connect()
    await house.sync(calendar)

    assert stopped == "needs_sign_in"
    assert house.world.titles("home") == ["Dentist"]


async def test_copies_that_no_row_knows_go_as_well(house: House) -> None:
    calendar = await at_home(house)
    await CalendarSyncMapping.filter(origin="copy").delete()

    await choose(house, "work")
    await house.sync(calendar)

    assert house.world.titles("home") == ["Dentist"]


async def test_nothing_new_begins_in_a_calendar_that_was_left(house: House) -> None:
    calendar = await at_home(house)
    house.later(timedelta(days=3))
    ahead = house.services.window().end.date() - timedelta(days=1)
    await choose(house, "work")
    await house.add("Far ahead", AllDay(ahead, ahead + timedelta(days=1)))

    await house.sync(calendar)

    assert await house.open_titles((await link_to("home")).id) == ["Dentist"]
    assert "Far ahead" in house.world.titles("work")
