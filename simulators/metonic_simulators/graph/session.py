"""A call by somebody who is known, on the way through the operations."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from metonic_simulators.graph import errors, ids
from metonic_simulators.graph.call import Call, Reply
from metonic_simulators.graph.events import zones
from metonic_simulators.graph.mailbox import Calendar, Event
from metonic_simulators.graph.people import User
from metonic_simulators.graph.world import World

USUAL_ZONE = "UTC"


@dataclass(frozen=True)
class Session:
    """``at``: what the path names: ``calendarId``, ``eventId`` and the like."""

    world: World
    call: Call
    user: User
    at: dict[str, str]

    @cached_property
    def prefers(self) -> dict[str, str]:
        return self.call.preferences

    @property
    def zone_name(self) -> str:
        """What times are shown in."""
        return self.prefers.get("outlook.timezone", USUAL_ZONE)

    @cached_property
    def zone(self) -> ZoneInfo:
        """Raises Refused for a zone that there is not."""
        return zones.zone_of(self.zone_name, self.world.quirks)

    @property
    def wants_text(self) -> bool:
        return self.prefers.get("outlook.body-content-type", "").lower() == "text"

    @property
    def wants_immutable(self) -> bool:
        return self.prefers.get("idtype", "").lower() == "immutableid"

    @property
    def calendar(self) -> Calendar:
        """The one in the path, or the default one; raises Refused."""
        if "calendarId" in self.at:
            return self.world.calendar(self.user, self.at["calendarId"])
        return self.world.default_calendar(self.user)

    @property
    def base(self) -> str:
        return self.call.base(self.world.base)

    @property
    def path(self) -> str:
        """Where the call went, for links to what follows."""
        return self.base + self.call.path

    def need_write(self, calendar: Calendar) -> None:
        """Raises Refused."""
        if not calendar.is_written_by(self.user.email):
            raise errors.access_denied()

    def event_id(self, event: Event) -> str:
        return self.id_of(event.key.text)

    def id_of(self, key: str) -> str:
        kind = ids.IMMUTABLE if self.wants_immutable else ids.ITEM
        return ids.written(kind, self.user.id, key)

    def check_match(self, event: Event) -> None:
        """Raises Refused where ``If-Match`` names another version."""
        if self.world.faults.next(self.call.method, self.call.decoded, "conflict"):
            raise errors.conflict()
        wanted = self.call.headers.get("If-Match", "*").strip()
        if wanted not in {"*", zones.etag(event.stamp)}:
            raise errors.conflict()

    def answer(self, content: dict[str, Any], context: str = "", status: int = 200) -> Reply:
        """With its context, and with what was preferred and done."""
        head = {"@odata.context": f"{self.base}/$metadata#{context}"} if context else {}
        return Reply(status, {**head, **content}, headers=self.applied())

    def applied(self, *more: str) -> dict[str, str]:
        found = list(more)
        if "outlook.timezone" in self.prefers:
            found.append(f'outlook.timezone="{self.zone_name}"')
        if self.wants_text:
            found.append('outlook.body-content-type="text"')
        return {"Preference-Applied": ", ".join(found)} if found else {}
