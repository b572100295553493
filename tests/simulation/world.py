"""A small world: two people, two or three calendars, a platform, appointments they share."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from unittest.mock import patch
from uuid import UUID, uuid4

from tests.simulation import ground
from tests.simulation.alike import Twin
from tests.simulation.course import Course, Crash, SideBySide
from tests.simulation.faults import FaultyAdapter, Weather
from tests.simulation.platform import Platform
from tests.simulation.values import Values
from tests.simulation.witness import WatchedLedger, Witness
from tortoise.expressions import RawSQL

from metonic_core import sync
from metonic_core.model.content import Content, Group
from metonic_core.model.event import StoredEvent
from metonic_core.model.marker import MarkerKey
from metonic_core.model.when import Window
from metonic_core.spi.errors import ProviderError
from metonic_core.spi.provider import Account, CalendarInfo
from metonic_core.testing.calendar import MemoryCalendar
from metonic_core.testing.conduct import CALDAV, GOOGLE, GRAPH, Conduct
from metonic_core.testing.memory import MemoryAdapter
from metonic_gateway.store import calendars, models, run_log, users
from metonic_gateway.store.calendars import SignedIn
from metonic_gateway.store.leases import OF_GLANCE, Glance, Held
from metonic_gateway.store.transactions import Interrupted

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
MARKERS = MarkerKey(b"simulation")
CONDUCTS = (GOOGLE, GRAPH, CALDAV)
CAPABILITIES = CALDAV.capabilities
PEOPLE = ("trainer", "client")
PLACES = ((0, "first"), (1, "second"), (0, "third"))
"""Whose calendars there are, and the names of their providers."""


@dataclass(eq=False, slots=True)
class Desk:
    """A connected calendar of somebody, with the calendar that stands behind it.

    ``heard`` is what the last run that ended by itself knew of when it began: nudges and changes there.
    """

    id: UUID
    link_id: UUID
    user_id: UUID
    provider: str
    calendar: MemoryCalendar
    heard: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """What people put an old version in the place of; ``unseen``: where no run knew that it stood there."""

    before: StoredEvent
    after: Content
    unseen: frozenset[Group]


Span = tuple[timedelta, timedelta]

USUAL = timedelta(days=30), timedelta(days=400)
TASTES_IN_SPANS: Sequence[Span] = (
    USUAL,
    USUAL,
    (timedelta(days=30), timedelta(days=9)),
    (timedelta(days=30), timedelta(days=8)),
    (timedelta(days=-9), timedelta(days=400)),
)
"""How far back and ahead a history looks: where all is, or what is far off comes in or leaves day by day."""


@dataclass
class World:
    """``erased_here`` and ``erased_there`` are what people deleted, appointments and (desk, event).

    ``put_back`` is the last restoring of each (desk, event). ``one_way`` are the desks that were ever synced
    in one direction only. ``is_tangled``: people undid, resolved or fought over something, so that what was
    overruled in silence cannot be told from what they wanted.
    ``astray`` is what happened that never may, in words; ``counts`` what a history came across.
    ``dice`` has chance of its own for each decision.
    """

    dice: Random
    now: datetime = START
    span: Span = USUAL
    values: Values = field(default_factory=Values)
    users: list[UUID] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)
    erased_here: set[UUID] = field(default_factory=set)
    erased_there: set[tuple[UUID, str]] = field(default_factory=set)
    put_back: dict[tuple[UUID, str], Replaced] = field(default_factory=dict)
    one_way: set[UUID] = field(default_factory=set)
    twins: list[Twin] = field(default_factory=list)
    tugs: dict[tuple[UUID, str], Content] = field(default_factory=dict)
    is_tangled: bool = False
    trace: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    course: Course = field(init=False)
    weather: Weather = field(init=False)
    witness: Witness = field(init=False)
    platform: Platform = field(init=False)
    backend: asyncio.Lock = field(default_factory=asyncio.Lock)
    _fence: int = 0

    def __post_init__(self) -> None:
        kind = SideBySide if ground.is_side_by_side() else Course
        self.course = kind(Random(self.dice.getrandbits(32)))  # noqa: S311 - chance that can be repeated
        self.weather = Weather(self.course)
        self.witness = Witness(self)
        self.platform = Platform(
            self.dice, self.values, self.note, self.weather.step, self.window, lambda: self.now
        )

    def window(self) -> Window:
        return Window.around(self.now, *self.span)

    def note(self, *what: object) -> None:
        self.trace.append(" ".join(map(str, what)))

    def open(self, conducts: Sequence[Conduct]) -> None:
        """The people and their calendars with these conducts, as they stand in the ``settled`` database."""
        _, places = settled(len(conducts))
        for place, conduct in zip(places, conducts, strict=True):
            self.furnish(place, conduct)
        self.users = list(dict.fromkeys(desk.user_id for desk in self.desks))
        self.platform.names = dict(zip(self.users, PEOPLE, strict=True))

    async def connect(self, user_id: UUID, provider: str, conduct: Conduct) -> None:
        """One more calendar of a user's."""
        self.furnish(await connected(user_id, provider), conduct)

    def furnish(self, place: "Place", conduct: Conduct) -> None:
        """A calendar with that conduct behind a connection."""
        calendar = MemoryCalendar(
            conduct, self.course.dice, self.weather.strikes, clock=lambda: self.now, loses_the_young=True
        )
        self.desks.append(Desk(place.id, place.link_id, place.user_id, place.provider, calendar))

    def place(self, desk: Desk) -> str:
        """What the trace calls it."""
        names = {GOOGLE: "google", GRAPH: "graph", CALDAV: "caldav"}
        return f"{desk.provider} ({names.get(desk.calendar.conduct, 'another')})"

    async def run(self, desk: Desk) -> bool:
        """One run of one calendar; whether it ended by itself."""
        self._fence += 1
        name = f"run {self._fence} of {self.place(desk)}"
        heard = await self.nudges(desk), len(desk.calendar.log)
        await models.CalendarSyncConfig.filter(id=desk.id).update(fence=self._fence)
        ledger = await self.ledger(desk, self._fence)
        adapter = FaultyAdapter(MemoryAdapter(desk.calendar), self.weather)
        desk.heard = None
        try:
            report = await sync.run(ledger, adapter, desk.calendar.conduct.capabilities, lambda: self.now)
        except (Crash, ProviderError, sync.LeaseLost, Interrupted, asyncio.CancelledError) as error:
            self.note(name, "ended by", type(error).__name__)
            ledger.observed.end(error)
            return False
        ledger.observed.end(None)
        self.note(name, report)
        desk.heard = None if report.look_again else heard
        return True

    async def ledger(self, desk: Desk, fence: int) -> WatchedLedger:
        """The ledger of a run that begins under that fence."""
        glance = await _glance(desk.id)
        log = await run_log.begin(desk.id, "schedule", self.now)
        held = Held(desk.id, desk.link_id, fence, desk.user_id, desk.provider, glance=glance)
        ledger = WatchedLedger(held, MARKERS, self.window, lambda: self.now, log)
        ledger.weather = self.weather
        ledger.observed = self.witness.begin(desk)
        return ledger

    async def nudges(self, desk: Desk) -> int:
        row = await models.CalendarSyncConfig.get(id=desk.id).values("nudge_seq")
        return int(row["nudge_seq"])

    async def is_waiting(self, desk: Desk) -> bool:
        """Whether something has happened that the calendar was not synced for."""
        return desk.heard != (await self.nudges(desk), len(desk.calendar.log))


@dataclass(frozen=True, slots=True)
class Place:
    """A connected calendar as it stands in the database."""

    id: UUID
    link_id: UUID
    user_id: UUID
    provider: str


@cache
def settled(number: int) -> tuple[bytes, list[Place]]:
    """A database with the people and that many calendars, made once and copied for each history."""
    dice = Random(number)  # noqa: S311 - chance that can be repeated
    with patch("os.urandom", dice.randbytes):
        return ground.made(lambda: _settle(number))


async def _settle(number: int) -> list[Place]:
    people = [(await users.introduced(name, name, name, "Europe/Berlin")).id for name in PEOPLE]
    return [await connected(people[who], provider) for who, provider in PLACES[:number]]


async def connected(user_id: UUID, provider: str) -> Place:
    window = Window.around(START, *USUAL)
    account = Account(provider, provider, "memory://", "anybody")
    signed_in = SignedIn(uuid4(), user_id, provider, account, "sealed", [CalendarInfo("home", "Home")])
    kept = await calendars.keep_sign_in(signed_in, timedelta(minutes=15), START, window)
    if kept is None or kept.link_id is None:
        raise RuntimeError("the only calendar of an account is chosen by itself")
    return Place(kept.id, kept.link_id, user_id, provider)


async def _glance(calendar_id: UUID) -> Glance:
    """What whoever takes the lease of that calendar is shown."""
    asked = {name: RawSQL(text) for name, text in OF_GLANCE.items()}
    found = await models.CalendarSyncConfig.get(id=calendar_id).annotate(**asked).values(*OF_GLANCE)
    return Glance(**{name: bool(is_so) for name, is_so in found.items()})
