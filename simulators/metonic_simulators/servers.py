"""The real CalDAV server behind a stand-in: Radicale or Xandikos as a child, or one that is named."""

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

HOST = "127.0.0.1"
DSID = "8107663281"
"""The account's number, as iCloud gives one to every account."""

_STARTS_WITHIN = 20.0
_STOPS_WITHIN = 5.0
_RADICALE = """\
[server]
hosts = {host}:{port}
max_connections = 40
[auth]
type = http_x_remote_user
[rights]
type = owner_only
[storage]
filesystem_folder = {folder}/collections
[web]
type = none
[logging]
level = warning
"""


@dataclass(frozen=True, slots=True)
class CalendarServer:
    """``origin``: scheme, host, port; ``home``: path of the account's calendars; ``headers`` say whose."""

    origin: str
    home: str
    headers: Mapping[str, str] = field(default_factory=dict)


def named(url: str) -> CalendarServer:
    """A server that runs already, by the URL of a home: ``http://user:password@host:port/home/``."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    basic = base64.b64encode(login.encode()).decode()
    headers = {"Authorization": f"Basic {basic}"} if parts.username else {}
    return CalendarServer(f"{parts.scheme}://{host}", parts.path.rstrip("/") + "/", headers)


@contextmanager
def started(kind: str, folder: Path) -> Iterator[CalendarServer]:
    """A server of its own process for as long as the block runs; ``kind`` is one of ``KINDS``."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command, server = KINDS[kind](folder, port)
    script = str(Path(__file__).with_name("child.py"))
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-P", script, *command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=os.environ | {"XDG_DATA_HOME": str(folder / "xdg")},
            start_new_session=True,
        )
    try:
        wait_for(port, process, folder / "log")
        yield server
    finally:
        _stop(process)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _radicale(folder: Path, port: int) -> tuple[list[str], CalendarServer]:
    config = folder / "config"
    config.write_text(_RADICALE.format(host=HOST, port=port, folder=folder), "utf-8")
    server = CalendarServer(f"http://{HOST}:{port}", f"/{DSID}/", {"X-Remote-User": DSID})
    return ["radicale", "--config", str(config)], server


def _xandikos(folder: Path, port: int) -> tuple[list[str], CalendarServer]:
    command = ["xandikos", "serve", "-d", str(folder / "data"), "--defaults", "--no-detect-systemd"]
    command += ["-l", HOST, "-p", str(port), "--current-user-principal", f"/{DSID}/"]
    return command, CalendarServer(f"http://{HOST}:{port}", f"/{DSID}/calendars/")


KINDS: Mapping[str, Callable[[Path, int], tuple[list[str], CalendarServer]]] = MappingProxyType(
    {"radicale": _radicale, "xandikos": _xandikos}
)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until that process listens on that port of loopback; raises RuntimeError with its log."""
    until = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(0.05)
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"The calendar server did not start: {log.read_text('utf-8', 'replace')}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Its input ends, so it does."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
