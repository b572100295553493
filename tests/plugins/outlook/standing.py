"""A stand before what stands in for Microsoft Graph, and another client of the same calendar."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar
from urllib.parse import quote
from uuid import UUID

from tests.plugins.outlook.others_bodies import NAMES
from tests.plugins.outlook.others_writes import body_of, override_body, slot_text, times
from tests.plugins.standing import Body, SignedInStand

from metonic_core.model.content import Content, Status
from metonic_core.model.series import Override
from metonic_core.model.when import Timed
from metonic_core.testing.checks.contents import LESSON
from metonic_core.testing.stand import Shown
from metonic_simulators.graph import graph, ids, seeding

ALICE = "alice@contoso.example"
_AGES = "startDateTime=2020-01-01T00:00:00Z&endDateTime=2040-01-01T00:00:00Z&$top=1000"
_OURS = quote(" or ".join(f"id eq '{name}'" for name in NAMES.values()), safe="'")
_EXPANDED = f"$expand=singleValueExtendedProperties($filter={_OURS})"
_DISORDER = (
    *("transaction-409", "transactions-kept", "exceptions-listed", "ids-per-occurrence", "batch-floods"),
    *("delta-replays", "delta-duplicates", "delta-shuffled", "concurrency-503"),
)


class GraphStand(SignedInStand):
    """Alice's, in a calendar beside her default one."""

    has_one_word = True
    foreign: ClassVar[Body] = {"categories": ["Green"], "importance": "high", "reminderMinutesBeforeStart": 7}
    prefers: ClassVar[Mapping[str, str]] = {"Prefer": 'IdType="ImmutableId"'}

    async def open(self) -> None:
        self.graph = await self.begin(graph())
        # Whether it does is not said anywhere; where it does not, no client can keep what comes between.
        self.graph.turn_on("match-on-delete")
        self.shelf = seeding.put_calendar(self.graph.world, {"owner": ALICE, "name": "Studio"})
        user = self.graph.user(ALICE)
        self.calendar_id = self.graph.world.calendar_id(user, self.shelf)

    def sign_in(self) -> None:
        self.client.token = self.stand_in.token_for(ALICE)
        self._other.token = self.stand_in.token_for(ALICE)

    @staticmethod
    def is_write(method: str, url: str, body: bytes | None) -> bool:
        if not url.endswith("/$batch"):
            return method != "GET"
        return any(part["method"] != "GET" for part in json.loads(body or b"{}")["requests"])

    @property
    def address(self) -> str:
        return f"{self.graph.url}v1.0/me/calendars/{quote(self.calendar_id, safe='')}"

    @staticmethod
    def written(content: Content) -> Body:
        return body_of(content)

    async def vary(self, event_id: str, content: Content) -> None:
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
            await super().edit(event_id, content)

    async def raw(self, event_id: str) -> str:
        return json.dumps(await self.ask("GET", f"{self.path(event_id)}?{_EXPANDED}"), sort_keys=True)

    async def shown(self, event_id: str) -> Shown:
        found = await self.ask("GET", self.path(event_id))
        return Shown(
            is_private=found["sensitivity"] in {"private", "confidential"},
            is_busy=found["showAs"] not in {"free", "workingElsewhere"},
            status=Status.TENTATIVE if found["showAs"] == "tentative" else Status.CONFIRMED,
        )

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
        return await self.put_with(content, {"attendees": [guest]})

    async def occupy(self, identity: UUID, content: Content) -> None:
        await self.put_with(content, {"transactionId": str(identity)})

    async def duplicate(self, event_id: str) -> str:
        found = await self.ask("GET", f"{self.path(event_id)}?{_EXPANDED}")
        kept = ("subject", "start", "end", "singleValueExtendedProperties")
        return str((await self.ask("POST", "/events", {name: found[name] for name in kept}))["id"])

    async def limit_channels(self, life: timedelta) -> None:
        self.graph.turn_on("subscription-life", most=life.total_seconds() / 60)

    async def refuse_writes(self) -> None:
        self.shelf.can_edit = False

    async def revoke(self) -> None:
        """The token that is out is good until it ends."""
        self.graph.revoke(ALICE)
        self.graph.advance(hours=2)


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
