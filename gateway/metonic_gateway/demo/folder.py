"""Where the demo keeps what it must find again: keys, database, calendars, ports."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from metonic_gateway.settings import Settings, load_settings
from metonic_gateway.vault import new_key_file

DEFAULT_CALENDAR_PORT = 5232
HOST = "127.0.0.1"
_FREQUENCY_MINUTES = 1
_PRIVATE = 0o700
_DATABASE = "metonic.sqlite3"
_DATABASE_FILES = (_DATABASE, *(f"{_DATABASE}-{kind}" for kind in ("wal", "shm", "journal")))


class DemoProblem(Exception):
    """The demo cannot start; ``message`` says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class CalendarLogin:
    """How to reach the demo's calendar with any CalDAV app."""

    port: int
    username: str
    password: str

    @property
    def server(self) -> str:
        return f"http://{HOST}:{self.port}/"

    @property
    def address(self) -> str:
        return f"{self.server}{self.username}/calendar/"


class DemoFolder:
    """``path`` is made on first use, for its owner alone."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @property
    def calendars(self) -> Path:
        """Where the calendar server stores its files."""
        return self.path / "calendars"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder what a demo needs, and keep every other one out of it; raises DemoProblem."""
        if any(character in str(self.path) for character in "?#"):
            raise DemoProblem(
                "The path of the demo's folder must have no ? and no #: choose another --folder."
            )
        with _reported(self.path):
            self.path.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            if not self._marker.exists():
                self._check_ours()
                _write_private(
                    self._marker, "The folder of a Metonic demo. `metonic demo --reset` empties it.\n"
                )
        with self._locked():
            with _reported(self.path):
                self._make_keys()
            yield

    def forget(self) -> None:
        """Remove what the demo has made and nothing else; raises DemoProblem.

        The marker goes last: what could not be removed is tried again by the next reset.
        """
        if not self._marker.exists():
            if self.path.exists():
                self._check_ours()
            return
        with self._locked(), _reported(self.path):
            if self.calendars.exists():
                shutil.rmtree(self.calendars)
            for path in self._files:
                path.unlink(missing_ok=True)
            self._marker.unlink()
            if not any(self.path.iterdir()):
                self.path.rmdir()

    def _check_ours(self) -> None:
        if not self.path.is_dir() or any(self.path.iterdir()):
            raise DemoProblem(
                f"{self.path} holds something else than a demo: choose another --folder or empty it."
            )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """The lock ends with this process, however that ended."""
        with _reported(self.path):
            marker = self._marker.open("r+b")
        with marker:
            try:
                fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DemoProblem(f"A demo is running in {self.path}: end it first (Ctrl-C).") from None
            yield

    def _make_keys(self) -> None:
        if not self._keys.exists():
            new_key_file(self._keys)
        if not self._jwt_key.exists():
            _write_private(self._jwt_key, secrets.token_urlsafe(48))

    @property
    def _files(self) -> Iterator[Path]:
        yield from (self._keys, self._jwt_key, self._login, self._filled)
        yield from (self.path / name for name in _DATABASE_FILES)

    def settings(self, port: int, more: Mapping[str, str]) -> Settings:
        """The gateway's settings and ``more``: calendars are looked at every minute, on this machine too."""
        return load_settings(
            keys=self._keys.read_text("ascii").strip(),
            jwt_key=self._jwt_key.read_text("ascii"),
            database_url=f"sqlite://{self.path / _DATABASE}",
            broker_url="",
            host=HOST,
            port=port,
            allow_private_addresses=True,
            frequency_minutes=_FREQUENCY_MINUTES,
            log_format="console",
            log_level="error",
            **more,
        )

    def calendar_login(self, wanted_port: int | None) -> CalendarLogin:
        """The login of the first start; its port stays, for what was synced is known by its address."""
        if self._login.exists():
            kept = CalendarLogin(**json.loads(self._login.read_text("utf-8")))
            if wanted_port not in {None, kept.port}:
                raise DemoProblem(
                    f"The demo's calendar lives on port {kept.port} since its first start. "
                    f"{moved(wanted_port)}"
                )
            return kept
        return CalendarLogin(wanted_port or DEFAULT_CALENDAR_PORT, "trainer", secrets.token_hex(6))

    def keep_calendar_login(self, login: CalendarLogin) -> None:
        """From here on the calendar is found there."""
        if not self._login.exists():
            _write_private(self._login, json.dumps(asdict(login)))

    @property
    def has_calendar(self) -> bool:
        """Whether an earlier start has settled where the calendar is found."""
        return self._login.exists()

    @property
    def is_filled(self) -> bool:
        """Whether users, appointments and the calendar were made by an earlier start."""
        return self._filled.exists()

    def note_filled(self) -> None:
        self._filled.touch()

    @property
    def _marker(self) -> Path:
        return self.path / ".metonic-demo"

    @property
    def _keys(self) -> Path:
        return self.path / "keys"

    @property
    def _jwt_key(self) -> Path:
        return self.path / "jwt-key"

    @property
    def _login(self) -> Path:
        return self.path / "calendar.json"

    @property
    def _filled(self) -> Path:
        return self.path / "filled"


def chosen(port: int) -> str:
    """How to begin with the calendar on that port."""
    option = f"--calendar-port {port}"
    return f'Choose another one: metonic demo {option} (make demo ARGS="{option}").'


def moved(port: int | None) -> str:
    """How to move the calendar of an earlier start to that port."""
    option = f"--calendar-port {port}"
    return (
        f"To move it, start over: metonic demo --reset, then metonic demo {option} "
        f'(make demo-reset, then make demo ARGS="{option}").'
    )


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    """What the system refuses, said to who can mend it."""
    try:
        yield
    except OSError as error:
        raise DemoProblem(
            f"The demo cannot use {error.filename or path}: {error.strerror or error}."
        ) from error


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
