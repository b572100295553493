"""A user of the platform who has a calendar elsewhere, and what anybody of them does here."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote

from tests.e2e.smoke.api import Api, Told, when
from tests.e2e.smoke.item import Item, of_appointment, timed
from tests.e2e.smoke.table import Difference, agree, expect
from tests.e2e.smoke.waiting import PATIENCE_SECONDS


@dataclass
class User(ABC):
    """``api`` is what they see here."""

    name: str
    api: Api

    @abstractmethod
    async def items(self) -> dict[str, Item]:
        """Every event of their calendar, by what names it there: a series with its exceptions is one."""

    async def synced(self, seconds: float = PATIENCE_SECONDS) -> Told:
        """Ask for a sync, and have it succeed."""
        run = await self.api.sync(seconds)
        expect(f"{self.name}'s run {run['errors']}", run["status"], "SUCCESS")
        return run

    async def pair(self, id_: str) -> tuple[str, Item]:
        """What names the appointment's event, and what both sides say of it; raises Difference."""
        told = await self.api.appointment(id_)
        name = path_in(told)
        if name is None:
            raise Difference(f"{told['title']!r} has no event: {told['copies']}")
        items = await self.items()
        agree(f"{told['title']!r}", of_appointment(told), items.get(name, "no such event"))
        return name, items[name]


def path_in(told: Told) -> str | None:
    """The path or id of the appointment's event in the only calendar of who asks."""
    paths = [copy["externalEventId"] for copy in told["copies"]]
    return unquote(paths[0]) if paths and paths[0] else None


def state_in(told: Told) -> str:
    """How the appointment stands in the only calendar of who asks."""
    return ", ".join(copy["state"] for copy in told["copies"])


async def created_here(user: User, on: date) -> None:
    span = timed(on, 9.5, 1.5)
    told = await user.api.create(
        title="Made here", when=when(span), location="Hall", notes="Shoes;\nwater, too"
    )
    await user.api.settled()

    _name, item = await user.pair(told["id"])
    expect("the event", item, Item("Made here", span, "Hall", "Shoes;\nwater, too"))


async def moved_here(user: User, before: date, after: date) -> tuple[str, str]:
    """To another zone; returns the id of the appointment and what names its event."""
    told = await user.api.create(title="Move me here", when=when(timed(before, 8)))
    await user.api.settled()

    span = timed(after, 23, 2, "America/New_York")
    await user.api.update(told["id"], when=when(span))
    await user.api.settled()

    name, item = await user.pair(told["id"])
    expect("when", item.when, span)
    return told["id"], name
