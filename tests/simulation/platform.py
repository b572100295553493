"""The platform's backend, as a stranger would write it: it sends whole states and reads the feed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from uuid import UUID

from tests.simulation import ground
from tests.simulation.values import Values, editable, tokens, tokens_of

from metonic_core.model.appointment import Appointment
from metonic_core.model.codec import decode
from metonic_core.model.content import Content, Group, all_groups
from metonic_core.model.when import Window
from metonic_gateway.store import appointments, changes, models, upserts
from metonic_gateway.store.changes import Change
from metonic_gateway.store.upserts import Person, PlatformAppointment, Seat, UpsertReport, UpsertStatus

TRAINER = Person("trainer", "trainer", None, None, None)
CLIENT = Person("client", "client", None, None, None)
PEOPLE = {person.platform_id: person for person in (TRAINER, CLIENT)}


@dataclass(slots=True)
class Record:
    """An appointment as the platform holds it; ``seen`` is our version that it last heard of.

    ``latest`` is the newest it was told of: what it reads later than that is looked up anew.
    """

    state: PlatformAppointment
    appointment_id: UUID | None = None
    seen: int | None = None
    latest: int = 0


@dataclass(eq=False, slots=True)
class Message:
    """A whole state on its way to us, made by an edit of that group of what the platform held then.

    ``went_over_news``: while it waited, the platform heard of a change and kept to what it says itself.
    """

    state: PlatformAppointment
    group: Group | None
    went_over_news: bool = False


@dataclass(slots=True)
class Platform:
    """``step`` may end the process or pass time, and others act meanwhile.

    ``authored`` are the values that it wrote itself, ``erased`` the appointments that it cancelled, told
    so or not; ``astray`` is what should not have happened, in words.
    """

    dice: Random
    values: Values
    note: Callable[..., None]
    step: Callable[[], Awaitable[None]]
    window: Callable[[], Window]
    clock: Callable[[], datetime]
    names: dict[UUID, str] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    waiting: list[Message] = field(default_factory=list)
    authored: set[int] = field(default_factory=set)
    erased: set[UUID] = field(default_factory=set)
    astray: list[str] = field(default_factory=list)
    position: int = 0
    _versions: int = 0

    async def make(self, content: Content) -> None:
        owner, other = self.dice.sample([TRAINER, CLIENT], 2)
        seats = [Seat(other, self.dice.random() < 0.5)] if self.dice.random() < 0.6 else []
        kind = self.dice.choice(["one_on_one", "group_class"])
        self.authored |= tokens(content)
        state = self._state(f"p{len(self.records)}", content, owner, seats, kind)
        self.records[state.platform_id] = Record(state)
        await self._post(Message(state, None))

    def _state(
        self, platform_id: str, content: Content, owner: Person, seats: list[Seat], kind: str
    ) -> PlatformAppointment:
        return PlatformAppointment(
            platform_id=platform_id,
            platform_version=self._next_version(),
            type=kind,
            content=content,
            owner=owner,
            participants=seats,
            is_cancelled=False,
            is_busy=None,
            seen_version=None,
            appointment_id=None,
        )

    def _next_version(self) -> int:
        self._versions += 1
        return self._versions

    async def edit(self) -> None:
        """An edit of what the platform holds, however old that is; sometimes it is sent much later."""
        if record := self._some_record():
            group = self.dice.choice(editable(record.state.content, self.values.groups))
            content = self.values.edited(record.state.content, group)
            self.authored |= set(tokens_of(content, group))
            seen = record.seen if self.dice.random() < 0.3 else None
            state = replace(
                record.state, content=content, platform_version=self._next_version(), seen_version=seen
            )
            self.note("platform: edit", state.platform_id, group, content.get(group))
            record.state = state
            self.waiting.append(Message(state, group))
            if self.dice.random() < 0.7:
                await self.send_one()

    async def cancel(self) -> None:
        if record := self._some_record():
            state = replace(record.state, is_cancelled=True, platform_version=self._next_version())
            self.note("platform: cancel", state.platform_id)
            record.state = state
            await self._post(Message(state, None))

    async def _post(self, message: Message) -> None:
        self.waiting.append(message)
        await self._send(message)

    async def send_one(self) -> None:
        """Messages overtake each other."""
        if self.waiting:
            await self._send(self.dice.choice(self.waiting))

    def _some_record(self) -> Record | None:
        open_ones = [r for _, r in sorted(self.records.items()) if not r.state.is_cancelled]
        return self.dice.choice(open_ones) if open_ones else None

    async def _send(self, message: Message) -> None:
        """At least once: what was not answered is sent again, and is no news then."""
        await self.step()
        record = self.records[message.state.platform_id]
        before = await self._present(record)
        if self.dice.random() < 0.15:
            await self._upsert(message)
        report = await self._upsert(message)
        self._check_author(message, before, await self._present(record))
        await self.step()
        self.waiting = [other for other in self.waiting if other is not message]
        (outcome,) = report.outcomes
        self.note("platform: sent", message.state.platform_id, outcome.status.value, *outcome.overwrote)
        if outcome.status is UpsertStatus.REFUSED:
            await self._take_back(record, message)
            return
        record.appointment_id = outcome.appointment_id
        record.latest = max(record.latest, outcome.version or 0)
        if outcome.status is UpsertStatus.UNCHANGED and message.went_over_news and record.appointment_id:
            # It had arrived before, and what was heard of since may have come after it.
            self._hear(record, await self._looked_up(record.appointment_id))

    async def _upsert(self, message: Message) -> UpsertReport:
        """The platform's word goes over what others wrote meanwhile, and it is told so."""
        report = await upserts.upsert([message.state], self.window(), self.clock())
        (outcome,) = report.outcomes
        if message.state.is_cancelled and outcome.appointment_id:
            self.erased.add(outcome.appointment_id)
        if outcome.overwrote and outcome.appointment_id:
            replaced = await self._overwritten(outcome.appointment_id)
            for group in outcome.overwrote:
                # And what those had replaced: it may still be on its way into a calendar.
                self.values.retired |= self.values.with_ancestors(tokens_of(replaced, group))
        return report

    async def _overwritten(self, appointment_id: UUID) -> Content:
        """What stood there, as the feed tells it: whoever looked before may not have seen the last of it."""
        told = models.AppointmentChange.filter(appointment_id=appointment_id, overwritten__isnull=False)
        (last,) = await told.order_by("-id").limit(1)
        content: Content = decode(last.overwritten)
        return content

    async def _present(self, record: Record) -> Content | None:
        """What stands here, also where the platform has not heard yet what its appointment is called here."""
        here = await models.Appointment.get_or_none(platform_id=record.state.platform_id)
        found = record.appointment_id or (here.id if here else None)
        return (await self._looked_up(found)).content if found else None

    def _check_author(self, message: Message, before: Content | None, after: Content | None) -> None:
        """Nothing changes to what the platform did not write itself, but only read."""
        if ground.is_side_by_side():
            # Others may have changed it between the two looks.
            return
        said, name = message.state.content, message.state.platform_id
        if before is None or after is None:
            return
        for group in all_groups(before, after):
            is_read = set(tokens_of(said, group)) - self.authored
            if is_read and before.get(group) != after.get(group):
                self.astray.append(f"{name}: {group} was reverted by an old state")

    async def _take_back(self, record: Record, message: Message) -> None:
        """The platform says so to whoever edited it, and looks up what stands."""
        if message.group:
            self.values.retired |= set(tokens_of(message.state.content, message.group))
        if record.appointment_id:
            self._hear(record, await self._looked_up(record.appointment_id))

    async def _looked_up(self, appointment_id: UUID) -> Appointment:
        return (await appointments.load([appointment_id]))[appointment_id]

    def _hear(self, record: Record, known: Appointment) -> None:
        """What it has not sent yet stays as it is; then it cannot say that it has taken this version in."""
        record.latest = known.version
        unsent = [m for m in self.waiting if m.state.platform_id == record.state.platform_id]
        for message in unsent:
            message.went_over_news = True
        groups = [m.group for m in unsent if m.group]
        record.seen = record.seen if groups else known.version
        record.state = replace(
            record.state,
            content=known.content.take(groups, record.state.content),
            is_cancelled=known.is_deleted or any(m.state.is_cancelled for m in unsent),
        )

    async def read(self, first: int = 2) -> bool:
        """Take in the next changes; whether there are more."""
        page = await changes.page(self.position, first)
        for change in page.changes:
            await self.step()
            await self._take_in(change)
        self.position = page.position
        return page.has_more

    async def _take_in(self, change: Change) -> None:
        kept = change.kept
        if kept.platform_id is None:
            await self._take_up(change)
            return
        record = self.records[kept.platform_id]
        known = kept.appointment
        record.appointment_id = known.id
        is_late = known.version < record.latest
        self._hear(record, await self._looked_up(known.id) if is_late else known)

    async def _take_up(self, change: Change) -> None:
        """An appointment that the platform does not know gets a name of its own there."""
        known = change.kept.appointment
        if known.is_deleted:
            return
        seats = [Seat(PEOPLE[self.names[p.user_id]], p.may_edit) for p in known.participants]
        owner = PEOPLE[self.names[known.owner_id]]
        state = self._state(f"p{len(self.records)}", known.content, owner, seats, known.type)
        bound = replace(state, appointment_id=known.id, seen_version=known.version)
        report = await upserts.upsert([bound], self.window(), self.clock())
        (outcome,) = report.outcomes
        self.note("platform: takes up", known.id, state.platform_id, outcome.status.value)
        if outcome.status is not UpsertStatus.REFUSED:
            self.records[state.platform_id] = Record(state, known.id, known.version)

    async def send_all(self) -> None:
        while self.waiting:
            await self.send_one()

    async def read_all(self) -> None:
        while await self.read(first=50):
            pass
