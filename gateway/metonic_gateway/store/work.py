"""What there is to do in a link: asked of its rows, unless it is known that there is nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from metonic_core.model.mapping import Mapping
from metonic_core.sync import Due, ToDo
from metonic_gateway.store.leases import Glance
from metonic_gateway.store.models import CalendarLink
from metonic_gateway.store.rows import due_of

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
    """``glance`` is what was seen when the run began, ``has_moved`` whether it has stored anything since.

    Where nothing was due then, what is due now is what the run itself has left so; what others have drawn has
    the calendar synced once more. ``has_held``: the run has put something before a person.
    """

    link_id: UUID
    glance: Glance | None
    has_moved: bool = False
    has_held: bool = False
    _left: dict[UUID, tuple[Due, bool]] | None = field(init=False)

    def __post_init__(self) -> None:
        self._left = None if self.glance is None or self.glance.is_any_due else {}

    def note(self, rows: Sequence[Mapping]) -> None:
        """The run has stored these."""
        self.has_moved = True
        if self._left is None:
            return
        for row in rows:
            self._left.pop(row.id, None)
            if due := due_of(row):
                self._left[row.id] = due, row.appointment_id is None

    def forget(self) -> None:
        """What is due is to be asked for from now on."""
        self.has_moved = True
        self._left = None

    async def to_do(self) -> ToDo:
        if self._left is not None and self.glance is not None:
            left = set(self._left.values())
            due = {due for due, _ in left}
            return ToDo(
                settle=Due.SETTLE in due,
                read=Due.READ in due,
                decide=Due.DECIDE in due,
                decide_lone=(Due.DECIDE, True) in left,
                ripen=self.glance.is_any_ripening,
            )
        link = await _asked().get(id=self.link_id)
        return ToDo(**{name: bool(getattr(link, name)) for name in _TO_DO})

    @property
    def may_be_held(self) -> bool:
        """Whether a row may wait for a person: none comes to do so but in a run."""
        return self.glance is None or self.glance.is_any_held or self.has_held
