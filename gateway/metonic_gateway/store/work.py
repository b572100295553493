"""What there is to do in a link: asked of its rows, unless it is known that there is nothing."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from metonic_core.sync import ToDo
from metonic_gateway.store.leases import Glance
from metonic_gateway.store.models import CalendarLink

_IS_DUE = """EXISTS (SELECT 1 FROM "calendar_sync_mappings"
    WHERE "link_id" = "calendar_links"."id" AND "due" = {})"""
_TO_DO = {
    "settle": _IS_DUE.format("'settle'"),
    "read": _IS_DUE.format("'read'"),
    "decide": _IS_DUE.format("'decide'"),
    "decide_lone": _IS_DUE.format("'decide' AND \"appointment_id\" IS NULL"),
    "ripen": """EXISTS (SELECT 1 FROM "calendar_sync_conflicts"
        WHERE "sync_config_id" = "calendar_links"."sync_config_id" AND "state" = 'open'
        AND "automatic_at" IS NOT NULL)""",
}


@cache
def _asked() -> QuerySet[CalendarLink]:
    """To annotate takes Tortoise longer than all else that is asked here."""
    return CalendarLink.annotate(**{name: RawSQL(text) for name, text in _TO_DO.items()})


@dataclass(slots=True)
class Work:
    """``glance`` is what was seen when the run began, and counts until the run has moved a row.

    ``has_held``: the run has put something before a person.
    """

    link_id: UUID
    glance: Glance | None
    has_moved: bool = False
    has_held: bool = False

    async def to_do(self) -> ToDo:
        if self.glance and not self.has_moved and not self.glance.is_any_due:
            return ToDo(ripen=self.glance.is_any_ripening)
        link = await _asked().get(id=self.link_id)
        return ToDo(**{name: bool(getattr(link, name)) for name in _TO_DO})

    @property
    def may_be_held(self) -> bool:
        """Whether a row may wait for a person: none comes to do so but in a run."""
        return self.glance is None or self.glance.is_any_held or self.has_held
