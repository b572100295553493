"""What a calendar is to its owner, at whichever provider."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypedDict, Unpack

from tests.e2e.smoke.item import Item, When


class Change(TypedDict, total=False):
    """What of an event is another one."""

    title: str
    location: str
    when: When


class Calendar(Protocol):
    """The one that is ``owner``'s own, by the provider's plain API; it shares no code with the plugin.

    Events are named by their ids.
    """

    owner: str
    id: str

    async def events(self) -> Sequence[Mapping[str, Any]]:
        """As they are stored, with all that the provider says of them; what was deleted is left out."""

    async def items(self) -> dict[str, Item]:
        """Every event, by id: a series with its exceptions is one."""

    async def create(
        self, title: str, when: When, *, location: str = "", notes: str = "", rules: Sequence[str] = ()
    ) -> str:
        """Returns its id; the rules are those of RFC 5545."""

    async def edit(self, event_id: str, **change: Unpack[Change]) -> None: ...

    async def delete(self, event_id: str) -> None: ...

    async def occurrence(self, series_id: str, slot: str, zone: str) -> str:
        """The id of an occurrence, by its original start on the wall clock of that zone."""
