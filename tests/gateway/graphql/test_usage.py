"""What providers were asked per day, for the backend alone."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.gateway.accounts.test_pacing import HERE, PROVIDER, Service
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.statements import counted
from tests.gateway.house import House, synced

from metonic_core.spi import RateLimited
from metonic_core.spi.errors import Scope
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.pacing import PacedClient
from metonic_gateway.store import usage as rows
from metonic_gateway.store.sweeping import sweep
from metonic_gateway.store.usage import Counts, Day
from metonic_gateway.usage import Usage, stored

USAGE = """query ($since: Date!, $provider: ProviderName) {
  providerUsage(since: $since, provider: $provider) {
    provider day requests batchedOperations webhooks throttled quota } }"""
TODAY = date(2026, 11, 22)


async def test_what_was_counted_is_told_to_the_backend_day_by_day(api: Api) -> None:
    usage = api.house.services.usage
    usage.count("pear", requests=3, batched=20)
    await usage.store(api.house.now)
    usage.count("pear", requests=1, webhooks=2, throttled=1)
    usage.count("apple", requests=1)
    await usage.store(api.house.later(timedelta(days=1)))

    found = await api.as_backend().call(USAGE, since="2026-11-22")

    assert [tuple(each.values()) for each in found] == [
        ("pear", "2026-11-22", 3, 20, 0, 0, None),
        ("apple", "2026-11-23", 1, 0, 0, 0, None),
        ("pear", "2026-11-23", 1, 0, 2, 1, None),
    ]
    assert len(await api.as_backend().call(USAGE, since="2026-11-23")) == 2
    assert len(await api.as_backend().call(USAGE, since="2026-11-01", provider="pear")) == 2


async def test_nobody_else_may_ask_and_a_day_has_to_be_one(api: Api) -> None:
    assert (await api.refused(USAGE, since="2026-11-22"))["extensions"]["code"] == "BACKEND_ONLY"
    error = await api.as_backend().refused(USAGE, since="yesterday")
    assert error["extensions"]["code"] == "INVALID_ARGUMENT"
    assert "`since`" in error["message"]


async def test_a_provider_that_limits_the_installation_has_a_quota(api: Api) -> None:
    paced = PROVIDER.paces[1]
    assert paced.scope is Scope.PROJECT
    object.__setattr__(api.house.services, "registry", Registry({"memory": PROVIDER}, ()))
    await rows.add(Day("memory", TODAY), Counts(requests=1))

    (found,) = await api.as_backend().call(USAGE, since="2026-11-22")

    assert found["quota"] == paced.units * 24 * 60


async def test_requests_are_counted_on_their_way_out_and_batches_by_their_parts(api: Api) -> None:
    usage, service = Usage(), Service(now=api.house.now)
    batching = replace(PROVIDER, parts=lambda body: len(body or b"-"))
    client = PacedClient(service, batching, "alice", (), service.paces, lambda: service.now, usage)
    with counted() as statements:
        await client.request("GET", HERE)
        await client.request("POST", HERE, body=b"123")
    assert statements == []
    await usage.store(api.house.now)

    ((_, counts),) = await rows.since(TODAY, None)
    assert counts == Counts(requests=2, batched_operations=3)


async def test_runs_that_were_refused_and_requests_of_a_calendar_are_counted(api: Api) -> None:
    calendar = await synced(api.house)
    await api.call('mutation { testConnection(provider: "memory") { __typename } }')
    api.house.world.error = RateLimited("Not so fast.", 10)
    api.house.later(timedelta(hours=1))
    await api.house.sync(calendar)
    await api.house.services.usage.store(api.house.now)

    (found,) = await api.as_backend().call(USAGE, since="2026-11-22")

    assert (found["requests"] > 0, found["throttled"]) == (True, 1)


async def test_what_many_processes_count_at_once_adds_up(house: House) -> None:
    await asyncio.gather(*(rows.add(Day("pear", TODAY), Counts(requests=n)) for n in range(1, 21)))

    ((_, counts),) = await rows.since(TODAY, None)
    assert (counts.requests, house.now.date()) == (210, TODAY)


async def test_what_is_counted_until_the_end_is_stored(house: House) -> None:
    usage = Usage()
    async with stored(usage, lambda: house.now):
        usage.count("pear", requests=2)

    ((_, counts),) = await rows.since(TODAY, None)
    assert counts.requests == 2


async def test_what_could_not_be_stored_is_stored_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = Usage()
    usage.count("pear", requests=2)

    async def away(*_: object) -> None:
        raise OSError("away")

    with monkeypatch.context() as patched:
        patched.setattr("metonic_gateway.store.usage.add", away)
        with pytest.raises(OSError, match="away"):
            await usage.store(house.now)
    usage.count("pear", requests=1)
    await usage.store(house.now)

    ((_, counts),) = await rows.since(TODAY, None)
    assert counts.requests == 3


async def test_it_is_kept_for_a_year_and_a_little(house: House) -> None:
    await rows.add(Day("pear", TODAY), Counts(requests=1))

    await sweep(house.later(timedelta(days=399)))
    assert len(await rows.since(TODAY, None)) == 1
    await sweep(house.later(timedelta(days=2)))
    assert await rows.since(TODAY, None) == []
