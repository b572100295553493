"""A real CalDAV server (Radicale) as the stand-in for iCloud."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import aiohttp

from metonic_gateway.demo.children import started, stopped
from metonic_gateway.demo.folder import HOST, CalendarLogin, DemoProblem, chosen, moved
from metonic_gateway.serving import PortTaken, bound

_START_SECONDS = 20
_ANOTHER_PORT = 5299
_CREATED, _IS_THERE = 201, 409

_CONFIG = """\
[server]
hosts = {host}:{port}
max_connections = 40
[auth]
type = htpasswd
htpasswd_filename = {users}
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = {folder}
[web]
type = none
[logging]
level = warning
"""

_MAKE_CALENDAR = b"""\
<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:displayname>Training</D:displayname>
<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>
</D:prop></D:set></C:mkcalendar>
"""


@asynccontextmanager
async def calendar_server(
    folder: Path, login: CalendarLogin, *, is_settled: bool = False
) -> AsyncIterator[None]:
    """The server with one calendar, for as long as the block runs and never longer than this process.

    ``is_settled``: an earlier start was on that port, so another one takes a reset.
    """
    _check(login.port, is_settled=is_settled)
    config = _configured(folder, login)
    running = await started(("radicale", "--config", str(config)), folder / "log")
    try:
        await _make_calendar(running, login)
        yield
    finally:
        await stopped(running)


def _check(port: int, *, is_settled: bool) -> None:
    if find_spec("radicale") is None:
        raise DemoProblem("The demo needs Radicale: pip install 'metonic-gateway[demo]'.")
    try:
        bound(HOST, port).close()
    except PortTaken as error:
        way_out = f"End what uses the port. {moved(_ANOTHER_PORT)}" if is_settled else chosen(_ANOTHER_PORT)
        raise DemoProblem(f"{error.message} The demo's calendar server runs there. {way_out}") from error


def _configured(folder: Path, login: CalendarLogin) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    users, config = folder / "users", folder / "config"
    users.write_text(f"{login.username}:{login.password}\n", "utf-8")
    users.chmod(0o600)
    config.write_text(
        _CONFIG.format(host=HOST, port=login.port, users=users, folder=folder / "collections"), "utf-8"
    )
    return config


async def _make_calendar(running: Process, login: CalendarLogin) -> None:
    try:
        async with asyncio.timeout(_START_SECONDS):
            status = await _mkcalendar(running, login)
    except TimeoutError as error:
        raise DemoProblem("The calendar server did not start in time: try again.") from error
    if status not in {_CREATED, _IS_THERE}:
        raise DemoProblem(f"The calendar server made no calendar (status {status}): metonic demo --reset.")


async def _mkcalendar(running: Process, login: CalendarLogin) -> int:
    """Asked until the server listens."""
    headers = {"Authorization": aiohttp.encode_basic_auth(login.username, login.password)}
    async with aiohttp.ClientSession(headers=headers) as session:
        while running.returncode is None:
            try:
                async with session.request("MKCALENDAR", login.address, data=_MAKE_CALENDAR) as answer:
                    return answer.status
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)
    raise DemoProblem("The calendar server ended at once: see `calendars/log` in the demo's folder.")
