"""The processes of the smoke test: calendar servers and the service, each as a user would start it."""

import asyncio
import base64
import os
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.smoke.waiting import TooLate, until
from tests.migrated import copy_to
from tests.radicale import configured

from metonic_simulators.servers import HOST, free_port

PASSWORD = "s3cret"
_STOP_SECONDS = 10
_LOG_END = 2000


@dataclass
class Child:
    """A console script or a module with its output in ``log``. ``port`` is where it listens, 0: nowhere."""

    command: Sequence[str]
    port: int
    log: Path
    environment: Mapping[str, str]
    running: Process | None = None

    async def start(self) -> None:
        """Returns when it listens, if it does."""
        script = str(Path(__file__).with_name("tethered.py"))
        with self.log.open("ab") as output:
            # A session of its own: Ctrl-C in the terminal is for us, who stop it in order.
            self.running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", script, *self.command),
                stdin=PIPE,
                stdout=output,
                stderr=output,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )
        await until(self._listens, f"{self.command[0]} starts")

    async def kill(self) -> None:
        """SIGKILL: it gets to do nothing any more."""
        if self.running is not None and self.running.returncode is None:
            self.running.kill()
            await self.running.wait()

    async def stop(self) -> int:
        """Ask it to end (SIGTERM) and insist after a while; returns its exit code."""
        if self.running is None:
            return 0
        with suppress(ProcessLookupError):
            self.running.terminate()
        try:
            return await asyncio.wait_for(self.running.wait(), _STOP_SECONDS)
        except TimeoutError:
            await self.kill()
            return -1

    def complaints(self) -> str:
        """The end of what it had to say."""
        return self.log.read_text("utf-8", "replace")[-_LOG_END:]

    async def _listens(self) -> bool | None:
        if self.running is None or self.running.returncode is not None:
            raise TooLate(f"{self.command[0]} ended at once: {self.complaints()}")
        if not self.port:
            return True
        try:
            _reader, writer = await asyncio.open_connection(HOST, self.port)
        except OSError:
            return None
        writer.close()
        return True


def radicale(folder: Path, names: Sequence[str]) -> Child:
    """A calendar server with an account for each name, and no calendar yet."""
    folder.mkdir()
    port = free_port()
    config = configured(folder, port, dict.fromkeys(names, PASSWORD))
    return Child(("radicale", "--config", str(config)), port, folder / "log", {})


def stand_in(folder: Path, kind: str, accounts: Sequence[str]) -> Child:
    """A stand-in for a provider that one signs in to; ``accounts``: what tells it of them."""
    port = free_port()
    command = ("metonic_simulators", kind, "--port", str(port), *accounts)
    return Child(command, port, folder / f"{kind}.log", {})


def gateway(folder: Path, **settings: str) -> Child:
    """The service with keys of its own, looking at each calendar once a minute.

    Its database is migrated. ``settings``: what else is set, by the names of the environment.
    """
    port = free_port()
    environment = {
        "METONIC_KEYS": f"smoke:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "METONIC_JWT_KEY": secrets.token_urlsafe(48),
        "METONIC_DATABASE_URL": f"sqlite://{copy_to(folder / 'metonic.sqlite3')}",
        "METONIC_PORT": str(port),
        "METONIC_ALLOW_PRIVATE_ADDRESSES": "true",
        "METONIC_FREQUENCY_MINUTES": "1",
        "METONIC_PUBLIC_URL": f"http://{HOST}:{port}",
        **settings,
    }
    return Child(("metonic", "serve"), port, folder / "gateway.log", environment)
