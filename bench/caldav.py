"""A calendar on a real CalDAV server: runs of the service against bare requests, and against vdirsyncer."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from uuid import UUID

from tests.radicale import calendar_server

from bench import apple_like
from bench.bare import NAME, PASSWORD, bare
from bench.desk import Desk, content
from bench.far import far
from bench.measuring import Figure, in_turn, seconds
from bench.serving import served
from bench.vdirsyncer import Peer, start_up
from metonic_apple.provider import PROVIDER
from metonic_apple.writing import created
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.connecting import choose_calendar, connect_with_credentials
from metonic_gateway.store import users
from metonic_simulators.servers import started

EVENTS, PUSHED = 1_000, 200
_READS, _IDLE_RUNS, _PUSHES = 5, 15, 3
_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

Objects = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """``home`` is the URL of the calendars of a server; ``folder`` is for what is to go with it."""

    title: str
    home: str
    folder: Path

    def seen_from(self, origin: str) -> "Place":
        """The same through a proxy."""
        return Place(self.title, origin + urlsplit(self.home).path, self.folder)


@contextmanager
def _radicale(folder: Path) -> Iterator[str]:
    with calendar_server(folder, {NAME: PASSWORD}) as root:
        yield f"{root}{NAME}/"


@contextmanager
def _xandikos(folder: Path) -> Iterator[str]:
    with started("xandikos", folder) as server:
        yield server.origin + server.home


async def figures() -> Sequence[Figure]:
    """The table's rows of CalDAV."""
    found: list[Figure] = []
    for title, server in (("Radicale", _radicale), ("Xandikos", _xandikos)):
        with TemporaryDirectory() as temporary:
            folder = Path(temporary)
            (folder / "server").mkdir()
            with server(folder / "server") as home:
                place = Place(title, home, folder)
                found += [*await _reading(place), *await _pushing(place)]
    return found


async def _reading(place: Place) -> Sequence[Figure]:
    url, objects = f"{place.home}read/", apple_like.objects(EVENTS)
    async with bare(url) as calendar:
        await calendar.create()
        await calendar.put(objects)
    return [*await _first_reads(place, url, objects), *await _idle_runs(place, url)]


async def _first_reads(place: Place, url: str, objects: Objects) -> Sequence[Figure]:
    async def ours() -> float:
        async with _desk(url) as desk:
            took = await desk.run()
            _check(len(await desk.appointments()), EVENTS)
            return took

    async def floor() -> float:
        async with bare(url) as calendar:
            return await seconds(partial(calendar.read, objects))

    async def peer() -> float:
        made = _peer(place, url)
        took = await made.sync()
        _check(made.count(), EVENTS)
        return took

    what = f"{place.title}: first read of {EVENTS:,} events{{}} / one list and one `multiget`, not parsed"
    return await _compared(what, " into the database", _READS, (ours, floor, peer), 1.8)


async def _idle_runs(place: Place, url: str) -> Sequence[Figure]:
    peer = _peer(place, url)
    await peer.sync()
    async with _desk(url) as desk, bare(url) as calendar:
        await desk.run()
        await desk.run()
        token = await calendar.changes()
        doings = desk.run, partial(seconds, partial(calendar.changes, token)), peer.sync
        what = f"{place.title}: a run that finds nothing{{}}, {EVENTS:,} events / one `sync-collection`"
        return await _compared(what, "", _IDLE_RUNS, doings, 2)


async def _pushing(place: Place) -> Sequence[Figure]:
    """Each time into a calendar of its own, through a line with a round trip of 80 ms."""
    with far(place.home.removesuffix(urlsplit(place.home).path)) as origin:
        away, names = place.seen_from(origin), count()

        async def ours() -> float:
            url = await _new_calendar(away, next(names))
            async with _desk(url) as desk:
                await desk.add_here(PUSHED)
                took = await desk.run()
            await _check_calendar(url, PUSHED)
            return took

        async def floor() -> float:
            url = await _new_calendar(away, next(names))
            async with bare(url) as calendar:
                return await seconds(partial(calendar.put, _copies()))

        async def peer() -> float:
            url = await _new_calendar(away, next(names))
            made = _peer(away, url)
            made.add(_copies())
            took = await made.sync()
            await _check_calendar(url, PUSHED)
            return took

        what = f"{place.title}, 80 ms away: {PUSHED} appointments into an empty calendar{{}} / one `PUT` each"
        return await _compared(what, ", read back", _PUSHES, (ours, floor, peer), 0.4)


async def _compared(
    what: str, ours: str, rounds: int, doings: Sequence[Callable[[], Awaitable[float]]], target: float
) -> Sequence[Figure]:
    """Ours, the floor, and the peer as a whole and without its start."""
    took, floor, peer, start = await in_turn(rounds, *doings, start_up)
    return [
        Figure(what.format(ours), took, floor, target),
        Figure(what.format(" by vdirsyncer"), peer, floor),
        Figure(what.format(" by vdirsyncer, without its start"), peer - start, floor),
    ]


@asynccontextmanager
async def _desk(url: str) -> AsyncIterator[Desk]:
    """A user who is connected with that calendar, in a service on a new database file."""
    registry = Registry({PROVIDER.name: PROVIDER}, ())
    async with served(registry, lambda: _NOW, is_local=True) as services:
        user = await users.introduced("toni", "trainer", "Toni", "Europe/Berlin")
        typed = {"server": url, "username": NAME, "password": PASSWORD}
        connected = await connect_with_credentials(services, user.id, PROVIDER, typed)
        await choose_calendar(services, user.id, PROVIDER.name, urlsplit(url).path)
        yield Desk(services, user.id, connected)


def _copies() -> Objects:
    """What the service writes for as many appointments."""
    return {f"{n}.ics": created(UUID(int=n), "bench", content(n, _NOW.year + 1)) for n in range(PUSHED)}


async def _new_calendar(place: Place, number: int) -> str:
    url = f"{place.home}push-{number}/"
    async with bare(url) as calendar:
        await calendar.create()
    return url


_folders = count()


def _peer(place: Place, url: str) -> Peer:
    return Peer(place.folder / f"peer-{next(_folders)}", url)


async def _check_calendar(url: str, expected: int) -> None:
    async with bare(url) as calendar:
        _check(await calendar.count(), expected)


def _check(found: int, expected: int) -> None:
    if found != expected:
        raise RuntimeError(f"{found} events came through and not {expected}")
