"""``metonic demo`` as somebody meets it who types it for the first time, and for the second."""

import base64
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from metonic_simulators.servers import free_port

DEADLINE = 60
TITLES = "{ appointments(first: 50) { nodes { title copies { state reasonCode } } } }"
CLIENTS = {"Google": "Kim", "Outlook": "Lee"}
METONIC = str(Path(sys.executable).with_name("metonic"))


@dataclass
class Demo:
    """A demo that runs; ``said`` is what it printed until it was ready."""

    child: subprocess.Popen[str]
    said: str

    def find(self, pattern: str) -> str:
        found = re.search(pattern, self.said)
        assert found is not None, self.said
        return found.group(1)

    @property
    def curl(self) -> str:
        return self.find(r"See the synced status:\n\s+(curl .*)")

    @property
    def stand_ins(self) -> dict[str, str]:
        return {name: self.find(rf"{name}\s+(http\S+)") for name in CLIENTS}

    def ask(self, query: str, whose: str = "Trainer's") -> dict[str, Any]:
        request = Request(self.find(r"API\s+(http\S+)"), json.dumps({"query": query}).encode())  # noqa: S310 - our own URL
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", "Bearer " + self.find(rf"{whose} token\s+(\S+)"))
        with urlopen(request, timeout=DEADLINE) as answer:  # noqa: S310 - likewise
            data: dict[str, Any] = json.loads(answer.read())["data"]
            return data


@dataclass(frozen=True)
class Place:
    """Where a demo runs: its folder and its ports."""

    folder: Path
    port: int
    calendar_port: int

    @property
    def command(self) -> list[str]:
        ports = ["--port", str(self.port), "--calendar-port", str(self.calendar_port)]
        return [METONIC, "demo", "--folder", str(self.folder), *ports]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "demo", free_port(), free_port())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One that goes on, for those who leave it as they found it or add what nobody else looks for."""
    with running(Place(tmp_path_factory.mktemp("demo") / "demo", free_port(), free_port())) as demo:
        yield demo


@contextmanager
def running(place: Place) -> Iterator[Demo]:
    """The demo once it is ready; killed in the end if it has not ended by itself."""
    child = subprocess.Popen(  # noqa: S603 - our own command
        place.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert child.stdout is not None
    said = ""
    try:
        while "Ctrl-C stops everything" not in said:
            line = child.stdout.readline()
            assert line, f"it ended with {child.wait(timeout=DEADLINE)} and said {said!r}"
            said += line
        yield Demo(child, said)
    finally:
        child.kill()
        child.communicate(timeout=DEADLINE)


def stop(demo: Demo) -> tuple[int, str]:
    """Ctrl-C, and what came of it."""
    demo.child.send_signal(signal.SIGINT)
    rest, _ = demo.child.communicate(timeout=10)
    return demo.child.returncode, rest


def answers(port: int) -> bool:
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=1)):
            return True
    except OSError:
        return False


def wait_until_silent(port: int) -> None:
    until = time.monotonic() + 10
    while answers(port):
        assert time.monotonic() < until, f"something still answers on port {port}"


def test_the_first_start_shows_a_synced_calendar_and_the_second_finds_it_again(place: Place) -> None:
    with running(place) as demo:
        shown = subprocess.run(demo.curl, shell=True, capture_output=True, text=True, timeout=30, check=True)  # noqa: S602 - as printed
        status = json.loads(shown.stdout)["data"]["syncStatus"]
        assert (status["lastSyncStatus"], status["itemsSynced"]) == ("SUCCESS", 11)
        assert demo.find(r"explorer\s+\S+#token=(\S+)") == demo.find(r"Trainer's token (\S+)")
        first = demo.ask(TITLES)
        events = calendar_objects(demo)
        elsewhere = {name: titles_at(demo, name) for name in CLIENTS}

        code, rest = stop(demo)
        assert code == 0, rest
        assert "Traceback" not in demo.said + rest
    wait_until_silent(place.calendar_port)

    with running(place) as again:
        assert again.ask(TITLES) == first
        assert calendar_objects(again) == events
        assert {name: titles_at(again, name) for name in CLIENTS} == elsewhere
        assert stop(again)[0] == 0
    assert len(events) == 11
    assert [len(titles) for titles in elsewhere.values()] == [2, 2]


def test_what_is_added_at_a_stand_in_comes_by_itself_to_the_client_who_signed_in_there(demo: Demo) -> None:
    for name, whose in CLIENTS.items():
        assert f"{whose}'s, at {name}'s stand-in: last sync success, 2 appointments" in demo.said
        command = demo.find(rf"\n\s+(curl -s {demo.stand_ins[name]}/-/events -d '.*Swimming.*)")
        subprocess.run(command, shell=True, timeout=30, check=True)  # noqa: S602 - as printed

        until = time.monotonic() + DEADLINE
        while "Swimming" not in (titles := appointment_titles(demo, f"{whose}'s")):
            assert time.monotonic() < until, titles
            time.sleep(0.2)
    assert "Swimming" not in appointment_titles(demo, "Trainer's")


def test_a_private_appointment_stays_home(demo: Demo) -> None:
    found = demo.ask("{ appointments(first: 50) { nodes { isPrivate copies { state reasonCode } } } }")
    nodes = found["appointments"]["nodes"]
    private = [node for node in nodes if node["isPrivate"]]

    assert [copy["reasonCode"] for node in private for copy in node["copies"]] == ["private"]
    assert len(nodes) == 12


def test_a_killed_demo_leaves_no_server_behind(place: Place) -> None:
    with running(place) as demo:
        ports = [place.calendar_port, *(int(url.rpartition(":")[2]) for url in demo.stand_ins.values())]
        assert all(answers(port) for port in ports)
        demo.child.kill()

    for port in ports:
        wait_until_silent(port)


def test_a_taken_port_is_one_line_that_names_the_way_out(place: Place) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", place.port))
        other.listen()
        ended = subprocess.run(place.command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - our own command

    assert ended.returncode == 2
    assert f"port {place.port}" in ended.stderr
    assert "--port" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_taken_calendar_port_names_the_way_out(place: Place) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", place.calendar_port))
        other.listen()
        ended = subprocess.run(place.command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - our own command

    assert ended.returncode == 2
    assert '(make demo ARGS="--calendar-port 5299")' in ended.stderr
    assert "--reset" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_reset_leaves_nothing_and_is_refused_while_the_demo_runs(place: Place) -> None:
    with running(place) as demo:
        refused = reset(place)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
        assert "is running" in refused.stderr
        second = subprocess.run(place.command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - our own command
        assert (second.returncode, "is running" in second.stderr) == (2, True)
        assert stop(demo)[0] == 0

    ended = reset(place)

    assert (ended.returncode, ended.stdout) == (0, f"Nothing is left of the demo in {place.folder}.\n")
    assert not place.folder.exists()


def reset(place: Place) -> subprocess.CompletedProcess[str]:
    command = [METONIC, "demo", "--folder", str(place.folder), "--reset"]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - our own command


def appointment_titles(demo: Demo, whose: str) -> list[str]:
    nodes = demo.ask("{ appointments(first: 50) { nodes { title } } }", whose)["appointments"]["nodes"]
    return [node["title"] for node in nodes]


def titles_at(demo: Demo, name: str) -> list[str]:
    """What a client has at that stand-in, by the printed command; occurrences of a series apart."""
    command = demo.find(rf"(curl -s \S*{demo.stand_ins[name]}/-/events\?calendar=\S+)")
    shown = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=30, check=True)  # noqa: S602 - as printed
    whole = [event for event in json.loads(shown.stdout) if not event.get("master")]
    return sorted(event["summary" if name == "Google" else "subject"] for event in whole)


def calendar_objects(demo: Demo) -> list[str]:
    """The hrefs in the demo's calendar, as its server lists them to anybody with the printed login."""
    address = demo.find(r"Calendar\s+(http\S+)")
    login = demo.find(r"user (\w+),"), demo.find(r"password (\w+)")
    request = Request(address, method="PROPFIND", headers={"Depth": "1"})  # noqa: S310 - our own URL
    request.add_header("Authorization", basic(*login))
    try:
        with urlopen(request, timeout=DEADLINE) as answer:  # noqa: S310 - likewise
            return sorted(re.findall(r"<href>([^<]+\.ics)</href>", answer.read().decode()))
    except URLError as error:
        pytest.fail(f"the calendar server does not answer: {error}")


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
