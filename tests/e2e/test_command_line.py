"""The command ``metonic``: what it serves, prints and says when something is missing."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from tests.migrated import copy_to

METONIC = str(Path(sys.executable).with_name("metonic"))
KEYS = "k1:" + "A" * 43 + "="


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "METONIC_KEYS": KEYS,
        "METONIC_JWT_KEY": "j" * 32,
        "METONIC_DATABASE_URL": f"sqlite://{tmp_path / 'metonic.sqlite3'}",
        "METONIC_PORT": str(free_port()),
    }


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def metonic(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [METONIC, *arguments], env=environment, capture_output=True, text=True, timeout=30, check=False
    )


def test_a_service_migrates_answers_and_ends_when_it_is_told_to(environment: dict[str, str]) -> None:
    token = metonic(environment, "token", "--user", "trainer-1", "--role", "trainer").stdout.strip()
    environment["METONIC_METRICS_PORT"] = str(free_port())
    child = subprocess.Popen([METONIC, "serve"], env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    try:
        answer = ask(environment["METONIC_PORT"], token, "{ viewer { id role } }")
        assert answer == {"data": {"viewer": {"id": "trainer-1", "role": "TRAINER"}}}
        with urlopen(
            f"http://127.0.0.1:{environment['METONIC_METRICS_PORT']}/metrics", timeout=20
        ) as scraped:
            assert "metonic_database_up 1.0" in scraped.read().decode()

        child.send_signal(signal.SIGTERM)
        _, said = child.communicate(timeout=10)
        assert child.returncode == 0
        assert "Traceback" not in said
    finally:
        child.kill()
        child.communicate(timeout=10)


def test_missing_settings_are_named_line_by_line(environment: dict[str, str]) -> None:
    ended = metonic({"PATH": environment["PATH"]}, "serve")

    assert ended.returncode == 2
    assert "METONIC_KEYS" in ended.stderr
    assert "METONIC_JWT_KEY" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_taken_port_names_the_setting_that_changes_it(environment: dict[str, str]) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", int(environment["METONIC_PORT"])))
        other.listen()
        ended = metonic(environment, "serve")

    assert ended.returncode == 2
    assert "METONIC_PORT" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("url", ["sqlite:///nowhere/at/all.sqlite3", "postgres://db/metonic"])
@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_database_that_cannot_be_used_is_one_line(
    environment: dict[str, str], url: str, command: str
) -> None:
    ended = metonic(environment | {"METONIC_DATABASE_URL": url}, command)

    assert ended.returncode == 2
    assert "METONIC_DATABASE_URL" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["worker", "scheduler"])
def test_a_part_of_the_service_says_that_it_takes_a_broker(environment: dict[str, str], command: str) -> None:
    ended = metonic(environment, command)

    assert ended.returncode == 2
    assert "METONIC_BROKER_URL" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_service_that_is_told_to_end_twice_ends_at_once(
    environment: dict[str, str], tmp_path: Path
) -> None:
    copy_to(tmp_path / "metonic.sqlite3")
    child = subprocess.Popen([METONIC, "serve"], env=environment, stderr=subprocess.PIPE)  # noqa: S603 - our own command
    try:
        with half_asked(environment["METONIC_PORT"]):
            while child.poll() is None:
                child.send_signal(signal.SIGTERM)
                time.sleep(0.01)
        assert child.returncode == -signal.SIGTERM
    finally:
        child.kill()
        child.communicate(timeout=10)


def test_migrating_twice_is_no_harm(environment: dict[str, str]) -> None:
    for _ in range(2):
        assert metonic(environment, "migrate").returncode == 0


def test_the_plugins_are_listed(environment: dict[str, str]) -> None:
    ended = metonic(environment, "plugins")

    assert ended.returncode == 0
    assert "metonic-apple" in ended.stdout
    assert ended.stdout.rstrip().endswith("ok")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--role", "trainer"),
        ("--role", "backend", "--user", "trainer-1"),
        ("--role", "client", "--user", "c", "--zone", "Mars/Olympus"),
    ],
)
def test_a_token_that_nobody_would_accept_is_not_printed(
    environment: dict[str, str], arguments: tuple[str, ...]
) -> None:
    ended = metonic(environment, "token", *arguments)

    assert (ended.returncode, ended.stdout) == (2, "")


@contextmanager
def half_asked(port: str) -> Iterator[None]:
    """A request that the service is at while the block runs: it waits for the rest of it."""
    with closing(dialled(port)) as connection:
        connection.sendall(
            b"POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
            b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"
        )
        assert b"100" in connection.recv(100)
        yield


def dialled(port: str) -> socket.socket:
    """A connection, as soon as the service listens."""
    until = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", int(port)), timeout=60)
        except OSError:
            assert time.monotonic() < until, "the service does not listen"
            time.sleep(0.05)


def ask(port: str, token: str, query: str) -> object:
    """The answer, as soon as the service listens."""
    request = Request(f"http://127.0.0.1:{port}/graphql", json.dumps({"query": query}).encode())
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"Bearer {token}")
    until = time.monotonic() + 20
    while True:
        try:
            with urlopen(request, timeout=20) as answer:  # noqa: S310 - likewise
                return json.loads(answer.read())
        except URLError:
            assert time.monotonic() < until, "the service does not listen"
            time.sleep(0.05)
