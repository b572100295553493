"""``python -m metonic_simulators icloud`` as somebody meets it who types it."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.simulators.independent import signed_in

from metonic_simulators.servers import KINDS, CalendarServer

DEADLINE = 30

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is asked about processes")


@contextmanager
def _running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A stand-in and what it said."""
    command = [sys.executable, "-m", "metonic_simulators", "icloud", "--port", "0", *arguments]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    assert child.stdout is not None
    try:
        said = ""
        while "switches" not in said:
            line = child.stdout.readline()
            assert line, f"It ended: {said}"
            said += line
        yield child, said
    finally:
        child.kill()
        child.wait(DEADLINE)
        child.stdout.close()


def _find(said: str, what: str) -> str:
    found = re.search(rf"{what}\s+(\S+)", said)
    assert found is not None, said
    return found.group(1)


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in listed.read_text("ascii").split()]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_it_says_how_to_sign_in_and_sigterm_ends_it_and_its_server(kind: str) -> None:
    with _running("--server", kind) as (child, said):
        login = [_find(said, what) for what in ("server", "user", "password")]
        with signed_in(*login) as client:
            names = [str(one.url) for one in client.principal().calendars()]
        with urlopen(f"{login[0]}-/log", timeout=DEADLINE) as answer:  # noqa: S310 - our own URL
            log = json.loads(answer.read())
        servers = _children(child.pid)
        child.send_signal(signal.SIGTERM)

        assert child.wait(DEADLINE) == 0
        assert any(name.endswith("/calendars/home/") for name in names)
        assert {"PROPFIND"} == {entry["method"] for entry in log}
        assert servers
        assert not any(_is_alive(pid) for pid in servers)


def test_its_server_does_not_outlive_it_however_it_ended() -> None:
    with _running() as (child, _):
        servers = _children(child.pid)
        child.kill()
        child.wait(DEADLINE)

        until = time.monotonic() + DEADLINE
        while any(_is_alive(pid) for pid in servers) and time.monotonic() < until:
            time.sleep(0.05)
        assert servers
        assert not any(_is_alive(pid) for pid in servers)


def test_it_stands_before_a_server_that_runs_already(servers: dict[str, CalendarServer]) -> None:
    xandikos = servers["xandikos"]
    with _running("--upstream", xandikos.origin + xandikos.home) as (child, said):
        login = [_find(said, what) for what in ("server", "user", "password")]
        with signed_in(*login) as client:
            assert client.principal().calendars()
        assert _children(child.pid) == []


def _is_alive(pid: int) -> bool:
    """A process that ended and that nobody has asked about is none."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
