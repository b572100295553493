"""The stage of ``tests.provider_stage`` with Microsoft: an account of an organization."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from tests.gateway.graphql.client import Json
from tests.plugins.outside import HttpClient
from tests.provider_stage import Phone, SignedInMember

from metonic_outlook.provider import PROVIDER
from metonic_simulators.graph import Simulator, graph, seeding

ANNA, BOB = "anna@contoso.example", "bob@contoso.example"
ZONE = "W. Europe Standard Time"
_WRITES = {"events.create", "event.update", "event.delete"}
_SPAN = "startDateTime=2026-11-01T00:00:00Z&endDateTime=2027-11-01T00:00:00Z&$top=1000"
GUESTS = [{"emailAddress": {"address": "kim@example.com"}, "type": "required"}]


def times(day: int, hour: int = 10) -> Json:
    """An hour in Berlin on that day in December."""
    at = {name: f"2026-12-{day:02}T{each:02}:00:00" for name, each in (("start", hour), ("end", hour + 1))}
    return {name: {"dateTime": text, "timeZone": ZONE} for name, text in at.items()}


WEEKLY = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["thursday"], "firstDayOfWeek": "monday"},
    "range": {"type": "numbered", "startDate": "2026-12-03", "numberOfOccurrences": 6},
}


@dataclass
class OutlookPhone(Phone):
    """Outlook as its user has it: event resources of Graph."""

    title = "subject"
    graph: Simulator

    def token(self) -> str:
        return self.graph.token_for(BOB)

    async def events(self) -> list[Json]:
        found: list[Json] = []
        more = "?$top=1000"
        while more:
            page = await self.ask("GET", more)
            found += page["value"]
            more = page.get("@odata.nextLink", "").partition("/events")[2]
        return found

    def at(self, event: Json) -> str:
        return f"/{quote(event['id'], safe='')}"

    async def put(self, title: str, **fields: object) -> Json:
        made: Json = await self.ask("POST", body={"subject": title, **times(3), **fields})
        return made

    async def put_series(self, title: str) -> Json:
        return await self.put(title, recurrence=WEEKLY)

    async def put_invitation(self, title: str) -> None:
        self.seed({"subject": title, **times(3)}, "boss@example.com")

    def seed(self, body: Json, organizer: str = "") -> None:
        """An event as no client could make it."""
        wanted = {"calendar": ANNA, "event": body, "organizer": organizer}
        seeding.put_event(self.graph.world, wanted)

    async def put_with_guests(self, title: str) -> None:
        await self.put(title, attendees=GUESTS)
        self.graph.outbox.clear()

    async def move(self, series: Json, day: int) -> None:
        await self.ask("PATCH", self.at(await self.occurrence(series, day)), times(day + 1, 16))

    async def cancel(self, series: Json, day: int) -> None:
        await self.ask("DELETE", self.at(await self.occurrence(series, day)))

    async def occurrence(self, series: Json, day: int) -> Json:
        """The one whose slot is on that day in December."""
        found = await self.ask("GET", f"{self.at(series)}/instances?{_SPAN}")
        return next(one for one in found["value"] if one["originalStart"].startswith(f"2026-12-{day:02}"))

    async def starts(self) -> list[str]:
        found: list[str] = []
        for event in await self.events():
            shown = [event]
            if event["type"] == "seriesMaster":
                shown = (await self.ask("GET", f"{self.at(event)}/instances?{_SPAN}"))["value"]
            found += [one["start"]["dateTime"][:16] for one in shown]
        return sorted(found)


@dataclass
class AtOutlook(SignedInMember):
    provider: ClassVar[str] = "outlook"
    value = PROVIDER
    account = ANNA
    unread = ("html", "empty-message", "truncated", "lost-response", "sync-state-not-found", "throttled")
    breaks = (2,)
    pages, watch = "*/delta", "/subscriptions*"
    stand_in: Simulator
    phone: OutlookPhone

    @classmethod
    def simulated(cls, start: datetime) -> AbstractAsyncContextManager[Simulator]:
        return graph(start=start, runs=False, users=(ANNA, BOB))

    @classmethod
    def with_phone(cls, simulator: Any, client: HttpClient) -> OutlookPhone:  # noqa: ANN401 - Graph's
        shelf = seeding.put_calendar(simulator.world, {"calendar": ANNA, "shares": {BOB: True}})
        calendar_id = simulator.world.calendar_id(simulator.user(BOB), shelf)
        address = f"{simulator.url}v1.0/me/calendars/{quote(calendar_id, safe='')}"
        return OutlookPhone(client, address, simulator)

    def writes(self) -> int:
        return sum(entry.operation in _WRITES for entry in self.stand_in.log if entry.who == ANNA)

    def lose_calendar(self) -> None:
        self._shelf().owner = BOB

    def lock_calendar(self) -> None:
        self._shelf().can_edit = False

    def _shelf(self) -> Any:  # noqa: ANN401 - Graph's
        return seeding.calendar(self.stand_in.world, ANNA)

    def channels(self) -> int:
        return len(self.stand_in.subscriptions.all)
