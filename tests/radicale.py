"""How tests start Radicale, a real CalDAV server."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from metonic_simulators.servers import HOST, free_port, wait_for

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
        wait_for(port, process, folder / "log")
        yield f"http://{HOST}:{port}/"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)
