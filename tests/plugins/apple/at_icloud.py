"""An adapter that is signed in at what stands in for iCloud, with an empty calendar there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.plugins.apple.outside import HttpClient

from metonic_apple.adapter import AppleAdapter
from metonic_core.spi import Account, Answer, ChangePage, Outcome, StoredEvent, Write
from metonic_core.testing.checks.contents import LESSON, WINDOW, creating
from metonic_simulators.icloud import StandIn


@dataclass
class At:
    """``calendar`` is the path of the calendar."""

    stand_in: StandIn
    client: HttpClient
    account: Account
    adapter: AppleAdapter
    calendar: str

    def anew(self) -> AppleAdapter:
        """The adapter of another run."""
        return AppleAdapter(self.client, self.account)

    async def create(self) -> StoredEvent:
        return (await self.adapter.create_event(self.calendar, creating(LESSON))).event

    async def write(self, write: Write) -> Outcome:
        (outcome,) = await self.adapter.write_events(self.calendar, [write])
        return outcome

    async def changes(self, cursor: str | None = None) -> ChangePage:
        return await self.adapter.get_changes(self.calendar, cursor, WINDOW)

    async def ask(self, method: str, path: str, text: str = "") -> int:
        """What somebody else is told, at the host that passes on to nobody."""
        typed = {"Content-Type": "text/calendar; charset=utf-8"}
        other = HttpClient(self.client.session, self.stand_in.user, self.stand_in.password)
        url = f"{self.stand_in.world.entry}{path}"
        return (await other.request(method, url, typed, text.encode())).status

    def asked(self, method: str) -> list[str]:
        """The paths that requests of that method were for, spelled as they were sent."""
        return [entry.path for entry in self.stand_in.log if entry.method == method]


@dataclass
class Named(HttpClient):
    """A client for which the hosts of the stand-in have iCloud's names, in its answers too."""

    names: Mapping[str, str] = field(default_factory=dict)

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        parts = urlsplit(url)
        there = self.names[f"{parts.scheme}://{parts.netloc}"] + parts.path
        answer = await super().request(method, there, headers, body)
        said, location = answer.body, answer.headers.get("location", "")
        for name, origin in self.names.items():
            said = said.replace(origin.encode(), name.encode())
            location = location.replace(origin, name)
        return Answer(answer.status, {**answer.headers, "location": location}, said, url)
