"""The plugin of docs/writing-a-plugin.md, as a reader copies it: installed, found, and green in the suite."""

import re
from importlib.metadata import distributions

import pytest
from tests.docs.acme import Acme, installed


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Acme:
    return installed(tmp_path_factory.mktemp("acme"))


def test_a_wheel_of_it_brings_the_plugin_and_its_stand_and_nothing_else(acme: Acme) -> None:
    (brought,) = distributions(path=[str(acme.site)])

    points = {(point.group, point.name, point.value) for point in brought.entry_points}
    assert (brought.name, brought.version, brought.requires) == ("metonic-acme", "0.1.0", ["metonic-core"])
    assert points == {
        ("metonic.providers", "acme", "acme"),
        ("metonic.stands", "acme", "acme_stand:AcmeStand"),
    }
    assert {path.name for path in acme.site.glob("*.py")} == {"acme.py", "acme_stand.py"}


def test_the_three_lines_are_a_green_suite(acme: Acme) -> None:
    ended = acme.run("-m", "pytest", "-q", "-p", "no:cacheprovider")

    assert ended.returncode == 0, ended.stdout
    assert re.search(r"^\d{2,3} passed, \d+ skipped in", ended.stdout, re.MULTILINE)


def test_the_plugin_is_found_and_checked(acme: Acme) -> None:
    assert acme.metonic("plugins").stdout.startswith("acme                 metonic-acme 0.1.0")

    ended = acme.metonic("plugins", "check", "acme")

    assert ended.returncode == 0, ended.stdout
    lines = ended.stdout.splitlines()
    assert "passed   an adapter is made without asking anybody" in lines
    assert "passed   a page of a portal deletes nothing" in lines
    assert "skipped  what is no event is foreign: the service keeps nothing but events in a calendar" in lines
    assert (
        "skipped  what changes is told: the plugin declares no push: the service does not tell of changes"
        in lines
    )
    assert ", 0 failed, " in lines[-1]


def test_the_plugin_is_typed_as_strictly_as_ours(acme: Acme) -> None:
    files = [str(acme.source / name) for name in ("acme.py", "acme_stand.py")]

    ended = acme.run("-m", "mypy", "--strict", "--cache-dir", str(acme.work / "cache"), *files)

    assert ended.returncode == 0, ended.stdout
