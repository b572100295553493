"""What there is to do in a link: asked of its rows, unless it is known that there is nothing."""

from dataclasses import dataclass
from uuid import UUID

from metonic_core.sync import Due
from metonic_gateway.store import noting
from metonic_gateway.store.leases import Glance
from metonic_gateway.store.models import CalendarSyncMapping


@dataclass(slots=True)
class Work:
    """``glance`` is what was seen when the run began, and counts until the run has moved a row."""

    calendar_id: UUID
    link_id: UUID
    glance: Glance | None
    has_moved: bool = False

    async def is_any_due(self, *due: Due) -> bool:
        if (seen := self._seen()) and not seen.is_any_due:
            return False
        return await CalendarSyncMapping.exists(link_id=self.link_id, due__in=due)

    async def is_none_left(self) -> bool:
        """Whether nothing is to be read or decided, and no conflict waits for a policy."""
        if await self.is_any_due(Due.READ, Due.DECIDE):
            return False
        if (seen := self._seen()) and not seen.is_any_ripening:
            return True
        return not await noting.is_any_ripening(self.calendar_id)

    def _seen(self) -> Glance | None:
        return None if self.has_moved else self.glance
