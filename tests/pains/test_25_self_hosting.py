"""Pain 25, setting it up oneself: one command, no credentials of anybody, nothing else to install."""

import base64
import secrets
from pathlib import Path

from tests.gateway.house import copied
from tests.postgres import url_of
from typer.testing import CliRunner

from metonic_gateway.cli import cli
from metonic_gateway.settings import load_settings
from metonic_gateway.wiring import running


def test_one_command_is_all_that_a_trial_takes() -> None:
    told = CliRunner().invoke(cli, ["demo", "--help"])

    assert told.exit_code == 0
    assert "required" not in told.output


async def test_the_service_runs_with_two_keys_and_no_other_server(
    migrated_template: Path, tmp_path: Path
) -> None:
    database = copied(migrated_template, tmp_path / "metonic.sqlite3")
    settings = load_settings(
        keys=f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        jwt_key=secrets.token_urlsafe(48),
        database_url=url_of(database),
    )

    async with running(settings) as services:
        assert "apple" in services.registry.providers
