"""The plugin of docs/writing-a-plugin.md, as a reader copies it: it passes the suite, and is found."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_FILE = re.compile(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The folder that holds the files of the page, and what an installation of them would add."""
    page = (ROOT / "docs/writing-a-plugin.md").read_text("utf-8")
    for name, text in _FILE.findall(page):
        (tmp_path / name).write_text(text, "utf-8")
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text("utf-8"))["project"]
    folder = tmp_path / "metonic_acme-0.1.0.dist-info"
    folder.mkdir()
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (folder / "METADATA").write_text(head)
    points = {group: dict(named) for group, named in project["entry-points"].items()}
    lines = [
        f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in named.items()) for group, named in points.items()
    ]
    (folder / "entry_points.txt").write_text("\n".join(lines))
    return tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(folder), *filter(None, sys.path)])
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def metonic(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "-c", "from metonic_gateway.cli import main; main()", *arguments)


def test_the_three_lines_are_a_green_suite(installed: Path) -> None:
    ended = run(installed, "-m", "pytest", "-q", "-p", "no:cacheprovider")

    assert ended.returncode == 0, ended.stdout
    assert re.search(r"^\d{2,3} passed, \d+ skipped in", ended.stdout, re.MULTILINE)


def test_the_plugin_is_found_and_checked(installed: Path) -> None:
    assert metonic(installed, "plugins").stdout.startswith("acme                 metonic-acme 0.1.0")

    ended = metonic(installed, "plugins", "check", "acme")

    assert ended.returncode == 0, ended.stdout
    lines = ended.stdout.splitlines()
    assert "passed   an adapter is made without asking anybody" in lines
    assert "skipped  what is no event is foreign: the service keeps nothing but events in a calendar" in lines
    assert ", 0 failed, " in lines[-1]


def test_the_plugin_is_typed_as_strictly_as_ours(installed: Path) -> None:
    ended = run(
        installed,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        str(installed / "cache"),
        "acme.py",
        "acme_stand.py",
    )

    assert ended.returncode == 0, ended.stdout
