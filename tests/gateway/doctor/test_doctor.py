"""What ``metonic doctor`` finds: the database, keys and calendars, the world outside, and no secret in it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from socket import socket

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from tests.gateway.granting import CLIENT_SECRET, Granting, granting_server
from tests.gateway.graphql.client import Api
from tests.gateway.house import KEYS, House, copied, open_house, synced
from tests.gateway.logs import logging_as_before
from typer.testing import CliRunner, Result

from metonic_core.spi.registry import PluginReport, Registry
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.cli import cli
from metonic_gateway.doctor import outside
from metonic_gateway.doctor.finding import Finding, Verdict, examined, ok
from metonic_gateway.store.models import CalendarSyncConfig
from metonic_gateway.wiring import now

OTHER_KEYS = "k2:" + "B" * 43 + "="


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    with logging_as_before():
        yield


async def all_of(findings: AsyncIterator[Finding]) -> Sequence[Finding]:
    return [finding async for finding in findings]


def verdicts(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(finding.check, finding.verdict) for finding in findings]


@pytest.fixture
async def granting(house: House) -> AsyncIterator[Granting]:
    async with granting_server(house) as granting:
        yield granting


async def asked(house: House) -> Sequence[Finding]:
    services = house.services
    provider = services.registry.providers["granting"]
    return await all_of(outside.provider(services.settings, services.egress, provider, now))


async def test_a_provider_that_knows_us_and_has_our_time_is_fine(house: House, granting: Granting) -> None:
    found = await asked(house)

    assert verdicts(found) == [("granting", "OK"), ("clock", "OK")]
    (form,) = granting.forms("token")
    assert form["code"] == "made-up"


async def test_a_client_that_the_provider_does_not_take_is_told(house: House, granting: Granting) -> None:
    granting.refused("token", 401, "invalid_client")

    found, *_ = await asked(house)

    assert found.verdict is Verdict.FAILED
    assert "METONIC_OAUTH_CLIENTS" in found.next_step
    assert "private words" not in f"{found.what} {found.next_step}"


async def test_where_nobody_can_sign_in_anyway_nothing_is_asked(house: House, granting: Granting) -> None:
    complete = house.services.settings
    for lacking in ({"oauth_clients": SecretStr("")}, {"public_url": None}):
        house.services = replace(house.services, settings=complete.model_copy(update=lacking))

        (found,) = await asked(house)

        assert (found.verdict, granting.asked) == (Verdict.WARNING, [])


async def test_a_clock_that_is_wrong_is_told(house: House, granting: Granting) -> None:
    services = house.services
    provider = services.registry.providers["granting"]

    async def told(ahead: timedelta) -> tuple[str, str]:
        clock = partial(_ahead, ahead)
        found = await all_of(outside.provider(services.settings, services.egress, provider, clock))
        return verdicts(found)[1]

    assert await told(timedelta(minutes=1)) == ("clock", "WARNING")
    assert await told(timedelta(hours=1)) == ("clock", "FAILED")
    assert granting.asked


def _ahead(by: timedelta) -> datetime:
    return now() + by


async def test_a_provider_that_does_not_answer_is_told(house: House, granting: Granting) -> None:
    granting.answers["token"] = [web.Response(status=503), web.json_response({"error": "odd"}, status=400)]

    found = [(await asked(house))[0] for _ in range(2)]

    assert [finding.verdict for finding in found] == [Verdict.WARNING, Verdict.WARNING]


async def public(house: House, url: str | None) -> Finding:
    settings = house.services.settings.model_copy(update={"public_url": url})
    async with Egress(allow_private_addresses=True) as egress:
        (found,) = await all_of(outside.public_url(settings, egress))
    return found


async def test_the_public_url_has_to_lead_to_a_metonic(api: Api) -> None:
    async def anything(_: web.Request) -> web.Response:
        return web.Response(text="Welcome to nginx!")

    app = web.Application()
    app.router.add_get("/{path:.*}", anything)
    async with TestServer(app, host="127.0.0.1") as other:
        elsewhere = await public(api.house, str(other.make_url("")).rstrip("/"))
    nowhere = await public(api.house, f"http://127.0.0.1:{_free_port()}")
    here, none = await public(api.house, api.url), await public(api.house, None)

    # Plain http is for trials.
    assert (here.verdict, "https" in here.what) == (Verdict.WARNING, True)
    assert (elsewhere.verdict, nowhere.verdict) == (Verdict.FAILED, Verdict.FAILED)
    assert (none.verdict, "METONIC_PUBLIC_URL" in none.next_step) == (Verdict.WARNING, True)


def _free_port() -> int:
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_a_plugin_that_is_left_out_is_named_with_the_reason() -> None:
    reports = (PluginReport("acme", "metonic-acme", "1.0", "ImportError: no module named x"),)

    (found,) = await all_of(outside.plugins(Registry({}, reports)))
    (none,) = await all_of(outside.plugins(Registry({}, ())))

    assert (found.verdict, "no module named x" in found.what) == (Verdict.FAILED, True)
    assert none.verdict is Verdict.FAILED


async def test_a_check_that_hangs_or_breaks_is_told_and_stops_no_other() -> None:
    async def hangs() -> AsyncIterator[Finding]:
        yield ok("slow", "It begins well.")
        await asyncio.sleep(60)

    nothing: list[str] = []

    async def breaks() -> AsyncIterator[Finding]:
        yield ok("bad", f"{1 / len(nothing)}")

    async def works() -> AsyncIterator[Finding]:
        yield ok("good", "Fine.")

    found = await examined([("slow", hangs), ("bad", breaks), ("good", works)], most_seconds=0.05)

    assert verdicts(found) == [("slow", "OK"), ("slow", "FAILED"), ("bad", "FAILED"), ("good", "OK")]
    assert "ZeroDivisionError" in found[2].what


@pytest.fixture
def database(migrated_template: Path, tmp_path: Path) -> Path:
    return copied(migrated_template, tmp_path / "metonic.sqlite3")


@pytest.fixture
def prepared(database: Path) -> str:
    """The URL of a database with a calendar that is signed in, and that was synced a moment ago."""

    async def prepare() -> str:
        async with open_house(database) as house:
            house.now = now()
            await synced(house)
            return house.services.settings.database_url.get_secret_value()

    return asyncio.run(prepare())


def doctor(database_url: str, **environment: str) -> Result:
    usual = {
        "METONIC_KEYS": KEYS,
        "METONIC_JWT_KEY": "j" * 32,
        "METONIC_DATABASE_URL": database_url,
        "METONIC_STAND_INS": f'{{"https://caldav.icloud.com": "http://127.0.0.1:{_free_port()}"}}',
        "METONIC_ALLOW_PRIVATE_ADDRESSES": "true",
    }
    return CliRunner().invoke(cli, ["doctor"], env=usual | environment)


def line(told: Result, check: str, says: str) -> str:
    """The verdict of the line about that check that says so."""
    (found,) = [each for each in told.output.splitlines() if check in each and says in each]
    return found.split()[0]


def test_the_table_says_what_is_there_and_what_is_not(prepared: str) -> None:
    told = doctor(prepared)

    assert line(told, "database", "answers, and is up to date") == "OK"
    assert line(told, "database", "can be written") == "OK"
    assert line(told, "database clock", "same time") == "OK"
    assert line(told, "keys", "open what is stored") == "OK"
    assert line(told, "schedule", "No calendar waits") == "OK"
    assert line(told, "plugins", "google (metonic-google") == "OK"
    assert line(told, "google", "METONIC_OAUTH_CLIENTS") == "WARNING"
    assert line(told, "stand-ins", "instead of") == "WARNING"
    assert line(told, "apple", "could not be reached") == "FAILED"
    assert told.exit_code == 1


def test_keys_that_open_nothing_are_told(prepared: str) -> None:
    told = doctor(prepared, METONIC_KEYS=OTHER_KEYS)

    assert line(told, "keys", "'k1'") == "FAILED"
    assert "B" * 43 not in told.output


def test_another_key_of_the_same_id_is_told(prepared: str) -> None:
    told = doctor(prepared, METONIC_KEYS=OTHER_KEYS.replace("k2", "k1"))

    assert line(told, "keys", "another one of that id") == "FAILED"


def test_a_calendar_that_waits_long_says_that_nothing_syncs(prepared: str, database: Path) -> None:
    async def forgotten(ago: timedelta) -> None:
        async with open_house(database):
            await CalendarSyncConfig.all().update(next_sync_at=now() - ago)

    asyncio.run(forgotten(timedelta(minutes=5)))
    soon = doctor(prepared)
    asyncio.run(forgotten(timedelta(hours=2)))
    late = doctor(prepared)

    assert line(soon, "schedule", "for 5 minutes") == "WARNING"
    assert line(late, "schedule", "for 120 minutes") == "FAILED"


def test_a_database_that_is_not_migrated_or_not_there_is_told(tmp_path: Path) -> None:
    new = doctor(f"sqlite://{tmp_path / 'new.sqlite3'}")
    nowhere = doctor("sqlite:///nowhere/at/all.sqlite3")

    assert line(new, "database", "0001_initial") == "FAILED"
    assert "metonic migrate" in new.output
    assert line(nowhere, "database", "cannot be used") == "FAILED"


def test_settings_that_are_missing_are_the_first_thing_to_mend() -> None:
    told = CliRunner().invoke(cli, ["doctor"], env={"METONIC_KEYS": "", "METONIC_JWT_KEY": ""})

    assert told.exit_code == 1
    assert line(told, "settings", "METONIC_KEYS") == "FAILED"


def test_nothing_secret_is_printed(prepared: str) -> None:
    clients = f'{{"google": {{"id": "here", "secret": "{CLIENT_SECRET}"}}}}'
    public = f"http://127.0.0.1:{_free_port()}"
    stand_ins = '{"https://oauth2.googleapis.com": "http://127.0.0.1:1", "https://caldav.icloud.com": '
    told = doctor(
        prepared,
        METONIC_OAUTH_CLIENTS=clients,
        METONIC_PUBLIC_URL=public,
        METONIC_STAND_INS=f'{stand_ins}"http://127.0.0.1:1"}}',
    )

    assert line(told, "google", "could not be reached") == "FAILED"
    for secret in (CLIENT_SECRET, KEYS, "j" * 32):
        assert secret not in told.output
