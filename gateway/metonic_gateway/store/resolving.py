"""Deciding about conflicts: nothing is written to a provider here, the next run carries it out.

A decision counts for what was shown. All of it is one transaction under a lock on the calendar, which the
transactions of its runs take as well: a run either has seen the decision or comes after it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from metonic_core.model.codec import encode
from metonic_core.model.errors import InvalidValue
from metonic_core.model.resolution import Resolution
from metonic_core.reconcile.step import Conflict
from metonic_gateway.store import runs
from metonic_gateway.store.appointments import make_due
from metonic_gateway.store.conflicts import Shown, of_user, shown_of
from metonic_gateway.store.models import CalendarSyncConflict, CalendarSyncMapping
from metonic_gateway.store.noting import UNFINISHED, draw_in_conflict
from metonic_gateway.store.pages import Key
from metonic_gateway.store.states import OPEN, RESOLUTION, RESOLVING
from metonic_gateway.store.transactions import hold_calendars, transactional

AT_ONCE = 200
"""Conflicts that are decided in one transaction."""

Choose = Callable[[Conflict], Resolution]
"""What makes a decision about a conflict; raises InvalidValue where it cannot be done."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The version that was named is not the present one, or there is nothing to decide any more."""

    now: Shown


@dataclass(frozen=True, slots=True)
class Unknown:
    """The user has no conflict of that id."""


Refusal = Moved | Unknown | InvalidValue


@dataclass(frozen=True, slots=True)
class Decided:
    """``due`` are calendars that have something to carry out, ``reached`` is the key of the last conflict."""

    resolved: Sequence[Shown] = ()
    refused: Mapping[UUID, Refusal] = field(default_factory=dict)
    due: frozenset[UUID] = frozenset()
    reached: Key | None = None

    def and_then(self, part: "Decided") -> "Decided":
        """Both together."""
        return Decided(
            [*self.resolved, *part.resolved],
            {**self.refused, **part.refused},
            self.due | part.due,
            part.reached,
        )


@transactional
async def decide(user_id: UUID, versions: Mapping[UUID, int], choose: Choose, now: datetime) -> Decided:
    """Decide about the conflicts of these ids, each in the version that was shown."""
    named = of_user(user_id).filter(id__in=list(versions))
    found = await _locked(named)
    refused: dict[UUID, Refusal] = {i: Unknown() for i in versions if i not in found}
    refused |= {
        i: Moved(shown_of(row))
        for i, row in found.items()
        if row.version != versions[i] or row.state not in UNFINISHED
    }
    standing = [found[i] for i in versions if i not in refused]
    decided = await _decide(standing, choose, user_id, now)
    return replace(decided, refused={**refused, **decided.refused})


@transactional
async def decide_next(
    user_id: UUID, provider: str | None, after: Key | None, choose: Choose, now: datetime
) -> Decided | None:
    """Decide about the next open conflicts, as they are; None if there is none beyond ``after``.

    They are taken from the oldest on.
    """
    rows = of_user(user_id).filter(state=OPEN, detected_at__lte=now)
    if provider is not None:
        rows = rows.filter(sync_config__provider=provider)
    if after is not None:
        rows = rows.filter(Q(detected_at__gt=after[0]) | Q(detected_at=after[0], id__gt=after[1]))
    found = await _locked(rows.order_by("detected_at", "id").limit(AT_ONCE))
    if not found:
        return None
    standing = list(found.values())
    decided = await _decide(standing, choose, user_id, now)
    return replace(decided, reached=(standing[-1].detected_at, standing[-1].id))


async def _locked(rows: QuerySet[CalendarSyncConflict]) -> dict[UUID, CalendarSyncConflict]:
    """The rows as they are once nobody else changes them, in their order."""
    await hold_calendars({row["sync_config_id"] for row in await rows.values("sync_config_id")})
    return {row.id: row for row in await rows.prefetch_related("sync_config")}


async def _decide(
    rows: Sequence[CalendarSyncConflict], choose: Choose, user_id: UUID, now: datetime
) -> Decided:
    made: dict[UUID, Resolution] = {}
    refused: dict[UUID, Refusal] = {}
    for row in rows:
        try:
            made[row.id] = choose(shown_of(row).conflict)
        except InvalidValue as error:
            refused[row.id] = error
    decided = [row for row in rows if row.id in made]
    for row in decided:
        resolution = made[row.id]
        row.state, row.resolution = RESOLVING, resolution.asked.value
        row.picks, row.resolved_at, row.resolved_by = sorted(resolution.external), now, user_id
        row.is_automatic = False
    await _store(decided, {row.mapping_id: made[row.id] for row in decided})
    due = frozenset(row.sync_config_id for row in decided)
    await make_due(due, now)
    for calendar in {row.sync_config_id: row.sync_config for row in decided}.values():
        if calendar.stopped is None and not calendar.is_paused:
            await runs.open_run(calendar.id, now, RESOLUTION)
    return Decided([shown_of(row) for row in decided], refused, due)


async def _store(rows: Sequence[CalendarSyncConflict], by_mapping: Mapping[UUID, Resolution]) -> None:
    if not rows:
        return
    columns = ("state", "resolution", "picks", "resolved_at", "resolved_by", "is_automatic")
    await CalendarSyncConflict.bulk_update(rows, fields=columns)
    mappings = await CalendarSyncMapping.filter(id__in=list(by_mapping)).only("id", "resolution")
    for mapping in mappings:
        mapping.resolution = encode(by_mapping[mapping.id])
    await CalendarSyncMapping.bulk_update(mappings, fields=("resolution",))
    await draw_in_conflict([mapping.id for mapping in mappings], is_commanded=True)
