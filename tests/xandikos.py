"""How tests start Xandikos, a real CalDAV server that keeps its calendars in git and asks for no password."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.radicale import HOST, free_port

_STARTS_WITHIN = 20.0


@contextmanager
def git_calendar_server(folder: Path, principal: str) -> Iterator[str]:
    """A server of its own process, for as long as the block runs; gives its root."""
    port = free_port()
    command = [sys.executable, "-m", "xandikos", "serve", "-d", str(folder / "data"), "--defaults"]
    command += ["--no-detect-systemd", "-l", HOST, "-p", str(port), "--current-user-principal", principal]
    environment = os.environ | {"XDG_DATA_HOME": str(folder / "xdg")}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)  # noqa: S603 - our own command
    try:
        _wait_for(port, process, folder / "log")
        yield f"http://{HOST}:{port}/"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(0.05)
            if probe.connect_ex((HOST, port)) == 0:
                return
    raise RuntimeError(f"Xandikos did not start: {log.read_text()}")
