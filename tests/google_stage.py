"""The stage of ``tests.provider_stage`` with Google."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

from tests.gateway.graphql.client import Json
from tests.plugins.outside import HttpClient
from tests.provider_stage import Phone, SignedInMember

from metonic_google.provider import PROVIDER
from metonic_simulators.google import Simulator, google, seeding

ALICE, BOB = "alice@example.com", "bob@example.com"
_WRITES = {f"events.{name}" for name in ("insert", "import", "patch", "update", "delete", "move")}
GUESTS = [{"email": "kim@example.com"}, {"email": "bob@example.com", "responseStatus": "accepted"}]
TIMES = {
    "start": {"dateTime": "2026-12-03T09:00:00Z", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-12-03T10:00:00Z", "timeZone": "Europe/Berlin"},
}


@dataclass
class GooglePhone(Phone):
    """Google Calendar as its user has it: event resources."""

    title = "summary"
    google: Simulator

    def token(self) -> str:
        return self.google.token_for(BOB, ["calendar"])

    async def events(self) -> list[Json]:
        return [event for event in await self.all_events() if event["status"] != "cancelled"]

    async def all_events(self) -> list[Json]:
        """Cancelled exceptions too."""
        found: list[Json] = []
        more = "?maxResults=2500"
        while True:
            page = await self.ask("GET", more)
            found += page.get("items", [])
            if "nextPageToken" not in page:
                return found
            more = f"?maxResults=2500&pageToken={page['nextPageToken']}"

    def at(self, event: Json) -> str:
        return f"/{event['id']}"

    async def put(self, title: str, **fields: object) -> Json:
        made: Json = await self.ask("POST", body={"summary": title, **TIMES, **fields})
        return made

    async def put_series(self, title: str) -> Json:
        return await self.put(title, recurrence=["RRULE:FREQ=WEEKLY;COUNT=6"])

    async def put_invitation(self, title: str) -> None:
        people = [{"email": "boss@example.com"}, {"email": ALICE, "responseStatus": "accepted"}]
        body = {"summary": title, **TIMES, "organizer": people[0], "attendees": people}
        self.seed(body)

    def seed(self, body: Json) -> None:
        """An event as no client could make it."""
        seeding.put_event(self.google.world, {"calendar": ALICE, "event": body})

    async def put_with_guests(self, title: str) -> None:
        await self.put(title, attendees=GUESTS)

    async def move(self, series: Json, day: int) -> None:
        at = {name: f"2026-12-{day + 1:02}T{hour}:00:00Z" for name, hour in (("start", 15), ("end", 16))}
        times = {name: {"dateTime": text, "timeZone": "Europe/Berlin"} for name, text in at.items()}
        await self.ask("PATCH", self._occurrence(series, day), times)

    async def cancel(self, series: Json, day: int) -> None:
        await self.ask("DELETE", self._occurrence(series, day))

    def _occurrence(self, series: Json, day: int) -> str:
        return f"/{series['id']}_202612{day:02}T090000Z"

    async def starts(self) -> list[str]:
        found = await self.ask("GET", "?singleEvents=true&maxResults=2500")
        moments = (datetime.fromisoformat(item["start"]["dateTime"]) for item in found["items"])
        return sorted(f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}" for moment in moments)


@dataclass
class AtGoogle(SignedInMember):
    provider: ClassVar[str] = "google"
    value = PROVIDER
    account = ALICE
    unread = (
        *("failing", "html", "empty", "truncated", "lost-response", "sync-token-expired"),
        "rate-limited",
    )
    breaks = (0, 2)
    pages, watch = "*/events", "*/watch"
    stand_in: Simulator
    phone: GooglePhone

    @classmethod
    def simulated(cls, start: datetime) -> AbstractAsyncContextManager[Simulator]:
        return google(start=start, runs=False)

    @classmethod
    def with_phone(cls, simulator: Any, client: HttpClient) -> GooglePhone:  # noqa: ANN401 - Google's
        simulator.world.share(simulator.world.calendars[ALICE], BOB, "writer")
        return GooglePhone(client, f"{simulator.url}calendar/v3/calendars/{quote(ALICE)}", simulator)

    def writes(self) -> int:
        return sum(entry.operation in _WRITES for entry in self.stand_in.log if entry.who == ALICE)

    def lose_calendar(self) -> None:
        calendars = self.stand_in.world.calendars
        calendars[f"{BOB}.elsewhere"] = calendars.pop(ALICE)

    def lock_calendar(self) -> None:
        self.stand_in.world.calendars[ALICE].roles[ALICE] = "reader"

    def channels(self) -> int:
        return len(self.stand_in.push.channels)
