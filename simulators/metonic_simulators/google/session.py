"""A call by somebody who is known, on the way through the operations."""

from dataclasses import dataclass

from metonic_simulators.google import errors
from metonic_simulators.google.calendars import Calendar, reaches
from metonic_simulators.google.call import Call
from metonic_simulators.google.people import User
from metonic_simulators.google.world import World


@dataclass(frozen=True)
class Session:
    """``at``: what the path names: ``calendarId``, ``eventId``; ``base``: where the API is."""

    world: World
    call: Call
    user: User
    at: dict[str, str]
    base: str

    @property
    def me(self) -> str:
        return self.user.email

    @property
    def role(self) -> str:
        return self.calendar.role(self.me)

    @property
    def calendar(self) -> Calendar:
        """The one in the path; raises Refused."""
        return self.world.calendar(self.at["calendarId"], self.me)

    def need(self, role: str) -> Calendar:
        """The calendar in the path; raises Refused for who has no such role there."""
        calendar = self.calendar
        if not reaches(calendar.role(self.me), role):
            raise errors.access_level("owner" if role == "owner" else "writer")
        return calendar

    def check_match(self, etag: str) -> None:
        """Raises Refused where ``If-Match`` names another version."""
        wanted = self.call.headers.get("If-Match", "*").strip()
        if wanted != "*" and etag not in {one.strip() for one in wanted.split(",")}:
            raise errors.condition_not_met()
