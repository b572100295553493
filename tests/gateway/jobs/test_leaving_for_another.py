"""Another calendar is chosen: the copies go from the former one, everything else in it stays as it is."""

from tests.gateway.house import House
from tests.gateway.jobs.leaving import THIRD, at_home, choose, link_to, moved
from tests.gateway.memory import HOME, WORK

from metonic_gateway.store.models import (
    Appointment,
    CalendarSyncMapping,
    SyncOperation,
)


async def test_the_copies_move_and_the_users_own_events_stay(house: House) -> None:
    calendar = await moved(house)

    assert house.world.titles("work") == ["Boxing", "Yoga"]
    assert house.world.titles("home") == ["Dentist"]
    assert (await house.row(calendar)).last_sync_status == "success"
    assert not (await link_to("home")).is_leaving


async def test_what_was_imported_stays_on_the_platform_and_goes_nowhere(house: House) -> None:
    calendar = await moved(house)

    dentist = await Appointment.get(type="external")
    dentist.content["title"] = "Surgeon"
    await dentist.save()
    await house.sync(calendar)

    assert not dentist.is_deleted
    assert "Surgeon" not in house.world.titles("work") + house.world.titles("home")


async def test_the_copies_stay_if_the_user_says_so(house: House) -> None:
    calendar = await at_home(house)

    await choose(house, "work", remove_copies=False)
    await house.sync(calendar)

    assert house.world.titles("home") == ["Boxing", "Dentist", "Yoga"]
    assert house.world.titles("work") == ["Boxing", "Yoga"]


async def test_the_history_says_why_they_went(house: House) -> None:
    await moved(house)

    gone = await SyncOperation.filter(reason="calendar_left").first()
    assert gone is not None
    lines = await SyncOperation.filter(run_id=gone.run_id)
    assert sorted(line.reason for line in lines) == ["calendar_left"] * 2 + ["new_here"] * 2


async def test_who_goes_back_finds_everything_once(house: House) -> None:
    calendar = await moved(house)
    home = await link_to("home")

    await choose(house, "home")
    await house.sync(calendar)

    assert (await house.row(calendar)).link_id == home.id
    assert house.world.titles("home") == ["Boxing", "Dentist", "Yoga"]
    assert house.world.titles("work") == []
    assert await Appointment.filter(type="external").count() == 1
    made = await CalendarSyncMapping.filter(link_id=home.id, origin="copy", closed=None)
    assert [row.generation for row in made] == [2, 2]


async def test_who_goes_back_before_anything_was_removed_loses_no_copy(house: House) -> None:
    calendar = await at_home(house)
    ids = set(house.world.events["home"])

    await choose(house, "work")
    await choose(house, "home")
    await house.sync(calendar)

    assert set(house.world.events["home"]) == ids
    assert house.world.titles("work") == []


async def test_who_goes_back_while_copies_are_being_removed_stops_it(house: House) -> None:
    calendar = await at_home(house)
    await choose(house, "work")

    async def meanwhile() -> None:
        if house.world.reading == "home" and (await link_to("home")).is_leaving:
            await choose(house, "home")

    house.world.before_reading = meanwhile
    await house.sync(calendar)
    await house.sync(calendar)

    assert house.world.titles("home") == ["Boxing", "Dentist", "Yoga"]
    assert house.world.titles("work") == []


async def test_who_goes_on_to_a_third_calendar_leaves_no_copies_behind(house: House) -> None:
    calendar = await at_home(house)
    house.world.calendars = [HOME, WORK, THIRD]
    await house.connect()

    await choose(house, "work")
    await choose(house, "third")
    await house.sync(calendar)

    assert [house.world.titles(c) for c in ("home", "work", "third")] == [["Dentist"], [], ["Boxing", "Yoga"]]
