"""Transactions that take place at the same moment on PostgreSQL: each sees the other whole, or not at all.

Where one waits for another, the test waits until the server says so.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.gateway.house import House, synced
from tests.gateway.memory import CREDENTIALS, memory_provider
from tests.gateway.waiting import is_waited_for
from tests.postgres import on_postgres_alone, url_of
from tortoise.transactions import in_transaction

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import NOTES, TITLE, Content
from metonic_core.model.when import AllDay
from metonic_core.selection import Filters
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.store import appointments, models, preferences
from metonic_gateway.store.models import CalendarSyncConfig
from metonic_gateway.store.preferences import Preferences
from metonic_gateway.store.selections import choices_of
from metonic_gateway.store.transactions import Collision, hold_calendars, hold_calendars_of, transactional
from metonic_gateway.store.upserts import Person, PlatformAppointment, upsert

pytestmark = on_postgres_alone

Begin = Callable[[Awaitable[Any]], "asyncio.Task[Any]"]


@pytest.fixture
async def begin(house: House) -> Begin:  # noqa: ARG001 - the context is that of its database
    """Begins a task outside of any transaction that there is by then."""
    outside = copy_context()
    loop = asyncio.get_running_loop()

    async def awaited(work: Awaitable[Any]) -> Any:  # noqa: ANN401 - of any type
        return await work

    return lambda work: loop.create_task(awaited(work), context=outside.copy())


def only(*types: str) -> Callable[[Preferences], Preferences]:
    return lambda known: replace(known, sync_all=False, filters=Filters(types=frozenset(types)))


async def set_to(house: House, edit: Callable[[Preferences], Preferences]) -> None:
    await preferences.change(house.user, "memory", edit, house.services.window(), house.now)


def titled(title: str) -> Callable[[Appointment], Awaitable[Appointment]]:
    async def edit(known: Appointment) -> Appointment:
        return replace(known, content=replace(known.content, title=title))

    return edit


async def test_what_is_added_while_settings_change_is_judged_by_the_new_ones(
    house: House, begin: Begin
) -> None:
    calendar = await synced(house)
    await set_to(house, only("group"))

    async with in_transaction():
        await set_to(house, only("one_on_one"))
        adding = begin(house.add("Yoga"))
        await is_waited_for()
    await adding

    assert await house.open_titles((await house.row(calendar)).link_id) == ["Yoga"]


async def test_what_is_added_while_somebody_signs_in_for_the_first_time_gets_a_copy(
    house: House, begin: Begin
) -> None:
    async with in_transaction():
        await house.add("Yoga")
        connecting = begin(house.connect())
        await is_waited_for()
    calendar = await connecting

    assert await house.open_titles((await house.row(calendar)).link_id) == ["Yoga"]


async def test_what_is_edited_while_somebody_signs_in_for_the_first_time_gets_a_copy(
    house: House, begin: Begin
) -> None:
    made = await house.add("Yoga", is_private=True)

    async with in_transaction():

        async def show(known: Appointment) -> Appointment:
            return replace(known, content=replace(known.content, is_private=False))

        await appointments.edit(made, show, house.services.window(), house.now)
        connecting = begin(house.connect())
        await is_waited_for()
    calendar = await connecting

    assert await house.open_titles((await house.row(calendar)).link_id) == ["Yoga"]


async def test_a_run_does_not_wait_for_an_appointment_that_somebody_is_at(house: House, begin: Begin) -> None:
    calendar = await synced(house)
    made = await house.add("Yoga")
    await house.sync(calendar)
    _edit_there(house, "Yoga", notes="Bring a mat")
    house.later(timedelta(minutes=20))

    async with in_transaction():
        await appointments.edit(made, titled("Pilates"), house.services.window(), house.now)
        # It is held up by nothing here but would be by the calendar, which an edit locks last.
        running = begin(house.sync(calendar))
        await is_waited_for()
    await running
    await house.sync(calendar)

    content = (await appointments.load([made]))[made].content
    assert (content.get(TITLE), content.get(NOTES)) == ("Pilates", "Bring a mat")
    assert house.world.titles() == ["Pilates"]


async def test_what_a_run_missed_is_due_at_once(house: House, begin: Begin) -> None:
    calendar = await synced(house)
    made = await house.add("Yoga")
    await house.sync(calendar)
    _edit_there(house, "Yoga", notes="Bring a mat")
    house.later(timedelta(minutes=20))

    async with in_transaction():
        row = models.Appointment.filter(id=made).select_for_update(no_key=True)
        await row.only("id")
        await begin(house.sync(calendar))

    missed = await house.row(calendar)
    assert (missed.next_sync_at, missed.failures) == (house.now, 0)
    await house.sync(calendar)
    assert (await appointments.load([made]))[made].content.notes == "Bring a mat"


async def test_a_run_that_collided_begins_anew_at_once(house: House, begin: Begin) -> None:
    first = await synced(house)
    second = await _another(house)
    made = await house.add("Yoga")
    for calendar in (first, second):
        await house.sync(calendar)
    house.nudged.clear()
    _edit_there(house, "Yoga", notes="Bring a mat")
    house.later(timedelta(minutes=20))

    async with in_transaction():
        await hold_calendars([second])
        running = begin(house.sync(first))
        await is_waited_for()
        # Each waits for the other now; the server ends who has waited longer.
        await hold_calendars([first])
    await running

    row = await house.row(first)
    assert (row.failures, row.problem, row.lease_until) == (0, None, None)
    assert first in house.nudged
    await house.sync(first)
    assert (await appointments.load([made]))[made].content.notes == "Bring a mat"


async def test_whatever_else_collides_is_done_anew(house: House, begin: Begin) -> None:
    calendars = [await synced(house), await _another(house)]
    tries: list[UUID] = []

    @transactional
    async def hold(first: UUID, second: UUID) -> None:
        tries.append(first)
        await hold_calendars([first])
        if len(tries) < 2:
            await is_waited_for()
        await hold_calendars([second])

    await asyncio.gather(begin(hold(*calendars)), begin(hold(*reversed(calendars))))

    assert len(tries) >= 2


async def test_a_collision_inside_a_transaction_ends_all_of_it(house: House) -> None:
    tries = []

    @transactional
    async def inner() -> None:
        tries.append(1)
        raise Collision("in the way")

    with pytest.raises(Collision):
        async with in_transaction():
            await inner()

    assert len(tries) == 1
    assert await CalendarSyncConfig.all().count() == 0
    assert house.nudged == []


def _edit_there(house: House, title: str, **changes: object) -> None:
    (event,) = [e for e in house.world.events["home"].values() if e.content.title == title]
    house.world.put("home", replace(event, content=replace(event.content, **changes)))  # type: ignore[arg-type]


async def _another(house: House) -> UUID:
    """A second calendar of the same user, at another provider, where nothing ever fails."""
    pear = memory_provider(type(house.world)(), "pear")
    known = house.services.registry.providers
    house.services = replace(house.services, registry=Registry({**known, "pear": pear}, ()))
    calendar = await connect_with_credentials(house.services, house.user, pear, CREDENTIALS)
    await house.sync(calendar)
    return calendar


def state(house: House, platform_id: str, version: int = 1) -> PlatformAppointment:
    day = house.now.date()
    content = Content(f"Yoga {version}", AllDay(day, day + timedelta(days=1)))
    return PlatformAppointment(platform_id, version, "one_on_one", content, Person("trainer-1", "trainer"))


async def test_what_refers_to_an_appointment_does_not_wait_for_its_upsert(house: House, begin: Begin) -> None:
    (made,) = (await upsert([state(house, "p1")], house.services.window(), house.now)).outcomes

    async with in_transaction():
        await upsert([state(house, "p1", 2)], house.services.window(), house.now)
        about: dict[str, Any] = {"appointment_id": made.appointment_id, "state": {}}
        noting = models.AppointmentChange.create(**about, kind="update", at=house.now)

        await asyncio.wait_for(begin(noting), 10)


async def test_an_upsert_may_meet_several_that_make_the_same_appointments(
    house: House, begin: Begin, tmp_path: Path
) -> None:
    await house.add("Yoga")
    copy = """INSERT INTO appointments (id, platform_id, owner_id, type, version, content, starts_at, ends_at,
            is_deleted, created_at, updated_at)
        SELECT gen_random_uuid(), $1, owner_id, type, version, content, starts_at, ends_at,
            is_deleted, created_at, updated_at FROM appointments LIMIT 1"""
    others = [await asyncpg.connect(url_of(tmp_path / "metonic.sqlite3")) for _ in "12"]
    made = [other.transaction() for other in others]
    for other, transaction, name in zip(others, made, ("p1", "p2"), strict=True):
        await transaction.start()
        await other.execute(copy, name)

    asked = [state(house, "p1"), state(house, "p2")]
    upserting = begin(upsert(asked, house.services.window(), house.now))
    for transaction in made:
        await is_waited_for()
        await transaction.commit()

    assert [one.refusal for one in (await upserting).outcomes] == [None, None]
    for other in others:
        await other.close()


async def test_any_number_of_people_can_be_concerned(house: House) -> None:
    """asyncpg takes 32,767 parameters, and 500 appointments have up to 100,500 people."""
    many = [uuid4() for _ in range(33_000)]

    async with in_transaction():
        await hold_calendars(many)
        await hold_calendars_of(many)
        assert await choices_of(many, many[:1]) == {}

    assert house.nudged == []
