"""What a provider is to those who sign in to it; whatever differs from one to the next is said here."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from typing import ClassVar

from tests.e2e.smoke.api import DISCONNECT, Told
from tests.e2e.smoke.signed_in.calendar import Calendar
from tests.e2e.smoke.signed_in.outside import StandIn
from tests.e2e.smoke.signed_in.person import Person

Check = tuple[str, Awaitable[None]]
"""What it is about, and what comes of it."""


class Place(ABC):
    """``stand_in`` is in its place.

    ``provider`` and ``kind`` are what the service and the simulators call it, ``origins`` are its addresses.
    ``forgetting``: the switch at which no cursor is known any more; ``too_many``: the fault that is 429, how
    often it comes, its options; ``closing``: the operation that ends a channel.
    """

    provider: ClassVar[str]
    kind: ClassVar[str]
    origins: ClassVar[Sequence[str]]
    forgetting: ClassVar[str]
    too_many: ClassVar[tuple[str, int, Mapping[str, object]]]
    closing: ClassVar[str]

    def __init__(self, stand_in: StandIn) -> None:
        self.stand_in = stand_in

    @staticmethod
    @abstractmethod
    def accounts(addresses: Sequence[str]) -> Sequence[str]:
        """How the stand-in is told at its start who has an account."""

    @abstractmethod
    async def calendar(self, owner: str) -> Calendar: ...

    @abstractmethod
    def refusals(self, person: Person) -> Sequence[Check]:
        """Who is not connected yet, and cannot be: how that can come about only there."""

    @abstractmethod
    async def forge(self, person: Person, service: str) -> int:
        """How it is answered when somebody tells the service of a change without knowing the secret."""

    def lapses(self, person: Person) -> Sequence[Check]:  # noqa: ARG002 - of others
        """What can become of a channel only there."""
        return ()

    async def take_back(self, person: Person) -> None:
        """The user takes the grant back."""
        await self.stand_in.ask("DELETE", f"/-/users/{person.calendar.owner}/grants")

    async def leave(self, person: Person) -> Told:
        """Disconnects, copies and all; raises Difference where that leaves something at the provider."""
        told: Told = await person.api.do(DISCONNECT, remove=True)
        await person.api.settled()
        return told

    async def arm(
        self, calendar: Calendar, fault: str, method: str, times: int = 1, **options: object
    ) -> None:
        """For the next requests about events of that calendar."""
        await self.stand_in.arm(fault, f"{calendar.id}/events", times, method, **options)

    async def statuses(self, operation: str, who: str | None = None) -> list[int]:
        """What was answered to that operation; ``who``: only to that account."""
        log = await self.stand_in.log()
        return [e["status"] for e in log if e["operation"] == operation and who in {None, e["who"]}]
