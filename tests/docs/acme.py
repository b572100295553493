"""The plugin of docs/writing-a-plugin.md, as a reader has it: written down, built, and installed."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/writing-a-plugin.md"
_FILE = re.compile(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What it needs is here, and nothing is fetched.
_PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")
_OFFLINE = ("--no-deps", "--no-index")


@dataclass(frozen=True)
class Acme:
    """``source`` has the files of the page, ``site`` what pip installed, ``work`` the tests alone."""

    source: Path
    site: Path
    work: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Python in the folder of the tests, where the plugin is installed."""
        return python(self.work, *command, PYTHONPATH=str(self.site))

    def metonic(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("-c", "from metonic_gateway.cli import main; main()", *arguments)


def installed(folder: Path) -> Acme:
    """What comes of following the page in that folder."""
    acme = Acme(folder / "source", folder / "site", folder / "work")
    for made in (acme.source, acme.work):
        made.mkdir()
    written(acme.source)
    (acme.source / "test_acme.py").rename(acme.work / "test_acme.py")
    _pip(acme.source, "wheel", "--no-build-isolation", "--wheel-dir", str(folder), ".")
    (wheel,) = folder.glob("*.whl")
    _pip(folder, "install", "--target", str(acme.site), str(wheel))
    return acme


def written(folder: Path) -> None:
    """The files of the page, in that folder."""
    for name, text in _FILE.findall(PAGE.read_text("utf-8")):
        (folder / name).write_text(text, "utf-8")


def _pip(folder: Path, command: str, *arguments: str) -> None:
    ended = python(folder, *_PIP, command, *_OFFLINE, *arguments)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def python(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
