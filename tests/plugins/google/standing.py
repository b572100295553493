"""A stand before what stands in for Google, and another client of the same calendar."""

import json
import re
from datetime import timedelta
from typing import ClassVar
from urllib.parse import quote
from uuid import UUID

from tests.plugins.google.others_bodies import body_of, instance_id, override_body
from tests.plugins.standing import Body, SignedInStand

from metonic_core.model.content import Content, Status
from metonic_core.testing.checks.contents import LESSON
from metonic_core.testing.stand import Shown
from metonic_simulators.google import google, seeding

ALICE, BOB = "alice@example.com", "bob@example.com"
_WRITE_IN_BATCH = re.compile(rb"^(POST|PUT|PATCH|DELETE) /calendar/", re.MULTILINE)


class GoogleStand(SignedInStand):
    """Alice's, in a calendar that Bob shares with her."""

    # Reminders are each user's own: what the other client wrote is hers.
    foreign: ClassVar[Body] = {
        "colorId": "5",
        "extendedProperties": {"private": {"other-app": "green"}, "shared": {"room": "12"}},
        "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 7}]},
        "source": {"title": "A page", "url": "https://example.com/page"},
    }

    async def open(self) -> None:
        self.google = await self.begin(google())
        # What the checks ask in a second, people ask in minutes.
        self.google.turn_off("quota")
        shared = seeding.put_calendar(
            self.google.world,
            {"owner": BOB, "summary": "Studio", "timeZone": "Europe/Berlin", "roles": {ALICE: "writer"}},
        )
        self.calendar_id = shared.id

    def sign_in(self) -> None:
        self.client.token = self.stand_in.token_for(ALICE)
        self._other.token = self.stand_in.token_for(BOB, ["openid", "calendar"])

    @staticmethod
    def is_write(method: str, url: str, body: bytes | None) -> bool:
        return method != "GET" and ("/batch/" not in url or bool(_WRITE_IN_BATCH.search(body or b"")))

    @property
    def address(self) -> str:
        return f"{self.google.url}calendar/v3/calendars/{quote(self.calendar_id, safe='')}"

    @staticmethod
    def written(content: Content) -> Body:
        return body_of(content)

    async def vary(self, event_id: str, content: Content) -> None:
        for override in content.overrides:
            occurrence = instance_id(event_id, override.slot, content.when)
            await self.ask("PATCH", f"/events/{occurrence}", override_body(override))

    async def raw(self, event_id: str) -> str:
        return json.dumps(await self.ask("GET", f"/events/{event_id}"), sort_keys=True)

    async def shown(self, event_id: str) -> Shown:
        found = await self.ask("GET", f"/events/{event_id}")
        return Shown(
            is_private=found.get("visibility") in {"private", "confidential"},
            is_busy=found.get("transparency") != "transparent",
            status=Status(found["status"]),
        )

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
        return await self.put_with(content, {"attendees": [{"email": "guest@example.com"}]})

    async def occupy(self, identity: UUID, content: Content) -> None:
        await self.put_with(content, {"id": identity.hex})

    async def duplicate(self, event_id: str) -> str:
        found = await self.ask("GET", f"/events/{event_id}")
        kept = {name: found[name] for name in ("summary", "start", "end", "extendedProperties")}
        return str((await self.ask("POST", "/events", kept))["id"])

    async def limit_channels(self, life: timedelta) -> None:
        self.google.turn_on("channel-life", seconds=life.total_seconds())

    async def refuse_writes(self) -> None:
        world = self.google.world
        world.share(world.calendars[self.calendar_id], ALICE, "reader")

    async def revoke(self) -> None:
        self.google.people.revoke_all(self.google.user(ALICE))


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
