"""Whoever disconnects gives their grant back to the provider, before it is forgotten here."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from aiohttp import web
from tests.gateway.accounts.oauth import grant_of, signed_in
from tests.gateway.granting import Granting, granting_provider
from tests.gateway.house import House
from tests.gateway.memory import HOME, WORK
from tests.gateway.waiting import at_once

from metonic_core.spi.errors import Unavailable
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.connecting import NotConnected
from metonic_gateway.accounts.disconnecting import Disconnected, disconnect
from metonic_gateway.store import users
from metonic_gateway.store.models import CalendarSyncConfig

LATER = timedelta(minutes=10)


async def with_copies(house: House, granting: Granting) -> UUID:
    await house.add("Boxing")
    calendar = await signed_in(house, granting)
    await house.sync(calendar)
    assert house.world.titles() == ["Boxing"]
    return calendar


async def leave(house: House, *, remove_copies: bool = False) -> Disconnected:
    return await disconnect(house.services, house.user, "granting", remove_copies=remove_copies)


def down(granting: Granting, times: int = 1) -> None:
    for _ in range(times):
        granting.refused("revoke", 503, "x")


async def test_a_grant_is_given_back_before_it_is_forgotten(house: House, granting: Granting) -> None:
    calendar = await with_copies(house, granting)
    refresh = (await grant_of(house, calendar)).refresh

    done = await leave(house)

    (form,) = granting.forms("revoke")
    assert (form["token"], granting.refreshes) == (refresh, {})
    assert (done.grant_revoked, done.copies_to_remove) == (True, 0)
    assert await house.columns(calendar, "stopped", "access_token", "problem") == ("disconnected", None, None)
    assert house.world.titles() == ["Boxing"]


async def test_copies_are_removed_before_the_grant_is_given_back(house: House, granting: Granting) -> None:
    calendar = await with_copies(house, granting)

    done = await leave(house, remove_copies=True)
    assert (done.grant_revoked, done.copies_to_remove, granting.forms("revoke")) == (False, 1, [])
    await house.sync(calendar)

    assert house.world.titles() == []
    assert (len(granting.forms("revoke")), granting.refreshes) == (1, {})
    assert await house.columns(calendar, "stopped", "access_token", "problem") == ("disconnected", None, None)


async def test_a_provider_that_cannot_be_told_is_told_later(house: House, granting: Granting) -> None:
    calendar = await with_copies(house, granting)
    down(granting)

    done = await leave(house)
    assert (done.grant_revoked, "told later" in done.next_step) == (False, True)
    assert (await house.row(calendar)).stopped == "disconnecting"
    await house.sync(calendar)
    assert len(granting.forms("revoke")) == 1
    house.later(LATER)
    await house.sync(calendar)

    assert granting.refreshes == {}
    assert await house.columns(calendar, "stopped", "access_token", "problem") == ("disconnected", None, None)
    assert house.world.titles() == ["Boxing"]


async def test_a_provider_that_can_never_be_told_is_left_to_the_user(
    house: House, granting: Granting
) -> None:
    calendar = await with_copies(house, granting)
    down(granting, 9)
    await leave(house)

    for _ in range(4):
        house.later(timedelta(hours=7))
        await house.sync(calendar)

    row = await house.row(calendar)
    assert row.stopped == "disconnected"
    assert not row.access_token
    assert "in your account at the provider" in row.problem["next_step"]
    assert len(granting.forms("revoke")) == 5


@pytest.mark.parametrize(
    ("status", "body", "is_revoked"),
    [(200, b"", True), (200, b"<html>", True), (400, b'{"error": "unsupported_token_type"}', False)],
)
async def test_what_a_provider_answers_when_it_is_told(
    status: int, body: bytes, house: House, granting: Granting, *, is_revoked: bool
) -> None:
    await with_copies(house, granting)
    granting.answers["revoke"] = [web.Response(status=status, body=body)]

    assert (await leave(house)).grant_revoked is is_revoked


async def test_of_two_who_disconnect_at_once_the_second_finds_it_done(
    house: House, granting: Granting
) -> None:
    calendar = await with_copies(house, granting)

    answers = await at_once(calendar, leave(house), leave(house))

    assert [isinstance(answer, NotConnected) for answer in answers] == [False, True]
    assert (await house.row(calendar)).stopped == "disconnected"
    assert len(granting.forms("revoke")) == 1


async def test_asking_again_ends_what_hangs(house: House, granting: Granting) -> None:
    calendar = await with_copies(house, granting)
    down(granting, 2)
    await leave(house)

    done = await leave(house)

    assert "in your account" in done.next_step
    assert await house.columns(calendar, "stopped", "access_token") == ("disconnected", None)
    with pytest.raises(NotConnected):
        await leave(house)


async def test_a_grant_that_cannot_be_given_back_after_the_copies_is_told_later(
    house: House, granting: Granting
) -> None:
    calendar = await with_copies(house, granting)
    down(granting)
    await leave(house, remove_copies=True)
    await house.sync(calendar)
    waiting = await house.columns(calendar, "stopped", "failures")

    house.later(LATER)
    await house.sync(calendar)

    assert (waiting, house.world.titles()) == (("disconnecting", 1), [])
    assert await house.columns(calendar, "stopped", "access_token", "problem") == ("disconnected", None, None)
    assert granting.refreshes == {}


async def test_a_grant_that_is_over_already_is_given_back(house: House, granting: Granting) -> None:
    calendar = await with_copies(house, granting)
    granting.forget()

    done = await leave(house)

    assert done.grant_revoked
    assert (await house.row(calendar)).stopped == "disconnected"


async def test_a_grant_is_given_back_though_the_copies_cannot_be_reached(
    house: House, granting: Granting
) -> None:
    calendar = await with_copies(house, granting)
    granting.forget()
    await leave(house, remove_copies=True)
    house.later(timedelta(hours=2))

    await house.sync(calendar)

    row = await house.row(calendar)
    assert row.stopped == "disconnected"
    assert not row.access_token
    assert "delete them there" in row.problem["next_step"]


async def test_who_has_chosen_no_calendar_yet_gives_back_later_as_well(
    house: House, granting: Granting
) -> None:
    house.world.calendars = [HOME, WORK]
    calendar = await signed_in(house, granting)
    down(granting)

    done = await leave(house)
    house.later(LATER)
    await house.sync(calendar)

    assert ("told later" in done.next_step, granting.refreshes) == (True, {})
    assert await house.columns(calendar, "stopped", "access_token") == ("disconnected", None)


async def test_a_grant_that_somebody_else_lives_on_is_only_forgotten(
    house: House, granting: Granting
) -> None:
    other = (await users.introduced("client-1", "client", "Chris", "UTC")).id
    calendar, theirs = await with_copies(house, granting), await signed_in(house, granting, other)

    done = await leave(house)

    assert (done.grant_revoked, granting.forms("revoke")) == (False, [])
    assert (await house.row(calendar)).stopped == "disconnected"
    await house.sync(theirs)
    assert (await house.row(theirs)).problem is None


async def test_a_grant_is_given_back_though_somebody_elses_to_the_same_account_is_over(
    house: House, granting: Granting
) -> None:
    other = (await users.introduced("client-1", "client", "Chris", "UTC")).id
    await with_copies(house, granting)
    theirs = await signed_in(house, granting, other)
    await CalendarSyncConfig.filter(id=theirs).update(stopped="needs_sign_in")

    done = await leave(house)

    assert done.grant_revoked


async def test_a_provider_that_takes_nothing_back_is_not_asked(house: House, granting: Granting) -> None:
    calendar = await with_copies(house, granting)
    provider = granting_provider(house.world, revoke_url=None)
    house.services = replace(house.services, registry=Registry({provider.name: provider}, ()))

    done = await leave(house)

    assert (done.grant_revoked, granting.forms("revoke")) == (False, [])
    assert (await house.row(calendar)).stopped == "disconnected"


async def test_who_signs_in_again_before_the_provider_was_told_stays(
    house: House, granting: Granting
) -> None:
    calendar = await with_copies(house, granting)
    down(granting)
    await leave(house)

    assert await signed_in(house, granting) == calendar
    house.later(LATER)
    await house.sync(calendar)

    assert await house.columns(calendar, "stopped", "is_active", "problem") == (None, True, None)
    assert len(granting.forms("revoke")) == 1
    assert house.world.titles() == ["Boxing"]


async def test_copies_can_be_removed_from_a_provider_that_was_down(house: House, granting: Granting) -> None:
    calendar = await with_copies(house, granting)
    await leave(house, remove_copies=True)
    house.world.error = Unavailable("The server is down.")
    await house.sync(calendar)
    house.world.error = None
    house.later(LATER)

    await house.sync(calendar)

    assert (house.world.titles(), granting.refreshes) == ([], {})
