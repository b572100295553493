"""Where a scene takes place."""

from typing import Protocol

from metonic_core.testing.stand import Stand


class Place(Protocol):
    """Where a scene takes place: a stand, and what more another client of the calendar does there."""

    @property
    def stand(self) -> Stand: ...

    async def restore(self, event_id: str) -> None:
        """Take it out of the trash."""

    async def touch(self, event_id: str) -> None:
        """The service stores it again as it is."""

    async def hide(self) -> None:
        """What comes of the next write does not show for some seconds."""

    async def lag(self) -> None:
        """From now on changes are told some seconds later."""

    async def repeat(self) -> None:
        """What the feed told last comes again with what is new."""

    async def show(self) -> None:
        """These seconds pass."""
