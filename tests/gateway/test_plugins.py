"""The commands about plugins, with plugins that are installed for the test."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from metonic_gateway.cli import cli

_PLUGIN = """
from dataclasses import replace
from metonic_core.spi import hookimpl
from metonic_core.testing.conduct import GOOGLE
from tests.core.conformance.broken import Brittle
from tests.core.conformance.lined import LinedAdapter, provider_of
from tests.core.conformance.standing import GoogleStand

@hookimpl
def metonic_provider():
    return replace(provider_of({adapter}, GOOGLE), name="acme")
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Makes a distribution that brings the plugin ``acme``, and its stand if one is named."""

    def installed(module: str, text: str, stand: str = "") -> None:
        (tmp_path / f"{module}.py").write_text(text)
        folder = tmp_path / f"{module}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        points = f"[metonic.providers]\nacme = {module}\n"
        points += f"[metonic.stands]\nacme = {stand}\n" if stand else ""
        (folder / "entry_points.txt").write_text(points)
        monkeypatch.syspath_prepend(tmp_path)

    return installed


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["plugins", *arguments])


def test_plugins_are_listed_with_their_distributions(install: Install) -> None:
    install("acme_listed", _PLUGIN.format(adapter="LinedAdapter"))

    ended = run()

    assert ended.exit_code == 0
    assert "acme_listed 1.0" in ended.output


def test_a_plugin_that_keeps_its_promises_passes(install: Install) -> None:
    install("acme_good", _PLUGIN.format(adapter="LinedAdapter"), "acme_good:GoogleStand")

    ended = run("check", "acme")

    assert ended.exit_code == 0
    assert "passed   a create that comes twice makes one event" in ended.output
    assert "skipped  what is no event is foreign: the service keeps nothing but events" in ended.output
    assert ", 0 failed, " in ended.output.splitlines()[-1]


def test_what_a_plugin_breaks_is_named_with_what_to_mend(install: Install) -> None:
    install("acme_brittle", _PLUGIN.format(adapter="Brittle"), "acme_brittle:GoogleStand")

    ended = run("check", "acme")

    assert ended.exit_code == 1
    lines = ended.output.splitlines()
    at = lines.index("failed   one refused write stops no other")
    assert lines[at + 1].startswith("         wrong: One write of 3 did not succeed")
    assert lines[at + 2].startswith("         mend:  give each write of write_events its own outcome")


def test_without_a_stand_the_plugin_alone_is_checked(install: Install) -> None:
    install("acme_alone", _PLUGIN.format(adapter="LinedAdapter"))

    ended = run("check", "acme")

    assert ended.exit_code == 0
    assert "passed   equal contents are the same" in ended.output
    assert "there is no stand: no entry point acme in metonic.stands" in ended.output


def test_a_stand_in_the_present_folder_is_named_on_the_command_line(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("acme_named", _PLUGIN.format(adapter="Brittle"))
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "my_stand.py").write_text(
        "from tests.core.conformance.standing import GoogleStand\n"
    )
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sys, "path", [*sys.path])

    ended = run("check", "acme", "--stand", "my_stand:GoogleStand")

    assert ended.exit_code == 1
    assert "failed   one refused write stops no other" in ended.output


def test_a_stand_that_is_named_wrongly_is_said_to_be(install: Install) -> None:
    install("acme_misnamed", _PLUGIN.format(adapter="LinedAdapter"))

    ended = run("check", "acme", "--stand", "my_missing_stand")

    assert ended.exit_code == 1
    assert "No module named 'my_missing_stand'" in ended.output
    assert "mend what --stand says" in ended.output


@pytest.mark.parametrize(
    ("stand", "why"),
    [("nowhere_to_be_found:Stand", "nowhere_to_be_found"), ("acme_odd:replace", "is no class that inherits")],
    ids=["missing", "something else"],
)
def test_a_stand_that_cannot_be_used_is_said_to_be(install: Install, stand: str, why: str) -> None:
    install("acme_odd", _PLUGIN.format(adapter="LinedAdapter"), stand)

    ended = run("check", "acme")

    assert ended.exit_code == 1
    assert why in ended.output
    assert "Install what it needs" in ended.output


def test_a_plugin_that_cannot_be_loaded_is_not_checked(install: Install) -> None:
    install("acme_unloadable", "raise RuntimeError('no configuration')")

    ended = run("check", "acme")

    assert ended.exit_code == 1
    assert "no configuration" in ended.output


def test_a_name_that_nobody_has_tells_which_there_are() -> None:
    ended = run("check", "nobody")

    assert ended.exit_code == 2
    assert ended.output == "There is no plugin nobody. Installed: apple, google, outlook.\n"
