"""What a token says of its user is in the copies that show the user, and in the user's own calendars."""

from datetime import timedelta

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.statements import counted
from tests.gateway.house import House, synced
from tests.gateway.store.states import sent, state

from metonic_gateway.http.identity import Role
from metonic_gateway.services import status_topic
from metonic_gateway.store import introducing
from metonic_gateway.store.introducing import Introduced
from metonic_gateway.store.models import AppointmentParticipant, CalendarSyncConfig, CalendarSyncMapping, User

LINE = "\N{BLACK TELEPHONE} Chris, chris@example.org, 0123"
ME = "{ viewer { id } }"


async def token(
    house: House, who: str, role: str, name: str | None = None, zone: str | None = None
) -> Introduced:
    return await introducing.introduced(who, role, name, zone, house.now)


async def showing(house: House) -> CalendarSyncConfig:
    """The trainer's calendar with a copy that shows the client's contact details, in step."""
    calendar = await synced(house)
    await CalendarSyncConfig.all().update(include_client_contact=True)
    await sent(house, state(), state(platform_id="a-2", participants=()))
    await house.sync(calendar)
    assert not await CalendarSyncMapping.exists(due__isnull=False)
    return await house.row(calendar)


async def notes(house: House) -> list[str]:
    """Of the copies, after a sync."""
    (calendar,) = await CalendarSyncConfig.all()
    await house.sync(calendar.id)
    return sorted(event.content.notes for event in house.world.events["home"].values())


async def due_titles() -> set[str | None]:
    rows = await CalendarSyncMapping.filter(due="decide").prefetch_related("appointment")
    return {row.appointment.platform_id for row in rows if row.appointment}


async def test_a_new_name_is_in_the_copies_that_show_it(house: House) -> None:
    calendar = await showing(house)

    made = await token(house, "client-1", "client", "Christine")

    assert (made.user.name, made.due) == ("Christine", {calendar.id: house.user})
    assert await due_titles() == {"a-1"}
    assert await notes(house) == ["Towel", f"Towel\n\n{LINE.replace('Chris,', 'Christine,')}"]


async def test_who_is_no_client_any_more_is_in_no_copy(house: House) -> None:
    calendar = await showing(house)
    # Only of whom the appointment says nothing does the user's own role count.
    await AppointmentParticipant.all().update(role=None)

    made = await token(house, "client-1", "trainer")

    assert made.due == {calendar.id: house.user}
    assert await notes(house) == ["Towel", "Towel"]


async def test_a_trainer_who_becomes_a_client_keeps_no_contacts_of_others(house: House) -> None:
    calendar = await showing(house)

    made = await token(house, "trainer-1", "client")

    assert made.due == {calendar.id: house.user}
    assert await notes(house) == ["Towel", "Towel"]


async def test_a_client_who_becomes_a_trainer_is_shown_the_contacts(house: House) -> None:
    calendar = await showing(house)
    await token(house, "trainer-1", "client")
    assert await notes(house) == ["Towel", "Towel"]

    made = await token(house, "trainer-1", "trainer")

    assert made.due == {calendar.id: house.user}
    assert await notes(house) == ["Towel", f"Towel\n\n{LINE}"]


@pytest.mark.parametrize("role", ["trainer", "client"])
async def test_calendars_that_show_no_contacts_are_left_alone(role: str, house: House) -> None:
    await showing(house)
    await CalendarSyncConfig.all().update(include_client_contact=False)

    assert not (await token(house, "client-1", "client", "Christine")).due
    assert not (await token(house, "trainer-1", role)).due
    assert await due_titles() == set()


async def test_a_token_that_says_nothing_new_writes_nothing(house: House) -> None:
    await showing(house)

    with counted() as statements:
        made = await token(house, "client-1", "client", "Chris")

    assert not made.due
    assert [text.split()[0] for text in statements] == ["SELECT"]


async def test_another_zone_is_shown_in_no_copy(house: House) -> None:
    await showing(house)

    made = await token(house, "client-1", "client", zone="Asia/Tokyo")

    assert (made.user.zone, made.user.name, made.due) == ("Asia/Tokyo", "Chris", {})
    assert (await User.get(platform_id="client-1")).zone == "Asia/Tokyo"


async def test_who_is_introduced_for_the_first_time_is_made(house: House) -> None:
    made = await token(house, "client-9", "client", "Nina")

    row = await User.get(platform_id="client-9")
    assert (row.id, row.name, row.zone, made.due) == (made.user.id, "Nina", "UTC", {})


async def test_the_calendars_that_show_a_user_are_synced_soon_and_their_users_told(api: Api) -> None:
    house = api.house
    calendar = await showing(house)
    due_before = house.later(timedelta(minutes=1))
    house.nudged.clear()

    with house.services.feed.subscribe([status_topic(house.user)]) as nudges:
        await api.as_user("client-1", Role.CLIENT, name="Christine").call(ME)
        await anext(nudges)
        await api.as_user("client-1", Role.CLIENT, name="Christine").call(ME)

    assert house.nudged == [calendar.id]
    assert (await house.row(calendar.id)).next_sync_at == due_before
