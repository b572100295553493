"""vdirsyncer, the peer, started as its users start it, from an environment that ``make bench`` makes."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from subprocess import DEVNULL, PIPE, run
from time import perf_counter

from bench.bare import NAME, PASSWORD

COMMAND = Path(".peers/bin/vdirsyncer")
_CONFIG = """\
[general]
status_path = "{folder}/status/"
[pair bench]
a = "here"
b = "there"
collections = null
[storage here]
type = "filesystem"
path = "{folder}/events/"
fileext = ".ics"
[storage there]
type = "caldav"
url = "{url}"
username = "{name}"
password = "{password}"
"""


class Peer:
    """vdirsyncer with a folder of its own, paired with a calendar."""

    def __init__(self, folder: Path, url: str) -> None:
        self._events = folder / "events"
        self._events.mkdir(parents=True)
        self._config = folder / "config"
        text = _CONFIG.format(folder=folder, url=url, name=NAME, password=PASSWORD)
        self._config.write_text(text, "utf-8")
        run([COMMAND, "-c", self._config, "discover"], check=True, stdout=DEVNULL, stderr=DEVNULL)  # noqa: S603 - our peer

    async def sync(self) -> float:
        """How many seconds it takes, from its start to its end."""
        return await _seconds("-c", str(self._config), "sync")

    def add(self, objects: Mapping[str, str]) -> None:
        """New events on this side."""
        for name, text in objects.items():
            (self._events / name).write_text(text, "utf-8", newline="")

    def count(self) -> int:
        """How many events there are on this side."""
        return sum(1 for _ in self._events.iterdir())


async def start_up() -> float:
    """How many seconds pass before it does anything."""
    return await _seconds("--version")


async def _seconds(*arguments: str) -> float:
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(COMMAND, *arguments, stdout=DEVNULL, stderr=PIPE)
    _, said = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"vdirsyncer failed: {said.decode()}")
    return perf_counter() - began
