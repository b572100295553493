"""A stand before what stands in for Microsoft Graph, and another client of the same calendar."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from tests.listening import listening
from tests.plugins.google.outside import HttpClient, account, session
from tests.plugins.outlook.others_bodies import NAMES
from tests.plugins.outlook.others_writes import Body, body_of, override_body, slot_text, times

from metonic_core.model.content import Content, Status
from metonic_core.model.series import Override
from metonic_core.model.when import Timed
from metonic_core.spi import Answer, Incoming, Unavailable
from metonic_core.testing.checks.contents import LESSON
from metonic_core.testing.stand import Shown, Stand
from metonic_simulators.graph import graph, ids, seeding

ALICE = "alice@contoso.example"
_AGES = "startDateTime=2020-01-01T00:00:00Z&endDateTime=2040-01-01T00:00:00Z&$top=1000"
_OURS = " or ".join(f"id eq '{name}'" for name in NAMES.values())
_FOREIGN: Body = {
    "categories": ["Green"],
    "importance": "high",
    "reminderMinutesBeforeStart": 7,
}

_DISORDER = (
    *("transaction-409", "transactions-kept", "exceptions-listed", "ids-per-occurrence", "batch-floods"),
    *("delta-replays", "delta-duplicates", "delta-shuffled", "concurrency-503"),
)


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
        is_write = _is_write(method, url, body)
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


def _is_write(method: str, url: str, body: bytes | None) -> bool:
    if not url.endswith("/$batch"):
        return method != "GET"
    return any(part["method"] != "GET" for part in json.loads(body or b"{}")["requests"])


class GraphStand(Stand):
    """Alice's, in a calendar beside her default one."""

    client: Troubled
    has_one_word = True

    async def open(self) -> None:
        self._stack = AsyncExitStack()
        self.graph = await self._stack.enter_async_context(graph())
        # Whether it does is not said anywhere; where it does not, no client can keep what comes between.
        self.graph.turn_on("match-on-delete")
        self.shelf = seeding.put_calendar(self.graph.world, {"owner": ALICE, "name": "Studio"})
        user = self.graph.user(ALICE)
        self.calendar_id = self.graph.world.calendar_id(user, self.shelf)
        http = await self._stack.enter_async_context(session())
        self.client, self._other = Troubled(http), HttpClient(http)
        self.sign_in()
        self.account = account(self.graph.url)

    async def close(self) -> None:
        await self._stack.aclose()

    def sign_in(self) -> None:
        """Both clients, anew: tokens last for an hour."""
        self.client.token = self.graph.token_for(ALICE)
        self._other.token = self.graph.token_for(ALICE)

    async def settle(self) -> None:
        """What is written shows at once."""

    async def ask(self, method: str, path: str, body: Body | None = None) -> Any:  # noqa: ANN401 - JSON
        """Another client's request about the calendar."""
        url = f"{self.graph.url}v1.0/me/calendars/{quote(self.calendar_id, safe='')}{path}"
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Prefer": 'IdType="ImmutableId"'}
        answer = await self._other.request(method, url.replace(" ", "%20"), headers, content)
        assert answer.status < 300, (method, path, answer.body)
        return json.loads(answer.body or b"null")

    def path(self, event_id: str) -> str:
        return f"/events/{quote(event_id, safe='')}"

    async def put(self, content: Content) -> str:
        return await self._put(content)

    async def _put(self, content: Content, more: Body | None = None) -> str:
        made = await self.ask("POST", "/events", body_of(content) | (more or {}))
        await self.vary(str(made["id"]), content)
        return str(made["id"])

    async def vary(self, event_id: str, content: Content) -> None:
        """Have its occurrences differ as the content says."""
        for override in content.overrides:
            occurrence = await self.occurrence(event_id, override, content)
            if occurrence is None:
                continue
            if override.is_cancelled:
                await self.ask("DELETE", self.path(occurrence))
            else:
                await self.ask("PATCH", self.path(occurrence), override_body(override))

    async def occurrence(self, event_id: str, override: Override, content: Content) -> str | None:
        found = await self.ask("GET", f"{self.path(event_id)}/instances?{_AGES}")
        begins = slot_text(override.slot, content.when)
        named = [one["id"] for one in found["value"] if one["originalStart"].startswith(begins)]
        return named[0] if named else None

    async def edit(self, event_id: str, content: Content) -> None:
        if content.status is Status.CANCELLED:
            # Of an event that nobody else has, nothing is left.
            await self.erase(event_id)
        else:
            await self.ask("PATCH", self.path(event_id), body_of(content))
            await self.vary(event_id, content)

    async def erase(self, event_id: str) -> None:
        await self.ask("DELETE", self.path(event_id))

    async def raw(self, event_id: str) -> str:
        expanded = f"$expand=singleValueExtendedProperties($filter={_OURS})"
        return json.dumps(await self.ask("GET", f"{self.path(event_id)}?{expanded}"), sort_keys=True)

    async def shown(self, event_id: str) -> Shown:
        found = await self.ask("GET", self.path(event_id))
        return Shown(
            is_private=found["sensitivity"] in {"private", "confidential"},
            is_busy=found["showAs"] not in {"free", "workingElsewhere"},
            status=Status.TENTATIVE if found["showAs"] == "tentative" else Status.CONFIRMED,
        )

    async def put_decorated(self, content: Content) -> tuple[str, Sequence[str]]:
        event_id = await self._put(content, _FOREIGN)
        kept = [json.dumps({name: value}, sort_keys=True)[1:-1] for name, value in _FOREIGN.items()]
        return event_id, kept

    async def put_unreadable(self) -> str:
        assert isinstance(LESSON.when, Timed)
        for_ever = replace(LESSON.when, end=LESSON.when.end.replace(year=2999))
        return self._seed(body_of(LESSON) | times(for_ever))

    def _seed(self, body: Body, organizer: str = "") -> str:
        wanted = {"calendar": self.shelf.name, "event": body, "organizer": organizer}
        event = seeding.put_event(self.graph.world, wanted)
        return self.immutable(event.key.text)

    def immutable(self, key: str) -> str:
        return ids.written(ids.IMMUTABLE, self.graph.user(ALICE).id, key)

    async def put_locked(self) -> str:
        return self._seed(body_of(LESSON), "carol@outlook.example")

    async def put_with_guests(self, content: Content) -> str:
        guest = {"emailAddress": {"address": "guest@example.com"}, "type": "required"}
        return await self._put(content, {"attendees": [guest]})

    async def occupy(self, identity: UUID, content: Content) -> None:
        await self._put(content, {"transactionId": str(identity)})

    async def duplicate(self, event_id: str) -> str:
        expanded = f"$expand=singleValueExtendedProperties($filter={_OURS})"
        found = await self.ask("GET", f"{self.path(event_id)}?{expanded}")
        kept = ("subject", "start", "end", "singleValueExtendedProperties")
        return str((await self.ask("POST", "/events", {name: found[name] for name in kept}))["id"])

    async def outbox(self) -> Sequence[str]:
        return [f"{mail.method} to {mail.recipient}" for mail in self.graph.outbox]

    def now(self) -> datetime:
        return self.graph.clock.now()

    async def listen(self, take: Callable[[Incoming], str | None]) -> str:
        return await self._stack.enter_async_context(listening(take))

    async def delivered(self) -> None:
        await self.graph.settled()

    async def limit_channels(self, life: timedelta) -> None:
        self.graph.turn_on("subscription-life", most=life.total_seconds() / 60)

    def requests(self) -> int:
        return len(self.client.asked)

    async def expire_cursors(self) -> None:
        self.graph.world.tokens.expire()

    async def answer(self, status: int, retry_after: int | None = None) -> None:
        headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        self.client.instead = Answer(status, headers, b"", self.graph.url)

    async def intercept(self, body: bytes, media_type: str) -> None:
        self.client.instead = Answer(200, {"content-type": media_type}, body, self.graph.url)

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
        self.shelf.can_edit = False

    async def revoke(self) -> None:
        """The token that is out is good until it ends."""
        self.graph.revoke(ALICE)
        self.graph.advance(hours=2)

    async def delete_calendar(self) -> None:
        await self.ask("DELETE", "")


class PagedGraphStand(GraphStand):
    """Where pages are short, those of exceptions too, and the first one of a round is empty."""

    page_size = 3

    async def open(self) -> None:
        await super().open()
        self.graph.turn_on("short-pages", size=self.page_size)
        self.graph.turn_on("exceptions-paged", size=1)
        self.graph.turn_on("empty-pages")


class FickleGraphStand(GraphStand):
    """What sources tell differently is the other way round, and the feed is in disorder."""

    async def open(self) -> None:
        await super().open()
        for quirk in _DISORDER:
            self.graph.turn_on(quirk)
        for quirk in ("match-on-delete", "exceptions-dropped", "occurrences-renamed", "links-rewritten"):
            self.graph.turn_off(quirk)
        self.graph.turn_on("delta-reset", status=400, code="resyncRequired", location=0)
        self.graph.turn_on("nulls", members="iCalUId")

    async def before_next_write(self, act: Callable[[], Awaitable[None]]) -> None:  # noqa: ARG002
        self.cannot("a deletion heeds no condition here")
