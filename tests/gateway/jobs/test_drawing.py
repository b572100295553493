"""Which appointments are put to work when a link begins, is revived, or its window moves on."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from tests.gateway.house import TODAY, House
from tortoise.transactions import in_transaction

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import Content
from metonic_core.model.series import Recurrence
from metonic_core.model.when import AllDay, Timed, Window
from metonic_gateway.store import appointments, mappings, users
from metonic_gateway.store.drawing import draw_all, draw_entering
from metonic_gateway.store.models import CalendarLink, CalendarSyncMapping


def on(day: date) -> AllDay:
    return AllDay(day, day + timedelta(days=1))


async def test_a_link_begins_with_what_lies_in_the_window_and_is_the_users(house: House) -> None:
    stranger = await users.introduced("trainer-2", "trainer", None, None)
    await house.add("Mine")
    await house.add("Private", is_private=True)
    await house.add("Long ago", on(TODAY - timedelta(days=60)))
    await house.add("Far ahead", on(TODAY + timedelta(days=500)))
    weekly = Timed(datetime(2024, 1, 1, 9), datetime(2024, 1, 1, 10), "Europe/Berlin")  # noqa: DTZ001 - wall time
    await house.add("Since long ago", weekly, recurrence=Recurrence(("FREQ=WEEKLY",)))
    for title, participants in (("Shared", (Participant(house.user),)), ("Theirs", ())):
        content = Content(title, on(TODAY))
        theirs = Appointment(uuid4(), 1, stranger.id, "one_on_one", content, participants)
        await appointments.insert(theirs, house.services.window(), house.now)

    calendar = await house.connect()

    link = (await house.row(calendar)).link_id
    assert await house.open_titles(link) == ["Mine", "Shared", "Since long ago"]
    assert (await CalendarLink.get(id=link)).window_end == house.services.window().end


async def test_drawing_again_opens_nothing_twice_and_makes_all_of_it_due(house: House) -> None:
    await house.add("Mine")
    calendar = await house.connect()
    link = (await house.row(calendar)).link_id
    assert link is not None
    await CalendarSyncMapping.filter(link_id=link).update(due=None, wanted=None)

    async with in_transaction():
        await draw_all(link, house.services.window())

    (row,) = await CalendarSyncMapping.filter(link_id=link)
    assert (row.due, row.wanted, row.drawn) == ("decide", 2, 2)


async def test_a_closed_row_is_followed_by_the_next_generation(house: House) -> None:
    await house.add("Mine")
    calendar = await house.connect()
    link = (await house.row(calendar)).link_id
    assert link is not None
    await CalendarSyncMapping.filter(link_id=link).update(closed="erased", generation=3)

    async with in_transaction():
        await draw_all(link, house.services.window())

    (row,) = await CalendarSyncMapping.filter(link_id=link, closed=None)
    assert row.generation == 4


async def test_a_row_that_another_transaction_has_opened_meanwhile_is_no_error(house: House) -> None:
    made = await house.add("Mine")
    calendar = await house.connect()
    link = (await house.row(calendar)).link_id
    assert link is not None

    await mappings.open_each([(link, made)])

    assert await house.open_titles(link) == ["Mine"]


async def test_what_the_moving_window_reaches_is_drawn_and_nothing_else(house: House) -> None:
    old = house.services.window()
    await house.add("Now in reach", on(old.end.date()))
    await house.add("Not yet", on(old.end.date() + timedelta(days=1)))
    calendar = await house.connect()
    link = (await house.row(calendar)).link_id
    assert link is not None
    assert await house.open_titles(link) == []
    new = Window(old.start + timedelta(days=1), old.end + timedelta(days=1))

    async with in_transaction():
        await draw_entering(link, new, old.end)

    assert await house.open_titles(link) == ["Now in reach"]
    assert (await CalendarLink.get(id=link)).window_end == new.end


async def test_a_thousand_appointments_are_drawn_by_a_bounded_number_of_statements(house: House) -> None:
    window = house.services.window()
    made = [
        Appointment(uuid4(), 1, house.user, "one_on_one", Content(f"No. {n}", on(TODAY))) for n in range(1001)
    ]
    async with in_transaction():
        for appointment in made:
            await appointments.insert(appointment, window, house.now)

    calendar = await house.connect()

    link = (await house.row(calendar)).link_id
    assert await CalendarSyncMapping.filter(link_id=link, due="decide").count() == 1001
