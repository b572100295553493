"""A small world: two people, three calendars, a platform, appointments they share, and everybody edits."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

from tests.simulation import alike, approving
from tests.simulation.faults import Crash, FaultyAdapter, SteppingLedger, Weather
from tests.simulation.platform import Platform
from tests.simulation.resolving import people_resolve
from tests.simulation.tastes import taste
from tests.simulation.undoing import undo_some_run
from tests.simulation.values import Values, editable

from metonic_core import sync
from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.marker import MarkerKey
from metonic_core.model.when import Window
from metonic_core.selection import Direction
from metonic_core.spi.errors import ProviderError
from metonic_core.spi.provider import Account, CalendarInfo, Capabilities
from metonic_core.testing.memory import HINTS, STATES, Conduct, MemoryAdapter, MemoryCalendar
from metonic_gateway.store import appointments, calendars, models, runs, users
from metonic_gateway.store.calendars import SignedIn
from metonic_gateway.store.changes import Cause
from metonic_gateway.store.ledger import Held

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
MARKERS = MarkerKey(b"simulation")
CAPABILITIES = Capabilities(batch_size=3, settle_after=timedelta(seconds=30))


@dataclass(slots=True)
class Desk:
    """A connected calendar of somebody, with the calendar that stands behind it."""

    id: UUID
    link_id: UUID
    user_id: UUID
    provider: str
    calendar: MemoryCalendar


@dataclass
class World:
    """``erased_here`` and ``erased_there`` are what people deleted, appointments and (desk, event).

    ``astray`` is what a run did against the direction of its calendar, in words.
    """

    dice: Random
    now: datetime = START
    values: Values = field(default_factory=Values)
    users: list[UUID] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)
    erased_here: set[UUID] = field(default_factory=set)
    erased_there: set[tuple[UUID, str]] = field(default_factory=set)
    trace: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)
    twins: list[alike.Twin] = field(default_factory=list)
    tugs: dict[tuple[UUID, str], Content] = field(default_factory=dict)
    weather: Weather = field(init=False)
    platform: Platform = field(init=False)
    _settings: int = 0
    _fence: int = 0

    def __post_init__(self) -> None:
        self.weather = Weather(self.dice, self.between)
        self.platform = Platform(
            self.dice, self.values, self.note, self.weather.step, self.window, lambda: self.now
        )

    def window(self) -> Window:
        return Window.around(self.now, timedelta(days=30), timedelta(days=400))

    def note(self, *what: object) -> None:
        self.trace.append(" ".join(map(str, what)))

    async def open(self) -> None:
        """Two users; the first has two calendars, the second one."""
        for name in ("trainer", "client"):
            user = await users.introduced(name, name, name, "Europe/Berlin")
            self.users.append(user.id)
            self.platform.names[user.id] = name
        await self.connect(self.users[0], "hints", HINTS)
        await self.connect(self.users[1], "states", STATES)
        if self.dice.random() < 0.4:
            await self.connect(self.users[0], "more", self.dice.choice([HINTS, STATES]))
        await self.make_appointment()
        is_calm, self.weather.is_calm = self.weather.is_calm, True
        await self.platform.make(self._new_content())
        self.weather.is_calm = is_calm
        await self.make_event()

    async def connect(self, user_id: UUID, provider: str, conduct: Conduct) -> None:
        choice = CalendarInfo("home", "Home")
        account = Account(provider, provider, "memory://", "anybody")
        signed_in = SignedIn(uuid4(), user_id, provider, account, "sealed", [choice])
        kept = await calendars.keep_sign_in(signed_in, timedelta(minutes=15), self.now, self.window())
        if kept.link_id is None:
            raise RuntimeError("the only calendar of an account is chosen by itself")
        calendar = MemoryCalendar(conduct, self.dice)
        self.desks.append(Desk(kept.id, kept.link_id, user_id, provider, calendar))

    async def between(self) -> None:
        """Time passes, and sometimes somebody does something."""
        if self.dice.random() < 0.3:
            self.now += timedelta(seconds=self.dice.choice([1, 10, 40]))
        if self.weather.late and self.dice.random() < 0.1:
            await self.weather.late.pop(0)()
        if self.dice.random() < 0.10:
            await self.someone_acts()

    async def someone_acts(self) -> None:
        acts: list[tuple[int, Callable[[], Awaitable[object]]]] = [
            (12, self.edit_appointment),
            (12, self.edit_event),
            (2, self.make_appointment),
            (2, self.make_event),
            (2, self.delete_appointment),
            (3, self.delete_event),
            (2, self.restore_text),
            (1, self.bring_back_event),
            (1, self.hide_appointment),
            (5, self.set_otherwise),
            (3, lambda: undo_some_run(self)),
            *alike.acts(self),
            *self._platform_acts(),
            *people_resolve(self),
            *approving.acts(self),
        ]
        (act,) = self.dice.choices([act for _, act in acts], [weight for weight, _ in acts])
        try:
            await act()
        except Crash:
            self.note("the platform does not know what came of it")

    def _platform_acts(self) -> list[tuple[int, Callable[[], Awaitable[object]]]]:
        return [
            (2, lambda: self.platform.make(self._new_content())),
            (8, self.platform.edit),
            (4, self.platform.send_one),
            (5, self.platform.read),
            (1, self.platform.cancel),
        ]

    async def set_otherwise(self) -> None:
        """Somebody sets a calendar of theirs otherwise."""
        desk = self.dice.choice(self.desks)
        self._settings += 1
        made = await taste(self.dice, desk, self.window(), self.now)
        self.note("settings of", self.desks.index(desk), made)

    async def make_appointment(self) -> None:
        owner, other = self.dice.sample(self.users, 2)
        others = (Participant(other, self.dice.random() < 0.6),) if self.dice.random() < 0.6 else ()
        content = self._new_content()
        made = Appointment(uuid4(), 1, owner, "one_on_one", content, others)
        self.note("here: new", made.id, content.title, "shared" if others else "")
        await appointments.insert(made, self.window(), self.now, cause=Cause(user_id=owner))

    def _new_content(self) -> Content:
        is_series, is_private = self.dice.random() < 0.25, self.dice.random() < 0.1
        return self.values.content(is_series=is_series, is_private=is_private)

    async def edit_appointment(self) -> None:
        if appointment := await self._some_appointment():
            group = self.dice.choice(editable(appointment.content))
            content = self.values.edited(appointment.content, group)
            self.note("here: edit", appointment.id, group, content.get(group))
            await self._store(replace(appointment, content=content))

    async def hide_appointment(self) -> None:
        appointment = await self._some_appointment()
        if appointment and appointment.imported_from is None:
            content = replace(appointment.content, is_private=not appointment.content.is_private)
            self.note("here: private", appointment.id, content.is_private)
            await self._store(replace(appointment, content=content))

    async def delete_appointment(self) -> None:
        if appointment := await self._some_appointment():
            self.erased_here.add(appointment.id)
            self.note("here: delete", appointment.id)
            await self._store(replace(appointment, is_deleted=True))

    async def _store(self, made: Appointment) -> None:
        """As a user does it, whom the platform hears of."""

        async def edit(known: Appointment) -> Appointment:
            return replace(made, version=known.version)

        cause = Cause(user_id=made.owner_id)
        await appointments.edit(made.id, edit, self.window(), self.now, cause=cause)

    async def _some_appointment(self) -> Appointment | None:
        rows = await models.Appointment.filter(is_deleted=False).order_by("created_at", "id").values("id")
        ids = [row["id"] for row in rows]
        if not ids:
            return None
        chosen = self.dice.choice(ids)
        return (await appointments.load([chosen]))[chosen]

    async def make_event(self) -> None:
        desk = self.dice.choice(self.desks)
        name = f"own-{len(self.trace)}"
        content = self._new_content()
        self.note("there: new", self.desks.index(desk), name, content.title)
        desk.calendar.put(StoredEvent(name, "", content, uid=name))

    def _some_event(self) -> tuple[Desk, StoredEvent] | None:
        desk = self.dice.choice(self.desks)
        if not desk.calendar.live:
            return None
        return desk, desk.calendar.live[self.dice.choice(sorted(desk.calendar.live))]

    async def edit_event(self) -> None:
        if found := self._some_event():
            desk, event = found
            group = self.dice.choice(editable(event.content))
            content = self.values.edited(event.content, group)
            self.note("there: edit", self.desks.index(desk), event.id, group, content.get(group))
            self.weather.watch.edited(event, content, group)
            desk.calendar.put(replace(event, content=content, modified_at=self.now))

    async def restore_text(self) -> None:
        """Somebody undoes: an old version comes back, with its old stamp."""
        if found := self._some_event():
            desk, event = found
            old = self.dice.choice(desk.calendar.versions(event.id))
            self.values.retire(event.content)
            self.note("there: restore", self.desks.index(desk), event.id, old.content.title)
            desk.calendar.put(old)

    async def delete_event(self) -> None:
        if found := self._some_event():
            desk, event = found
            self.erased_there.add((desk.id, event.id))
            self.values.retire(event.content)
            self.note("there: delete", self.desks.index(desk), event.id)
            desk.calendar.erase(event.id)

    async def bring_back_event(self) -> None:
        """Out of the trash, as it was: where etags are made of the content, with its old etag."""
        desk = self.dice.choice(self.desks)
        gone = sorted(i for i in {i for i, _ in desk.calendar.log} if desk.calendar.was_deleted(i))
        if gone and desk.calendar.conduct is HINTS:
            event = desk.calendar.versions(self.dice.choice(gone))[-1]
            self.note("there: back", self.desks.index(desk), event.id)
            desk.calendar.put(event)

    # the engine

    async def run(self, desk: Desk) -> bool:
        """One run of one calendar; whether it ended by itself."""
        await models.CalendarSyncConfig.filter(id=desk.id).update(fence=self._next_fence())
        log = await runs.begin(desk.id, "schedule", self.now)
        held = Held(desk.id, desk.link_id, self._fence, desk.user_id, desk.provider)
        ledger = SteppingLedger(held, MARKERS, self.window(), lambda: self.now, log)
        ledger.weather = self.weather
        adapter = FaultyAdapter(MemoryAdapter(desk.calendar), self.weather)
        before = await self._direction(desk), self._settings, await self._heard_from(desk)
        try:
            report = await sync.run(ledger, adapter, CAPABILITIES, lambda: self.now)
        except (Crash, ProviderError) as error:
            self.note("run", self.desks.index(desk), "ended by", type(error).__name__)
            return False
        finally:
            after = await self._direction(desk), self._settings, await self._heard_from(desk)
            self._check_direction(before, after, adapter.writes)
        self.note("run", self.desks.index(desk), report)
        return True

    async def _direction(self, desk: Desk) -> str:
        return (await models.CalendarSyncConfig.get(id=desk.id)).sync_direction

    async def _heard_from(self, desk: Desk) -> int:
        """How many changes of appointments came from that calendar."""
        caused = models.AppointmentChange.filter(provider=desk.provider, user_id=desk.user_id)
        return await caused.count()

    def _check_direction(
        self, before: tuple[str, int, int], after: tuple[str, int, int], writes: int
    ) -> None:
        """A run in which nobody changed the settings goes one way where they say so."""
        direction, settings, heard = before
        if after[1] != settings:
            return
        if direction == Direction.PULL and writes:
            self.astray.append(f"{writes} writes into a calendar that is read only one way")
        if direction == Direction.PUSH and after[2] != heard:
            self.astray.append("a calendar was heard that is written only one way")

    def _next_fence(self) -> int:
        self._fence += 1
        return self._fence
