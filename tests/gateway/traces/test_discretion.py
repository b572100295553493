"""Spans say where time goes in words of ours, and nothing that anybody wrote, typed in or was given."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.collector import Collector
from tests.gateway.graphql.client import Api
from tests.gateway.house import House, synced
from tests.gateway.outside import AUTHORIZATION, LIMITS, PROVIDER, Outside
from tests.gateway.traces.recording import recorded

from metonic_core.spi.errors import Misconfigured, Unavailable
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.otlp import ATTRIBUTES
from metonic_gateway.telemetry import WITHHELD
from metonic_simulators.servers import HOST, free_port

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TITLE = "Dinner with Žofie"


def test_every_attribute_has_a_name_in_a_space_that_is_known() -> None:
    assert {name.partition(".")[0] for name in ATTRIBUTES.values()} == {"error", "http", "metonic", "server"}


async def test_a_span_says_what_is_listed_and_withholds_what_may_be_text(collector: Collector) -> None:
    async with recorded(collector) as traces:
        with traces.span(TITLE, method="GET\n", provider="memory", run=UUID(int=1)) as span:
            span.note(outcome=TITLE, status=200)
        with traces.span("GET", host="*.pear.test", method="/ann/home", provider="ann@pear.test"):
            pass
        with pytest.raises(KeyError), traces.span("run", title=TITLE):
            pass

    seen, other = collector.spans
    assert other.says == {
        "http.request.method": WITHHELD,
        "metonic.provider": WITHHELD,
        "server.address": "*.pear.test",
    }
    assert seen.name == WITHHELD
    assert seen.says == {
        "http.request.method": WITHHELD,
        "http.response.status_code": 200,
        "metonic.outcome": WITHHELD,
        "metonic.provider": "memory",
        "metonic.run": str(UUID(int=1)),
    }


async def test_an_exception_is_told_by_its_type_and_a_failure_by_its_first_word(collector: Collector) -> None:
    async with recorded(collector) as traces:
        with pytest.raises(ValueError, match=TITLE), traces.span("webhook"):
            raise ValueError(TITLE)
        with traces.span("run") as span:
            span.fail("unreachable")
            span.fail("unexpected")

    webhook, run = collector.the("webhook"), collector.the("run")
    assert (webhook.is_failed, webhook.says) == (True, {"error.type": "ValueError"})
    assert (run.is_failed, run.says) == (True, {"error.type": "unreachable"})
    assert not [span for span in collector.spans if span.has_more]
    assert TITLE.encode() not in b"".join(collector.bodies)


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    outside = Outside()
    await outside.server.start_server()
    yield outside
    await outside.server.close()


async def test_a_request_is_told_without_its_address_and_whatever_it_carries(
    collector: Collector, outside: Outside
) -> None:
    async with (
        recorded(collector) as traces,
        Egress(allow_private_addresses=True, limits=LIMITS, traces=traces) as egress,
    ):
        client = egress.client(PROVIDER, HOST, AUTHORIZATION)
        with traces.span("run"):
            await client.request("REPORT", outside.url("/ann/secret/?token=hunter2"), {"Etag": "hunter2"})
            with pytest.raises(Unavailable):
                await client.request("PUT", f"http://{HOST}:{free_port()}/ann/secret.ics", body=b"hunter2")
            with pytest.raises(Misconfigured):
                await egress.client(PROVIDER, "192.0.2.1", AUTHORIZATION).request("GET", "http://192.0.2.1/")

    requests = collector.below(collector.the("run"))
    assert [request.kind for request in requests] == ["CLIENT"] * 3
    always = {"metonic.provider": PROVIDER.name, "server.address": "other"}
    assert [(request.is_failed, request.says) for request in requests] == [
        (
            False,
            always
            | {
                "http.request.method": "REPORT",
                "http.response.status_code": 207,
                "metonic.outcome": "2xx",
            },
        ),
        (
            True,
            always
            | {
                "http.request.method": "PUT",
                "metonic.outcome": "unreachable",
                "error.type": "unreachable",
            },
        ),
        (
            True,
            always | {"http.request.method": "GET", "metonic.outcome": "not_sent", "error.type": "not_sent"},
        ),
    ]
    everything = b"".join(collector.bodies)
    for text in ("ann", "secret", "hunter2", HOST, "192.0.2.1", AUTHORIZATION):
        assert text.encode() not in everything
    assert all("traceparent" not in asked.headers for asked in outside.asked)


async def test_a_refused_request_is_marked(collector: Collector, outside: Outside) -> None:
    async with recorded(collector) as traces, Egress(allow_private_addresses=True, traces=traces) as egress:
        await egress.client(PROVIDER, HOST, AUTHORIZATION).request("GET", outside.url("/status/429"))

    (request,) = collector.spans
    assert (request.is_failed, request.says["error.type"]) == (True, "throttled")


async def test_a_run_that_fails_is_marked_with_its_code(collector: Collector, house: House) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))
    house.world.error = Unavailable(f"{TITLE} is away.")
    async with recorded(collector) as traces:
        house.services = replace(house.services, traces=traces)
        await house.sync(calendar)

    run, (row,) = collector.the("run"), (await house.runs())[-1:]
    assert run.is_failed
    assert run.says == {
        "error.type": "unreachable",
        "metonic.calendar": str(calendar),
        "metonic.outcome": "failed",
        "metonic.provider": "memory",
        "metonic.run": str(row.id),
        "metonic.trigger": "schedule",
    }
    assert TITLE.encode() not in b"".join(collector.bodies)


async def test_a_webhook_says_what_was_answered_and_nothing_of_where_it_came_to(
    collector: Collector, api: Api
) -> None:
    async with recorded(collector) as traces:
        # Whoever is outside begins no trace of ours.
        headers = {"traceparent": PARENT}
        object.__setattr__(api.house.services, "traces", traces)
        for provider in ("memory", "hunter2"):
            url = f"{api.url}/webhooks/{provider}/{uuid4()}?token=hunter2"
            async with api.session.post(url, headers=headers) as answer:
                assert answer.status == 404

    assert [span.says for span in collector.named("webhook")] == [
        {"metonic.provider": "memory", "http.response.status_code": 404},
        {"metonic.provider": "other", "http.response.status_code": 404},
    ]
    assert {span.parent for span in collector.spans} == {""}
    assert b"hunter2" not in b"".join(collector.bodies)
