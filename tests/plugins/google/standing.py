"""A stand before what stands in for Google, and another client of the same calendar."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from tests.listening import listening
from tests.plugins.google.others_bodies import Body, body_of, instance_id, override_body
from tests.plugins.google.outside import HttpClient, account, session

from metonic_core.model.content import Content, Status
from metonic_core.spi import Answer, Incoming, Unavailable
from metonic_core.testing.checks.contents import LESSON
from metonic_core.testing.stand import Shown, Stand
from metonic_simulators.google import google, seeding

ALICE, BOB = "alice@example.com", "bob@example.com"
_WRITE_IN_BATCH = re.compile(rb"^(POST|PUT|PATCH|DELETE) /calendar/", re.MULTILINE)
_FOREIGN: Body = {
    "colorId": "5",
    "extendedProperties": {"private": {"other-app": "green"}, "shared": {"room": "12"}},
    "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 7}]},
    "source": {"title": "A page", "url": "https://example.com/page"},
}


@dataclass
class Troubled(HttpClient):
    """The plugin's client. ``instead`` answers everything; ``held`` is done before the next write arrives."""

    held: Callable[[], Awaitable[None]] | None = None
    instead: Answer | None = None
    is_silent: bool = False
    loses_answer: bool = False
    loses_request: bool = False

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        is_write = method != "GET" and ("/batch/" not in url or _WRITE_IN_BATCH.search(body or b""))
        if self.is_silent or (is_write and self._happens("loses_request")):
            self.asked.append((method, url))
            raise Unavailable("The connection was cut.")
        if self.instead is not None:
            self.asked.append((method, url))
            return self.instead
        if is_write and self.held is not None:
            act, self.held = self.held, None
            await act()
        answer = await super().request(method, url, headers, body)
        if is_write and self._happens("loses_answer"):
            raise Unavailable("The connection was cut.")
        return answer

    def _happens(self, once: str) -> bool:
        happens = bool(getattr(self, once))
        setattr(self, once, False)
        return happens


class GoogleStand(Stand):
    """Alice's, in a calendar that Bob shares with her."""

    client: Troubled

    async def open(self) -> None:
        self._stack = AsyncExitStack()
        self.google = await self._stack.enter_async_context(google())
        # What the checks ask in a second, people ask in minutes.
        self.google.turn_off("quota")
        shared = seeding.put_calendar(
            self.google.world,
            {"owner": BOB, "summary": "Studio", "timeZone": "Europe/Berlin", "roles": {ALICE: "writer"}},
        )
        self.calendar_id = shared.id
        http = await self._stack.enter_async_context(session())
        self.client, self._other = Troubled(http), HttpClient(http)
        self.sign_in()
        self.account = account(self.google.url)

    async def close(self) -> None:
        await self._stack.aclose()

    def sign_in(self) -> None:
        """Both clients, anew: tokens last for an hour."""
        self.client.token = self.google.token_for(ALICE)
        self._other.token = self.google.token_for(BOB, ["openid", "calendar"])

    async def settle(self) -> None:
        """What is written shows at once."""

    async def ask(self, method: str, path: str, body: Body | None = None) -> Any:  # noqa: ANN401 - JSON
        """Another client's request about the calendar."""
        url = f"{self.google.url}calendar/v3/calendars/{quote(self.calendar_id, safe='')}{path}"
        content = None if body is None else json.dumps(body).encode()
        answer = await self._other.request(method, url, {"Content-Type": "application/json"}, content)
        assert answer.status < 300, (method, path, answer.body)
        return json.loads(answer.body or b"null")

    async def put(self, content: Content) -> str:
        return await self._put(content)

    async def _put(self, content: Content, more: Body | None = None) -> str:
        made = await self.ask("POST", "/events", body_of(content) | (more or {}))
        await self.vary(str(made["id"]), content)
        return str(made["id"])

    async def vary(self, event_id: str, content: Content) -> None:
        """Have its occurrences differ as the content says."""
        for override in content.overrides:
            occurrence = instance_id(event_id, override.slot, content.when)
            await self.ask("PATCH", f"/events/{occurrence}", override_body(override))

    async def edit(self, event_id: str, content: Content) -> None:
        await self.ask("PATCH", f"/events/{event_id}", body_of(content))
        await self.vary(event_id, content)

    async def erase(self, event_id: str) -> None:
        await self.ask("DELETE", f"/events/{event_id}")

    async def raw(self, event_id: str) -> str:
        return json.dumps(await self.ask("GET", f"/events/{event_id}"), sort_keys=True)

    async def shown(self, event_id: str) -> Shown:
        found = await self.ask("GET", f"/events/{event_id}")
        return Shown(
            is_private=found.get("visibility") in {"private", "confidential"},
            is_busy=found.get("transparency") != "transparent",
            status=Status(found["status"]),
        )

    async def put_decorated(self, content: Content) -> tuple[str, Sequence[str]]:
        event_id = await self._put(content, _FOREIGN)
        kept = [json.dumps({name: value}, sort_keys=True)[1:-1] for name, value in _FOREIGN.items()]
        # Reminders are each user's own: what the other client wrote is hers.
        return event_id, kept

    async def put_unreadable(self) -> str:
        odd = body_of(LESSON) | {"recurrence": ["RRULE:FREQ=DAILY;COUNT=40", "EXRULE:FREQ=MONTHLY;COUNT=2"]}
        return self._seed(odd)

    def _seed(self, body: Body) -> str:
        return seeding.put_event(self.google.world, {"calendar": self.calendar_id, "event": body}).id

    async def put_task(self) -> str:
        return self._seed(body_of(LESSON) | {"eventType": "workingLocation"})

    async def put_locked(self) -> str:
        guests = [{"email": "carol@example.com"}, {"email": self.calendar_id}]
        return self._seed(
            body_of(LESSON) | {"organizer": {"email": "carol@example.com"}, "attendees": guests}
        )

    async def put_with_guests(self, content: Content) -> str:
        return await self._put(content, {"attendees": [{"email": "guest@example.com"}]})

    async def occupy(self, identity: UUID, content: Content) -> None:
        await self._put(content, {"id": identity.hex})

    async def duplicate(self, event_id: str) -> str:
        found = await self.ask("GET", f"/events/{event_id}")
        kept = {name: found[name] for name in ("summary", "start", "end", "extendedProperties")}
        return str((await self.ask("POST", "/events", kept))["id"])

    async def outbox(self) -> Sequence[str]:
        return [f"{mail.method} to {mail.recipient}" for mail in self.google.outbox]

    def now(self) -> datetime:
        return self.google.clock.now()

    async def listen(self, take: Callable[[Incoming], str | None]) -> str:
        return await self._stack.enter_async_context(listening(take))

    async def delivered(self) -> None:
        await self.google.settled()

    async def limit_channels(self, life: timedelta) -> None:
        self.google.turn_on("channel-life", seconds=life.total_seconds())

    def requests(self) -> int:
        return len(self.client.asked)

    async def expire_cursors(self) -> None:
        self.google.world.tokens.expire()

    async def answer(self, status: int, retry_after: int | None = None) -> None:
        headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        self.client.instead = Answer(status, headers, b"", self.google.url)

    async def intercept(self, body: bytes, media_type: str) -> None:
        self.client.instead = Answer(200, {"content-type": media_type}, body, self.google.url)

    async def fall_silent(self) -> None:
        self.client.is_silent = True

    async def recover(self) -> None:
        self.client.instead, self.client.is_silent = None, False

    async def before_next_write(self, act: Callable[[], Awaitable[None]]) -> None:
        self.client.held = act

    async def lose_answer(self) -> None:
        self.client.loses_answer = True

    async def lose_request(self) -> None:
        self.client.loses_request = True

    async def refuse_writes(self) -> None:
        world = self.google.world
        world.share(world.calendars[self.calendar_id], ALICE, "reader")

    async def revoke(self) -> None:
        self.google.people.revoke_all(self.google.user(ALICE))

    async def delete_calendar(self) -> None:
        await self.ask("DELETE", "")


class PagedGoogleStand(GoogleStand):
    """Where pages are short, and the first one is empty."""

    page_size = 3

    async def open(self) -> None:
        await super().open()
        self.google.turn_on("short-pages", size=self.page_size)


class FickleGoogleStand(GoogleStand):
    """What sources tell differently is the other way round: versions of masters, fates of exceptions."""

    async def open(self) -> None:
        await super().open()
        for quirk in ("master-bumped", "exceptions-dropped"):
            self.google.turn_on(quirk)
        self.google.turn_off("empty-items-omitted")
