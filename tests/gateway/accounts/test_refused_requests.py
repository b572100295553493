"""The client of an account with a grant: what is refused is asked once more with a new token."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web
from tests.gateway.accounts.oauth import kept, provider_of, renewals, signed_in
from tests.gateway.granting import API, Granting
from tests.gateway.house import House

from metonic_core.spi.errors import Misconfigured, SignInNeeded
from metonic_gateway.accounts.connecting import adapter_for
from metonic_gateway.accounts.oauth.client import GrantClient
from metonic_gateway.store import calendars
from metonic_gateway.store.connected import ConnectedCalendar
from metonic_gateway.store.models import CalendarSyncConfig


def asked(granting: Granting) -> int:
    return len(granting.forms("calendars"))


async def test_a_request_that_is_refused_is_repeated_once_with_a_new_token(
    house: House, granting: Granting
) -> None:
    calendar = await signed_in(house, granting)
    client = GrantClient(house.services, provider_of(house), await kept(house, calendar))
    granting.expire()
    before = asked(granting)

    answer = await client.request("PUT", f"{API}/calendars", {"X-A": "1"}, b"body")

    assert (answer.status, answer.url) == (200, f"{API}/calendars")
    assert (renewals(granting), asked(granting) - before) == (1, 2)


async def test_a_request_that_is_refused_with_a_new_token_asks_for_a_sign_in(
    house: House, granting: Granting
) -> None:
    calendar = await signed_in(house, granting)
    granting.answers["calendars"] = [web.Response(status=401) for _ in range(9)]
    before = asked(granting)

    await house.sync(calendar)

    standing = await house.row(calendar)
    assert (standing.stopped, standing.problem["code"]) == ("needs_sign_in", "sign_in_required")
    assert (renewals(granting), asked(granting) - before) == (1, 2)


async def test_what_the_last_refusal_says_comes_along(house: House, granting: Granting) -> None:
    calendar = await signed_in(house, granting)
    client = GrantClient(house.services, provider_of(house), await kept(house, calendar))
    granting.answers["calendars"] = [web.Response(status=401, text="Not from that domain.") for _ in range(2)]

    with pytest.raises(SignInNeeded) as raised:
        await client.request("GET", f"{API}/calendars")

    assert raised.value.answer is not None
    assert raised.value.answer.body == b"Not from that domain."


async def test_many_requests_that_are_refused_at_once_renew_once(house: House, granting: Granting) -> None:
    calendar = await signed_in(house, granting)
    client = GrantClient(house.services, provider_of(house), await kept(house, calendar))
    granting.expire()

    answers = await asyncio.gather(*(client.request("GET", f"{API}/calendars") for _ in range(10)))

    assert {answer.status for answer in answers} == {200}
    assert renewals(granting) == 1


async def test_a_token_without_an_end_is_renewed_when_it_is_refused(house: House, granting: Granting) -> None:
    granting.lasts = None
    calendar = await signed_in(house, granting)
    house.later(timedelta(days=30))
    adapter = adapter_for(house.services, await _value(calendar))
    await adapter.list_calendars()
    assert renewals(granting) == 0

    granting.expire()
    await adapter.list_calendars()

    assert renewals(granting) == 1


@pytest.mark.parametrize("lasts", ["3600", 30, 0, 10**30])
async def test_whatever_an_answer_says_of_its_end_a_token_is_not_renewed_for_each_request(
    lasts: object, house: House, granting: Granting
) -> None:
    granting.lasts = lasts
    calendar = await signed_in(house, granting)
    client = GrantClient(house.services, provider_of(house), await kept(house, calendar))

    for _ in range(3):
        assert (await client.request("GET", f"{API}/calendars")).status == 200
    assert renewals(granting) == 0


async def test_a_token_goes_to_no_other_host(house: House, granting: Granting) -> None:
    calendar = await signed_in(house, granting)
    client = GrantClient(house.services, provider_of(house), await kept(house, calendar))

    with pytest.raises(Misconfigured, match="may not be sent"):
        await client.request("GET", f"{granting.origin}/calendars")


async def _value(calendar_id: object) -> ConnectedCalendar:
    row = await CalendarSyncConfig.get(id=calendar_id)
    value = await calendars.load(row.id)
    assert value is not None
    return value
