"""How tests start Radicale, a real CalDAV server."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

HOST = "127.0.0.1"

_STARTS_WITHIN = 20.0
_CONFIG = """\
[server]
hosts = {host}:{port}
max_connections = 40
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = {folder}/collections
[web]
type = none
[logging]
level = warning
"""


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def configured(folder: Path, port: int, logins: Mapping[str, str]) -> Path:
    """The configuration of a server that keeps everything in the folder; ``logins``: names and passwords."""
    (folder / "users").write_text("".join(f"{name}:{word}\n" for name, word in logins.items()), "utf-8")
    config = folder / "config"
    config.write_text(_CONFIG.format(host=HOST, port=port, folder=folder), "utf-8")
    return config


@contextmanager
def calendar_server(folder: Path, logins: Mapping[str, str]) -> Iterator[str]:
    """A server of its own process, for as long as the block runs; gives its root."""
    port = free_port()
    config = configured(folder, port, logins)
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "radicale", "--config", str(config)]
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - our own command
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
    raise RuntimeError(f"Radicale did not start: {log.read_text()}")
