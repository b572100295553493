"""Whatever way a grant ends here, its provider is told, or its user that the provider was not."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import web
from tests.gateway.accounts.oauth import good, grant_of, renewals, signed_in
from tests.gateway.granting import Granting
from tests.gateway.house import House
from tests.gateway.memory import HOME, WORK
from tests.postgres import on_sqlite_alone
from tortoise import connections

from metonic_core.spi.errors import CalendarGone, Unavailable
from metonic_gateway.accounts.disconnecting import Disconnected, disconnect
from metonic_gateway.store import leases, users
from metonic_gateway.store.models import CalendarSyncConfig

HOUR = timedelta(hours=1)


class SlowAnswers:
    """Requests for tokens are carried out at once and answered once ``go`` is set."""

    def __init__(self, granting: Granting) -> None:
        self.done, self.go = asyncio.Event(), asyncio.Event()
        self._granting = granting
        granting.intercept = self._answer

    async def _answer(self, request: web.Request) -> web.Response:
        answer = await self._granting.answer(request)
        self.done.set()
        await self.go.wait()
        return answer


async def with_copies(house: House, granting: Granting) -> UUID:
    await house.add("Boxing")
    calendar = await signed_in(house, granting)
    await house.sync(calendar)
    return calendar


async def leave(house: House, user: UUID | None = None, *, remove_copies: bool = False) -> Disconnected:
    return await disconnect(house.services, user or house.user, "granting", remove_copies=remove_copies)


def down(granting: Granting, times: int = 1) -> None:
    for _ in range(times):
        granting.refused("revoke", 503, "x")


async def sync_when_due(house: House) -> None:
    house.later(timedelta(minutes=10))
    for due, _ in await leases.claimable(house.now, 10):
        await house.sync(due)


async def test_a_renewal_that_is_cancelled_is_stored_all_the_same(house: House, granting: Granting) -> None:
    granting.rotates = True
    calendar = await signed_in(house, granting)
    house.later(HOUR)
    slow = SlowAnswers(granting)
    renewing = asyncio.create_task(good(house, calendar))
    await slow.done.wait()

    renewing.cancel()
    slow.go.set()
    with pytest.raises(asyncio.CancelledError):
        await renewing

    assert list(granting.refreshes) == [(await grant_of(house, calendar)).refresh]
    await good(house, calendar)
    assert renewals(granting) == 1


@on_sqlite_alone
async def test_a_database_that_is_locked_once_loses_no_token(
    house: House, granting: Granting, tmp_path: Path
) -> None:
    granting.rotates = True
    calendar = await signed_in(house, granting)
    house.later(HOUR)
    await connections.get("default").execute_script("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(tmp_path / "metonic.sqlite3", isolation_level=None)

    async def while_it_is_locked(request: web.Request) -> web.Response:
        other.execute("BEGIN IMMEDIATE")
        asyncio.get_running_loop().call_later(0.1, other.close)
        return await granting.answer(request)

    granting.intercept = while_it_is_locked

    grant = await good(house, calendar)

    assert list(granting.refreshes) == [grant.refresh]
    assert grant == await grant_of(house, calendar)


async def test_a_hold_that_is_longer_than_any_renewal_is_none(house: House, granting: Granting) -> None:
    """A process whose clock was ahead began to renew, and died."""
    calendar = await signed_in(house, granting)
    house.later(HOUR)
    await CalendarSyncConfig.filter(id=calendar).update(renewing_until=house.now + timedelta(days=1))

    await good(house, calendar)

    assert renewals(granting) == 1


async def test_who_disconnects_while_their_grant_is_renewed_leaves_none_behind(
    house: House, granting: Granting
) -> None:
    granting.rotates = True
    calendar = await signed_in(house, granting)
    house.later(HOUR)
    slow = SlowAnswers(granting)
    renewing = asyncio.create_task(good(house, calendar))
    await slow.done.wait()

    done = await leave(house)
    slow.go.set()
    await renewing
    await sync_when_due(house)

    assert (done.grant_revoked, "told later" in done.next_step) == (False, True)
    assert granting.refreshes == {}
    assert await house.columns(calendar, "stopped", "access_token") == ("disconnected", None)


async def test_who_dies_while_giving_back_without_a_calendar_goes_on_later(
    house: House, granting: Granting
) -> None:
    house.world.calendars = [HOME, WORK]
    calendar = await signed_in(house, granting)
    asked, never = asyncio.Event(), asyncio.Event()

    async def silent() -> web.Response:
        asked.set()
        await never.wait()
        raise AssertionError

    granting.silences["revoke"] = silent
    leaving = asyncio.create_task(leave(house))
    await asked.wait()
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    granting.silences.clear()

    await sync_when_due(house)

    assert granting.refreshes == {}
    assert await house.columns(calendar, "stopped", "access_token") == ("disconnected", None)


async def test_who_signs_in_to_another_account_gives_the_first_grant_back(
    house: House, granting: Granting
) -> None:
    calendar = await signed_in(house, granting)
    first = (await grant_of(house, calendar)).refresh
    granting.subject = "1002"

    await signed_in(house, granting)

    assert [form["token"] for form in granting.forms("revoke")] == [first]
    assert list(granting.refreshes) == [(await grant_of(house, calendar)).refresh]
    assert await house.columns(calendar, "problem", "renewing_until") == (None, None)


async def test_who_signs_in_to_another_account_is_told_what_could_not_be_given_back(
    house: House, granting: Granting
) -> None:
    calendar = await signed_in(house, granting)
    down(granting)
    granting.subject = "1002"

    await signed_in(house, granting)

    row = await house.row(calendar)
    assert (row.stopped, row.account_subject) == (None, "1002")
    assert "in that account at the provider" in row.problem["next_step"]


async def test_the_grant_of_the_account_before_stays_where_somebody_else_lives_on_it(
    house: House, granting: Granting
) -> None:
    other = (await users.introduced("client-1", "client", "Chris", "UTC")).id
    calendar, _ = await signed_in(house, granting), await signed_in(house, granting, other)
    granting.subject = "1002"

    await signed_in(house, granting)

    assert (granting.forms("revoke"), (await house.row(calendar)).problem) == ([], None)


async def test_what_was_to_be_told_later_is_told_before_another_account_takes_its_place(
    house: House, granting: Granting
) -> None:
    calendar = await with_copies(house, granting)
    first = (await grant_of(house, calendar)).refresh
    down(granting)
    await leave(house)
    granting.subject = "1002"

    await signed_in(house, granting)

    assert [form["token"] for form in granting.forms("revoke")] == [first, first]
    assert first not in granting.refreshes


async def test_giving_up_on_copies_says_as_well_that_the_grant_could_not_be_given_back(
    house: House, granting: Granting
) -> None:
    calendar = await with_copies(house, granting)
    await leave(house, remove_copies=True)
    house.world.error = CalendarGone("The calendar is gone.")
    down(granting)

    await house.sync(calendar)

    row = await house.row(calendar)
    assert row.stopped == "disconnected"
    assert not row.access_token
    assert "delete them there" in row.problem["next_step"]
    assert "in your account at the provider" in row.problem["next_step"]


async def test_outages_while_copies_went_use_up_no_tries_of_giving_back(
    house: House, granting: Granting
) -> None:
    calendar = await with_copies(house, granting)
    await leave(house, remove_copies=True)
    house.world.error = Unavailable("The server is down.")
    for _ in range(3):
        await house.sync(calendar)
        house.later(timedelta(hours=7))
    house.world.error = None
    down(granting)
    await house.sync(calendar)
    waiting = await house.columns(calendar, "stopped", "failures")

    house.later(timedelta(hours=7))
    await house.sync(calendar)

    assert (waiting, granting.refreshes) == (("disconnecting", 1), {})
    assert await house.columns(calendar, "stopped", "problem") == ("disconnected", None)


@pytest.mark.parametrize("remove_copies", [False, True])
async def test_two_who_leave_the_same_account_at_once_leave_no_grant(
    house: House, granting: Granting, *, remove_copies: bool
) -> None:
    other = (await users.introduced("client-1", "client", "Chris", "UTC")).id
    calendars = [await signed_in(house, granting), await signed_in(house, granting, other)]

    await asyncio.gather(*(leave(house, user, remove_copies=remove_copies) for user in (house.user, other)))
    await asyncio.gather(*(house.sync(calendar) for calendar in calendars))

    assert granting.refreshes == {}
    for calendar in calendars:
        assert await house.columns(calendar, "stopped", "access_token") == ("disconnected", None)
