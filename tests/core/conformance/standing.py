"""A stand before a calendar in memory."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

from tests.core.conformance.lined import CALENDAR, Intercepted
from tests.core.conformance.telling import TellingLine

from metonic_core.model.codec import encode
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.spi import (
    AccessDenied,
    Account,
    CalendarGone,
    Incoming,
    RateLimited,
    SignInNeeded,
    Unavailable,
)
from metonic_core.testing.calendar import MemoryCalendar
from metonic_core.testing.checks.contents import LESSON
from metonic_core.testing.conduct import CALDAV, GOOGLE, GRAPH, Conduct, Trouble
from metonic_core.testing.stand import Shown, Stand


class MemoryStand(Stand):
    """``conduct`` says how the service behaves, ``hides`` whether it shows things as late as it may."""

    conduct: ClassVar[Conduct] = GOOGLE
    hides: ClassVar[bool] = True
    page_size = 3

    async def open(self) -> None:
        self.time = datetime(2028, 3, 1, tzinfo=UTC)
        self.calendar = MemoryCalendar(self.conduct, clock=self.now)
        self.calendar.strikes = lambda trouble: trouble is Trouble.HIDDEN and self.line.hides
        self.client = self.line = TellingLine(self.calendar, hides=self.hides, now=self.now)
        self.account = Account("", "Memory", "memory://", "anybody", CALENDAR)
        self.calendar_id = CALENDAR

    def now(self) -> datetime:
        return self.time

    async def settle(self) -> None:
        """As long as the plugin says; a service that takes longer is found out."""
        self.time += self.provider.capabilities.visibility_lag + timedelta(seconds=1)

    async def put(self, content: Content) -> str:
        return self._put(content)

    def _put(self, content: Content, *, can_write: bool = True, has_guests: bool = False) -> str:
        made = StoredEvent(uuid4().hex, "", content, "theirs", can_write=can_write, has_guests=has_guests)
        return self.calendar.put(made).id

    async def edit(self, event_id: str, content: Content) -> None:
        self.calendar.put(replace(self.calendar.live[event_id], content=content))

    async def erase(self, event_id: str) -> None:
        self.calendar.erase(event_id)

    async def raw(self, event_id: str) -> str:
        return f"{encode(self.calendar.live[event_id])} {self.line.extras.get(event_id, '')}"

    async def shown(self, event_id: str) -> Shown:
        content = self.calendar.live[event_id].content
        return Shown(content.is_private, content.is_busy, content.status)

    async def put_decorated(self, content: Content) -> tuple[str, Sequence[str]]:
        event_id = self._put(content)
        self.line.extras[event_id] = "colour=green reminder=10"
        return event_id, ["colour=green", "reminder=10"]

    async def put_unreadable(self) -> str:
        event_id = self._put(LESSON)
        self.calendar.garbled.add(event_id)
        return event_id

    async def put_phantom(self) -> str:
        self.line.phantoms.append("phantom")
        return "phantom"

    async def put_locked(self) -> str:
        return self._put(LESSON, can_write=False)

    async def put_with_guests(self, content: Content) -> str:
        return self._put(content, has_guests=True)

    async def occupy(self, identity: UUID, content: Content) -> None:
        if self.conduct.gives_ids:
            self.cannot("the service gives ids of its own")
        self.calendar.put(StoredEvent(identity.hex, "", content, "theirs"))

    async def duplicate(self, event_id: str) -> str:
        found = self.calendar.live[event_id]
        return self.calendar.put(replace(found, id=uuid4().hex, uid="theirs", identity=None)).id

    async def outbox(self) -> Sequence[str]:
        return list(self.calendar.outbox)

    async def listen(self, take: Callable[[Incoming], str | None]) -> str:
        return self.line.listen(take)

    async def delivered(self) -> None:
        self.line.deliver()

    async def limit_channels(self, life: timedelta) -> None:
        self.line.longest = life

    def requests(self) -> int:
        return self.line.asked

    async def expire_cursors(self) -> None:
        self._forget(Trouble.EXPIRED)

    async def reset_silently(self) -> None:
        self._forget(Trouble.RESET)

    def _forget(self, trouble: Trouble) -> None:
        if trouble not in self.conduct.troubles:
            self.cannot(f"the service has no such trouble: {trouble}")
        self.line.forgetting = trouble
        self.line.forgotten |= self.line.given

    async def answer(self, status: int, retry_after: int | None = None) -> None:
        busy = RateLimited("Too many requests.", retry_after)
        self.line.error = busy if retry_after is not None else Unavailable(f"It failed with {status}.")

    async def intercept(self, body: bytes, media_type: str) -> None:  # noqa: ARG002 - nobody reads it here
        self.line.error = Intercepted("Something else answered.")

    async def fall_silent(self) -> None:
        self.line.error = Unavailable("Nobody answers.")

    async def recover(self) -> None:
        self.line.error = None

    async def before_next_write(self, act: Callable[[], Awaitable[None]]) -> None:
        self.line.held = act

    async def lose_answer(self) -> None:
        self.line.loses_answer = True

    async def lose_request(self) -> None:
        self.line.loses_request = True

    async def refuse_writes(self) -> None:
        self.line.denied = AccessDenied("The calendar may only be read.")

    async def revoke(self) -> None:
        self.line.error = SignInNeeded("Please sign in again.")

    async def delete_calendar(self) -> None:
        self.line.error = CalendarGone("There is no such calendar.")


class GoogleStand(MemoryStand):
    """Shows things at once: a create that comes again before that finds its id taken by nothing."""

    conduct = GOOGLE
    hides = False


class GraphStand(MemoryStand):
    conduct = GRAPH


class CaldavStand(MemoryStand):
    conduct = CALDAV
