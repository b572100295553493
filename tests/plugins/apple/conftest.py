"""A real CalDAV server (Radicale) and a signed-in client to ask it with."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from tests.plugins.apple.outside import PASSWORD, USER, HttpClient, Radicale, account, make_calendar
from tests.plugins.apple.scripted import Scripted
from tests.radicale import configured, free_port

from metonic_apple.adapter import AppleAdapter

_STARTS_WITHIN = 20.0


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    folder = tmp_path_factory.mktemp("radicale")
    port = free_port()
    config = configured(folder, port, {USER: PASSWORD, "bob": "other"})
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "radicale", "--config", str(config)]
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - our own command
    try:
        _wait_for(port, process, folder / "log")
        yield Radicale(f"http://127.0.0.1:{port}/")
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(0.05)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise RuntimeError(f"Radicale did not start: {log.read_text()}")


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    async with aiohttp.ClientSession() as session:
        yield HttpClient(session)


@pytest.fixture
async def calendar(radicale: Radicale, client: HttpClient, request: pytest.FixtureRequest) -> str:
    """An empty calendar of alice's, one per test."""
    path = f"/{USER}/{abs(hash(request.node.nodeid))}/"
    await make_calendar(client, radicale.url.rstrip("/") + path)
    client.asked.clear()
    return path


@pytest.fixture
def adapter(radicale: Radicale, client: HttpClient) -> AppleAdapter:
    return AppleAdapter(client, account(radicale.home))


@pytest.fixture
async def server() -> AsyncIterator[Scripted]:
    scripted = await Scripted().start()
    yield scripted
    await scripted.stop()
