"""In a trial another server is asked instead of a provider's, and nothing else is different."""

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.gateway.house import copied, settings_for
from tests.gateway.logs import logging_as_before
from tests.gateway.outside import AUTHORIZATION, LIMITS, PROVIDER, Outside
from yarl import URL

from metonic_core.spi.errors import Misconfigured
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.accounts.stand_ins import StandIns
from metonic_gateway.telemetry import set_up_logging
from metonic_gateway.wiring import running

TRUE = "https://caldav.pear.test"


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    outside = Outside()
    await outside.server.start_server()
    yield outside
    await outside.server.close()


async def test_a_request_goes_to_the_stand_in_and_its_answer_is_of_the_true_address(outside: Outside) -> None:
    stand_ins = StandIns({TRUE: outside.url("")})
    async with Egress(allow_private_addresses=True, limits=LIMITS, stand_ins=stand_ins) as egress:
        client = egress.client(PROVIDER, "https://dav.example.com", AUTHORIZATION)

        answer = await client.request("GET", f"{TRUE}/a%40b/c?d=%2F")

    assert (answer.status, answer.url) == (207, f"{TRUE}/a%40b/c?d=%2F")
    (asked,) = outside.asked
    assert asked.raw_path == "/a%40b/c?d=%2F"
    assert asked.headers["Authorization"] == AUTHORIZATION


async def test_a_stand_in_is_told_for_whom_it_stands_and_nobody_else_is(
    outside: Outside,
) -> None:
    stand_ins = StandIns({TRUE: outside.url("")})
    async with Egress(allow_private_addresses=True, limits=LIMITS, stand_ins=stand_ins) as egress:
        for url in (f"{TRUE}/", outside.url("/")):
            await egress.ask("GET", URL(url), {}, None)

    named, plain = outside.asked
    assert named.headers["Forwarded"] == 'host="caldav.pear.test";proto=https'
    assert "Forwarded" not in plain.headers


async def test_a_stand_in_of_ones_own_network_has_to_be_allowed(outside: Outside) -> None:
    async with Egress(
        allow_private_addresses=False, limits=LIMITS, stand_ins=StandIns({TRUE: outside.url("")})
    ) as egress:
        client = egress.client(PROVIDER, "https://dav.example.com", AUTHORIZATION)

        with pytest.raises(Misconfigured, match="METONIC_ALLOW_PRIVATE_ADDRESSES"):
            await client.request("GET", f"{TRUE}/")

    assert outside.asked == []


async def test_the_credentials_go_to_no_other_host_for_it(outside: Outside) -> None:
    stand_ins = StandIns({"https://evil.test": outside.url("")})
    async with Egress(allow_private_addresses=True, limits=LIMITS, stand_ins=stand_ins) as egress:
        client = egress.client(PROVIDER, "https://dav.example.com", AUTHORIZATION)

        for url in ("https://evil.test/", outside.url("/")):
            with pytest.raises(Misconfigured, match="may not be sent"):
                await client.request("GET", url)

    assert outside.asked == []


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("https://www.example.com/x?y=1", "http://127.0.0.1:9001/x?y=1"),
        ("https://WWW.example.com:443/x", "http://127.0.0.1:9001/x"),
        ("https://www.example.com:8443/x", "https://www.example.com:8443/x"),
        ("http://www.example.com/x", "http://www.example.com/x"),
        ("https://www.example.com.evil.test/x", "https://www.example.com.evil.test/x"),
    ],
)
def test_only_the_very_origin_has_a_stand_in(url: str, there: str) -> None:
    assert str(StandIns({"https://www.example.com": "http://127.0.0.1:9001"}).of(URL(url))) == there


async def test_each_stand_in_is_told_of_at_the_start(migrated_template: Path, tmp_path: Path) -> None:
    database = copied(migrated_template, tmp_path / "metonic.sqlite3")
    origins = '{"https://www.example.com": "http://127.0.0.1:9001"}'
    settings = settings_for(database).model_copy(update={"stand_ins": origins})
    lines = io.StringIO()

    with logging_as_before():
        set_up_logging("json", "warning", lines)
        async with running(settings, registry=Registry({}, ())) as services:
            there = services.egress.stand_ins.of(URL("https://www.example.com/x"))

    assert str(there) == "http://127.0.0.1:9001/x"
    (told,) = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert (told["level"], told["event"]) == ("warning", "stand_in_for_a_provider")
    assert told["host"] == "www.example.com"
