"""A grant is renewed ahead of its end, by one at a time, and is over only when the provider says so twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from tests.gateway.accounts.oauth import good, grant_of, kept, renewals, signed_in
from tests.gateway.accounts.renewing_child import renewed_elsewhere
from tests.gateway.granting import Granting
from tests.gateway.house import House

from metonic_core.spi.errors import Misconfigured, SignInNeeded, Unavailable
from metonic_gateway.accounts.disconnecting import disconnect
from metonic_gateway.store.models import CalendarSyncConfig
from metonic_gateway.vault import Vault

HOUR = timedelta(hours=1)


async def test_a_token_is_used_until_a_minute_before_its_end(house: House, granting: Granting) -> None:
    calendar = await signed_in(house, granting)
    before = await grant_of(house, calendar)

    house.later(HOUR - timedelta(seconds=61))
    assert (await good(house, calendar)).access == before.access
    house.later(timedelta(seconds=1))
    after = await good(house, calendar)

    assert after == await grant_of(house, calendar)
    assert (after.access != before.access, after.refresh) == (True, before.refresh)
    assert (renewals(granting), after.renew_at) == (1, house.now + HOUR - timedelta(seconds=60))


@pytest.mark.parametrize("lasts", [1, 30, 60, 90])
async def test_a_token_that_lasts_no_longer_than_a_minute_is_used_for_half_of_that(
    lasts: int, house: House, granting: Granting
) -> None:
    granting.lasts = lasts
    calendar = await signed_in(house, granting)
    before = await grant_of(house, calendar)

    house.later(timedelta(seconds=lasts / 2 - 0.1))
    used = [await good(house, calendar) for _ in range(3)]
    house.later(timedelta(seconds=0.1))
    renewed = [await good(house, calendar) for _ in range(3)]

    assert {grant.access for grant in used} == {before.access}
    assert len({grant.access for grant in renewed} | {before.access}) == 2
    assert renewals(granting) == 1


@pytest.mark.parametrize("rotates", [False, True])
async def test_of_many_who_find_a_token_at_its_end_one_renews_it(
    house: House, granting: Granting, *, rotates: bool
) -> None:
    granting.rotates = rotates
    calendar = await signed_in(house, granting)
    house.later(HOUR)

    grants = await asyncio.gather(*(good(house, calendar) for _ in range(20)))

    assert renewals(granting) == 1
    assert {grant.access for grant in grants} == {(await grant_of(house, calendar)).access}
    assert (await house.row(calendar)).renewing_until is None


async def test_of_several_processes_one_renews(house: House, granting: Granting, tmp_path: Path) -> None:
    granting.rotates = True
    calendar = await signed_in(house, granting)
    house.later(HOUR)

    tokens = await renewed_elsewhere(tmp_path / "metonic.sqlite3", granting.origin, calendar, house.now)

    assert len(tokens) == 3
    assert set(tokens) == {(await grant_of(house, calendar)).access}
    assert renewals(granting) == 1


async def test_a_refresh_token_that_rotates_is_kept_for_the_next_time(
    house: House, granting: Granting
) -> None:
    granting.rotates = True
    calendar = await signed_in(house, granting)
    first = (await grant_of(house, calendar)).refresh

    for _ in range(3):
        house.later(HOUR)
        await good(house, calendar)

    assert renewals(granting) == 3
    assert (await grant_of(house, calendar)).refresh != first
    assert list(granting.refreshes) == [(await grant_of(house, calendar)).refresh]


async def test_a_grant_that_is_over_asks_for_a_sign_in_and_keeps_everything(
    house: House, granting: Granting
) -> None:
    await house.add("Boxing")
    calendar = await signed_in(house, granting)
    await house.sync(calendar)
    link = (await house.row(calendar)).link_id
    granting.forget()
    house.later(HOUR)
    await house.add("Yoga")

    await house.sync(calendar)

    row = await house.row(calendar)
    assert (row.stopped, row.is_active, row.link_id) == ("needs_sign_in", True, link)
    assert "everything is kept" in row.problem["next_step"]
    assert row.renewing_until is None
    await signed_in(house, granting)
    await house.sync(calendar)
    assert house.world.titles() == ["Boxing", "Yoga"]


async def test_who_is_told_that_a_grant_is_over_looks_whether_another_was_faster(
    house: House, granting: Granting
) -> None:
    calendar = await signed_in(house, granting)
    house.later(HOUR)
    here, stale = await kept(house, calendar), await grant_of(house, calendar)

    async def overtaken(request: web.Request) -> web.Response:
        """Another one renews between the question and the answer, which is that the grant is over."""
        newer = replace(stale, access="ya29.newer", renew_at=house.now + HOUR)
        sealed = house.services.vault.seal(newer.as_text(), here.place)
        await CalendarSyncConfig.filter(id=calendar).update(access_token=sealed)
        return await granting.answer(request)

    granting.refused("token", 400, "invalid_grant")
    granting.intercept = overtaken

    assert (await here.good()).access == "ya29.newer"


async def test_a_new_sign_in_wins_over_a_renewal_that_is_under_way(house: House, granting: Granting) -> None:
    calendar = await signed_in(house, granting)
    house.later(HOUR)
    ordinary = granting.answer

    async def meanwhile(request: web.Request) -> web.Response:
        granting.intercept = None
        await signed_in(house, granting)
        return await ordinary(request)

    granting.intercept = meanwhile

    grant = await good(house, calendar)

    assert grant == await grant_of(house, calendar)
    assert len(granting.forms("token")) == 3
    assert granting.accesses[grant.access] == grant.refresh


async def test_a_run_does_not_go_on_with_the_grant_of_another_account(
    house: House, granting: Granting
) -> None:
    calendar = await signed_in(house, granting)
    before = await kept(house, calendar)
    granting.subject = "1002"
    await signed_in(house, granting)

    with pytest.raises(SignInNeeded, match="another account"):
        await before.good()


async def test_an_outage_of_the_authorization_server_stops_nothing_for_good(
    house: House, granting: Granting
) -> None:
    calendar = await signed_in(house, granting)
    house.later(HOUR)
    granting.refused("token", 503, "x")

    await house.sync(calendar)
    failed = await house.columns(calendar, "stopped", "failures", "renewing_until")
    house.later(HOUR)
    await house.sync(calendar)

    assert failed == (None, 1, None)
    assert await house.columns(calendar, "stopped", "failures", "problem") == (None, 0, None)


async def test_a_renewal_that_died_is_taken_over_after_a_while(house: House, granting: Granting) -> None:
    calendar = await signed_in(house, granting)
    house.later(HOUR)
    until = house.now + timedelta(seconds=45)
    await CalendarSyncConfig.filter(id=calendar).update(renewing_until=until)
    waiting = asyncio.create_task(good(house, calendar))
    await asyncio.sleep(0)
    assert renewals(granting) == 0

    house.later(timedelta(seconds=45))

    await waiting
    assert renewals(granting) == 1


async def test_who_waits_for_a_renewal_that_never_ends_gives_up(
    house: House, granting: Granting, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = await signed_in(house, granting)
    house.later(HOUR)
    await CalendarSyncConfig.filter(id=calendar).update(renewing_until=house.now + timedelta(seconds=45))
    monkeypatch.setattr("metonic_gateway.accounts.oauth.client._LOOKS", 2)

    with pytest.raises(Unavailable, match="takes too long"):
        await good(house, calendar)
    assert renewals(granting) == 0


async def test_who_is_disconnected_has_no_token_any_more(house: House, granting: Granting) -> None:
    calendar = await signed_in(house, granting)
    await disconnect(house.services, house.user, "granting", remove_copies=False)

    with pytest.raises(SignInNeeded):
        await good(house, calendar)


async def test_a_key_that_is_missing_is_the_operators_fault(house: House, granting: Granting) -> None:
    calendar = await signed_in(house, granting)
    house.services = replace(house.services, vault=Vault({"k2": bytes(32)}))

    with pytest.raises(Misconfigured, match="METONIC_KEYS"):
        await good(house, calendar)


async def test_a_server_that_does_not_answer_is_not_waited_for(
    house: House, granting: Granting, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = await signed_in(house, granting)
    monkeypatch.setattr("metonic_gateway.accounts.oauth.authority.DEADLINE", 0.05)
    house.later(HOUR)

    async def silent(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    granting.intercept = silent

    with pytest.raises(Unavailable, match="in time"):
        await good(house, calendar)
    assert (await house.row(calendar)).renewing_until is None
