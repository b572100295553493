"""Connecting a calendar with a user name and a password."""

import asyncio

import pytest
from tests.gateway.house import House
from tests.gateway.memory import CREDENTIALS, HOLIDAYS, HOME, WORK
from tests.postgres import IS_ASKED_FOR
from tortoise import Tortoise
from tortoise.exceptions import IntegrityError

from metonic_core.model.errors import InvalidValue
from metonic_core.spi.errors import SignInNeeded, Unavailable
from metonic_gateway.accounts.connecting import (
    NotConnected,
    adapter_for,
    choose_calendar,
    connect_with_credentials,
)
from metonic_gateway.accounts.connecting import (
    test_connection as try_connection,
)
from metonic_gateway.store import calendars
from metonic_gateway.store.models import CalendarLink, CalendarSyncConfig


async def never_update(table: str, where: str = "TRUE") -> None:
    """From here on it fails in the database."""
    done = "SELECT RAISE(ABORT, 'never')"
    script = f"CREATE TRIGGER never BEFORE UPDATE ON {table} WHEN {where} BEGIN {done}; END"
    if IS_ASKED_FOR:
        script = f"""CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN RAISE integrity_constraint_violation; END';
            CREATE TRIGGER never BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({where})
            EXECUTE FUNCTION never()"""
    await Tortoise.get_connection("default").execute_script(script)


async def test_the_only_writable_calendar_is_chosen_by_itself(house: House) -> None:
    calendar = await house.connect()

    row = await house.row(calendar)
    assert (row.calendar_id, row.calendar_name, row.stopped) == ("home", "Home", None)
    assert row.account_name == "toni (memory)"
    assert row.next_sync_at == house.now
    assert house.nudged == [calendar]


async def test_several_writable_calendars_wait_for_a_choice(house: House) -> None:
    house.world.calendars = [HOME, WORK]

    calendar = await house.connect()

    standing = await house.columns(calendar, "calendar_id", "stopped", "next_sync_at")
    assert standing == (None, "needs_calendar", None)
    assert [choice["id"] for choice in (await house.row(calendar)).calendars] == ["home", "work"]

    assert await choose_calendar(house.services, house.user, "memory", "work") == calendar
    assert (await house.row(calendar)).calendar_id == "work"


async def test_a_calendar_made_since_can_be_chosen_once_the_connection_was_tested(house: House) -> None:
    await house.connect()
    house.world.calendars = [HOME, WORK]
    with pytest.raises(InvalidValue, match="no such calendar"):
        await choose_calendar(house.services, house.user, "memory", "work")

    await try_connection(house.services, house.user, "memory")

    await choose_calendar(house.services, house.user, "memory", "work")


async def test_a_wrong_password_connects_nothing(house: House) -> None:
    provider = house.services.registry.providers["memory"]

    with pytest.raises(SignInNeeded):
        await connect_with_credentials(
            house.services, house.user, provider, {"username": "toni", "password": "wrong"}
        )

    assert await CalendarSyncConfig.all().count() == 0


async def test_a_wrong_password_leaves_what_was_connected_as_it_was(house: House) -> None:
    calendar = await house.connect()
    before = await house.row(calendar)
    house.world.password = "changed"

    with pytest.raises(SignInNeeded):
        await house.connect()

    after = await house.row(calendar)
    assert (after.access_token, after.fence, after.link_id) == (
        before.access_token,
        before.fence,
        before.link_id,
    )


@pytest.mark.parametrize("name", ["username", "password"])
async def test_a_missing_field_is_named(house: House, name: str) -> None:
    provider = house.services.registry.providers["memory"]
    typed = {k: v for k, v in CREDENTIALS.items() if k != name}

    with pytest.raises(InvalidValue) as complaint:
        await connect_with_credentials(house.services, house.user, provider, typed)

    assert complaint.value.path == ("credentials", name)


async def test_a_field_that_is_not_in_the_form_is_named(house: House) -> None:
    provider = house.services.registry.providers["memory"]

    with pytest.raises(InvalidValue) as complaint:
        await connect_with_credentials(house.services, house.user, provider, {**CREDENTIALS, "pin": "1"})

    assert complaint.value.path == ("credentials", "pin")


async def test_the_password_is_stored_sealed_and_bound_to_its_row(house: House) -> None:
    calendar = await house.connect()

    row = await house.row(calendar)
    assert row.access_token is not None
    assert row.access_token.startswith("v1.k1.")
    value = await calendars.load(calendar)
    assert value is not None
    assert (await adapter_for(house.services, value).authenticate()).subject == "account-1"


async def test_connecting_again_keeps_the_calendar_and_its_link(house: House) -> None:
    calendar = await house.connect()
    link = (await house.row(calendar)).link_id
    await CalendarLink.filter(id=link).update(cursor="somewhere", is_reading_completely=True)

    assert await house.connect() == calendar

    again = await CalendarLink.get(id=link)
    assert (await house.row(calendar)).link_id == link
    assert not any((again.cursor, again.is_reading_completely, again.archived_at))


async def test_two_who_connect_for_the_first_time_at_once_share_a_calendar_that_works(house: House) -> None:
    first, second = await asyncio.gather(house.connect(), house.connect())

    assert first == second
    value = await calendars.load(first)
    assert value is not None
    assert (value.stopped, value.calendar_id) == (None, "home")
    assert (await adapter_for(house.services, value).authenticate()).subject == "account-1"


async def test_connecting_again_never_stops_a_calendar_that_works(house: House) -> None:
    calendar = await house.connect()
    await never_update("calendar_sync_configs", "NEW.stopped IS NOT NULL")

    assert await house.connect() == calendar


async def test_what_fails_while_a_calendar_is_chosen_leaves_the_sign_in_as_it_was(house: House) -> None:
    calendar = await house.connect()
    before = await house.columns(calendar, "access_token", "fence", "stopped", "next_sync_at")
    await never_update("calendar_links")

    with pytest.raises(IntegrityError):
        await house.connect()

    after = await house.columns(calendar, "access_token", "fence", "stopped", "next_sync_at")
    assert after == before


async def test_another_account_begins_another_link(house: House) -> None:
    calendar = await house.connect()
    link = (await house.row(calendar)).link_id
    house.world.subject = "account-2"

    assert await house.connect() == calendar

    row = await house.row(calendar)
    assert row.link_id != link
    assert (await CalendarLink.get(id=link)).archived_at == house.now


async def test_choosing_another_calendar_archives_the_link_and_coming_back_revives_it(house: House) -> None:
    house.world.calendars = [HOME, WORK]
    calendar = await house.connect()
    await choose_calendar(house.services, house.user, "memory", "home")
    home = (await house.row(calendar)).link_id

    await choose_calendar(house.services, house.user, "memory", "work")
    assert (await CalendarLink.get(id=home)).archived_at is not None

    await choose_calendar(house.services, house.user, "memory", "home")
    assert (await house.row(calendar)).link_id == home
    assert (await CalendarLink.get(id=home)).archived_at is None
    assert await CalendarLink.all().count() == 2


@pytest.mark.parametrize("calendar_id", ["elsewhere", HOLIDAYS.id])
async def test_a_calendar_that_cannot_be_used_is_refused(house: House, calendar_id: str) -> None:
    await house.connect()

    with pytest.raises(InvalidValue) as complaint:
        await choose_calendar(house.services, house.user, "memory", calendar_id)

    assert complaint.value.path == ("calendarId",)


async def test_nothing_can_be_chosen_before_a_sign_in(house: House) -> None:
    with pytest.raises(NotConnected):
        await choose_calendar(house.services, house.user, "memory", "home")


async def test_a_test_of_the_connection_says_who_is_signed_in(house: House) -> None:
    await house.connect()

    report = await try_connection(house.services, house.user, "memory")

    assert (report.ok, report.account, report.can_write) == (True, "toni (memory)", True)


async def test_a_test_of_the_connection_notices_that_the_calendar_is_gone(house: House) -> None:
    await house.connect()
    house.world.calendars = [HOLIDAYS]

    report = await try_connection(house.services, house.user, "memory")

    assert (report.ok, report.can_write) == (False, False)


async def test_a_test_of_the_connection_passes_on_what_the_provider_says(house: House) -> None:
    await house.connect()
    house.world.error = Unavailable("The server is down.")

    with pytest.raises(Unavailable):
        await try_connection(house.services, house.user, "memory")
