"""Where the demo keeps what it must find again: keys, database, calendars, ports."""

import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from metonic_gateway.settings import Settings, load_settings
from metonic_gateway.vault import new_key_file

DEFAULT_CALENDAR_PORT = 5232
HOST = "127.0.0.1"
_FREQUENCY_MINUTES = 1
_PRIVATE = 0o700


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

    def prepare(self) -> None:
        """Make what is not there yet."""
        if any(character in str(self.path) for character in "?#"):
            raise DemoProblem(
                "The path of the demo's folder must have no ? and no #: choose another --folder."
            )
        self.path.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        if not self._keys.exists():
            new_key_file(self._keys)
        if not self._jwt_key.exists():
            _write_private(self._jwt_key, secrets.token_urlsafe(48))

    def forget(self) -> None:
        """Remove everything; a folder that is not the demo's is refused."""
        if self.path.exists() and not self._keys.exists() and any(self.path.iterdir()):
            raise DemoProblem(f"{self.path} holds something else than a demo: remove it yourself.")
        shutil.rmtree(self.path, ignore_errors=True)

    def settings(self, port: int) -> Settings:
        """The gateway's settings: calendars are looked at every minute, on this machine too."""
        return load_settings(
            keys=self._keys.read_text("ascii").strip(),
            jwt_key=self._jwt_key.read_text("ascii"),
            database_url=f"sqlite://{self.path / 'metonic.sqlite3'}",
            host=HOST,
            port=port,
            allow_private_addresses=True,
            frequency_minutes=_FREQUENCY_MINUTES,
            log_format="console",
            log_level="error",
        )

    def calendar_login(self, wanted_port: int | None) -> CalendarLogin:
        """The login of the first start; its port stays, for what was synced is known by its address."""
        if self._login.exists():
            kept = CalendarLogin(**json.loads(self._login.read_text("utf-8")))
            if wanted_port not in {None, kept.port}:
                raise DemoProblem(
                    f"The demo's calendar lives on port {kept.port} since its first start. To move it, start "
                    f"over: metonic demo --reset, then metonic demo --calendar-port {wanted_port}."
                )
            return kept
        return CalendarLogin(wanted_port or DEFAULT_CALENDAR_PORT, "trainer", secrets.token_hex(6))

    def keep_calendar_login(self, login: CalendarLogin) -> None:
        """From here on the calendar is found there."""
        if not self._login.exists():
            _write_private(self._login, json.dumps(asdict(login)))

    @property
    def is_filled(self) -> bool:
        """Whether users, appointments and the calendar were made by an earlier start."""
        return self._filled.exists()

    def note_filled(self) -> None:
        self._filled.touch()

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


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
