"""What operators measure: on a port of its own, with labels that nobody outside makes."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from socket import socket

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.gateway.accounts.oauth import good, signed_in
from tests.gateway.granting import granting_server
from tests.gateway.graphql.client import Api
from tests.gateway.house import House, synced
from tests.gateway.logs import logging_as_before
from tortoise import Tortoise
from tortoise.expressions import F
from yarl import URL

from metonic_core.spi import Misconfigured, SignInNeeded, Unavailable
from metonic_core.spi.errors import Paced
from metonic_gateway.accounts.egress import Egress, Limits
from metonic_gateway.app import build_app
from metonic_gateway.http.metrics import Waiting, measured
from metonic_gateway.jobs.actors import declare_actors, sweep_through, waiting_at
from metonic_gateway.jobs.broker import EmbeddedBroker
from metonic_gateway.metrics import Metrics
from metonic_gateway.serving import bound, served
from metonic_gateway.settings import SettingsError
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncMapping
from metonic_gateway.telemetry import set_up_logging

Samples = Mapping[str, float]


def free_port() -> int:
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def samples(text: str) -> Samples:
    """By name and labels, as in ``metonic_runs_total{outcome="success",provider="memory"}``."""
    return {
        sample.name + _labels(sample.labels): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _labels(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{name}="{labels[name]}"' for name in sorted(labels)) + "}" if labels else ""


def counted(house: House) -> Samples:
    return samples(house.services.metrics.text(None).decode())


@pytest.fixture
async def scrape_url(house: House) -> AsyncIterator[str]:
    settings = house.services.settings.model_copy(update={"metrics_port": free_port()})
    house.services = replace(house.services, settings=settings)
    async with measured(house.services, nothing_waits()):
        yield f"http://127.0.0.1:{settings.metrics_port}"


def nothing_waits() -> Waiting:
    return waiting_at(EmbeddedBroker(asyncio.get_running_loop()))


async def scraped(url: str) -> Samples:
    async with aiohttp.ClientSession() as session, session.get(f"{url}/metrics") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/plain"
        return samples(await answer.text())


async def test_who_watches_is_not_logged_and_whoever_asks_the_api_is(house: House) -> None:
    with logging_as_before():
        told = io.StringIO()
        set_up_logging("json", "info", told)
        settings = house.services.settings.model_copy(update={"metrics_port": free_port()})
        services = replace(house.services, settings=settings)
        async with (
            measured(services, nothing_waits()),
            served(build_app(services), bound("127.0.0.1", port := free_port()), asyncio.Event()),
        ):
            await scraped(f"http://127.0.0.1:{settings.metrics_port}")
            async with aiohttp.ClientSession() as session:
                await session.get(f"http://127.0.0.1:{port}/webhooks/none/such")

    assert [json.loads(line)["path"] for line in told.getvalue().splitlines() if "path" in line] == [
        "/webhooks/none/such"
    ]


async def test_syncs_are_counted_by_what_came_of_them(house: House) -> None:
    calendar = await synced(house)
    house.world.error = Unavailable("It is down.")
    house.later(timedelta(minutes=20))
    await house.sync(calendar)

    told = counted(house)

    assert told['metonic_runs_total{outcome="success",provider="memory"}'] == 1
    assert told['metonic_runs_total{outcome="failed",provider="memory"}'] == 1
    assert told['metonic_run_seconds_count{provider="memory"}'] == 2
    assert told["metonic_run_delay_seconds_count"] == 2
    assert told["metonic_run_delay_seconds_sum"] > 0


async def test_a_run_that_pauses_or_is_taken_away_is_counted_as_that(house: House) -> None:
    calendar = await synced(house)
    house.world.error = Paced("There is no room.", 60)
    house.later(timedelta(minutes=20))
    await house.sync(calendar)
    house.world.error = None
    house.later(timedelta(minutes=20))

    async def taken_away() -> None:
        await CalendarSyncConfig.all().update(fence=F("fence") + 1)

    house.world.before_reading = taken_away
    await house.sync(calendar)

    told = counted(house)
    assert told['metonic_runs_total{outcome="paused",provider="memory"}'] == 1
    assert told['metonic_runs_total{outcome="taken_over",provider="memory"}'] == 1
    assert 'metonic_runs_total{outcome="failed",provider="memory"}' not in told


async def test_renewals_of_sign_ins_are_counted_by_what_came_of_them(house: House) -> None:
    async with granting_server(house) as granting:
        calendar = await signed_in(house, granting)
        house.later(timedelta(hours=1))
        await good(house, calendar)
        house.later(timedelta(hours=1))
        granting.refused("token", 503, "nothing")
        with pytest.raises(Unavailable):
            await good(house, calendar)
        granting.forget()
        with pytest.raises(SignInNeeded):
            await good(house, calendar)

    told = counted(house)
    for outcome in ("renewed", "failed", "over"):
        name = f'metonic_token_refreshes_total{{outcome="{outcome}",provider="granting"}}'
        assert told[name] == 1


async def test_what_there_is_is_asked_of_the_database_when_somebody_looks(
    house: House, scrape_url: str
) -> None:
    calendar = await synced(house)
    await house.add("Yoga")
    await house.sync(calendar)
    await CalendarSyncMapping.all().update(hold="quarantine", hold_reason="Too long.")
    await CalendarSyncConfig.all().update(failures=2, next_sync_at=house.now)
    house.later(timedelta(minutes=5))

    told = await scraped(scrape_url)

    assert told["metonic_database_up"] == 1
    assert (told["metonic_due_calendars"], told["metonic_oldest_due_seconds"]) == (1, 300)
    assert (told["metonic_quarantined_items"], told["metonic_open_conflicts"]) == (1, 0)
    assert told['metonic_calendars{provider="memory",state="active"}'] == 1
    assert told['metonic_calendars_failing{provider="memory"}'] == 1
    assert told["process_resident_memory_bytes"] > 0


async def test_the_database_is_asked_every_few_seconds_at_most(house: House, scrape_url: str) -> None:
    await scraped(scrape_url)
    await synced(house)
    await CalendarSyncConfig.all().update(next_sync_at=house.now)

    told = await scraped(scrape_url)

    assert told["metonic_due_calendars"] == 0
    assert told['metonic_runs_total{outcome="success",provider="memory"}'] == 1


async def test_a_database_that_is_away_is_told_and_the_rest_all_the_same(
    house: House, scrape_url: str
) -> None:
    await synced(house)
    await execute("ALTER TABLE push_channels RENAME TO elsewhere")

    told = await scraped(scrape_url)

    await execute("ALTER TABLE elsewhere RENAME TO push_channels")
    assert told["metonic_database_up"] == 0
    assert "metonic_due_calendars" not in told
    assert told['metonic_runs_total{outcome="success",provider="memory"}'] == 1


async def test_messages_that_wait_are_told_and_a_broker_that_is_away(house: House) -> None:
    broker = EmbeddedBroker(asyncio.get_running_loop())
    declare_actors(broker, house.services)
    sweep_through(broker)()

    told = samples(house.services.metrics.text(None, await waiting_at(broker)()).decode())
    away = counted(house)

    assert (told["metonic_broker_up"], told["metonic_queued_messages"]) == (1, 1)
    assert (away["metonic_broker_up"], "metonic_queued_messages" in away) == (0, False)


async def execute(statement: str) -> None:
    await Tortoise.get_connection("default").execute_script(statement)


async def test_the_port_for_operators_also_tells_the_health_of_a_process(scrape_url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("/healthz", "/readyz"):
            async with session.get(scrape_url + path) as answer:
                assert answer.status == 200
        async with session.get(f"{scrape_url}/graphql") as answer:
            assert answer.status == 404


async def test_the_port_of_the_api_has_no_metrics(api: Api) -> None:
    async with api.session.get(f"{api.url}/metrics") as answer:
        assert answer.status == 404


async def test_webhooks_are_counted_for_providers_that_there_are(api: Api) -> None:
    for provider in ("memory", "no-such-provider"):
        async with api.session.post(f"{api.url}/webhooks/{provider}/nonsense") as answer:
            assert answer.status == 404

    told = counted(api.house)

    assert told['metonic_webhook_seconds_count{provider="memory",status="404"}'] == 1
    assert told['metonic_webhook_seconds_count{provider="other",status="404"}'] == 1
    assert not [name for name in told if "no-such-provider" in name]


async def test_requests_are_counted_by_hosts_that_a_plugin_names(house: House) -> None:
    async with granting_server(house) as granting:
        metrics = Metrics(house.services.registry.providers.values())
        async with Egress(
            allow_private_addresses=True,
            limits=Limits(seconds=1),
            stand_ins=house.services.egress.stand_ins,
            metrics=metrics,
        ) as egress:
            await egress.ask("GET", URL("https://api.granting.test/calendars"), _SIGNED, None)
            await egress.ask("GET", URL(f"{granting.origin}/calendars"), _SIGNED, None)
            with pytest.raises(Unavailable):
                await egress.ask("GET", URL(f"http://127.0.0.1:{free_port()}/"), {}, None, "granting")
            with pytest.raises(Misconfigured):
                await egress.ask("GET", URL("http://192.0.2.1/"), {}, None, "granting")

    told = samples(metrics.text(None).decode())
    found = {
        name: value for name, value in told.items() if name.startswith("metonic_provider_requests_total")
    }
    assert found == {
        _request("api.granting.test", "unauthorized", "granting"): 1,
        _request("other", "unauthorized", "other"): 1,
        _request("other", "unreachable", "granting"): 1,
        _request("other", "not_sent", "granting"): 1,
    }


_SIGNED = {"Authorization": "Bearer nothing"}


def _request(host: str, outcome: str, provider: str) -> str:
    return f'metonic_provider_requests_total{{host="{host}",outcome="{outcome}",provider="{provider}"}}'


async def test_a_taken_port_is_said(house: House, scrape_url: str) -> None:  # noqa: ARG001 - it is taken
    with pytest.raises(SettingsError, match="METONIC_METRICS_PORT"):
        async with measured(house.services, nothing_waits()):
            pass
