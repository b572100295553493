"""What a user set for a connected calendar, and what follows when they set it otherwise.

A run in progress is not stopped: it reads the settings anew in each of its transactions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import F, Q

from metonic_core.model.codec import encode
from metonic_core.model.mapping import HoldKind, Look, Origin
from metonic_core.model.when import Window
from metonic_core.reconcile.step import Reason
from metonic_core.selection import Direction, Filters, Rule, Treatment
from metonic_core.sync import Due
from metonic_gateway.store import models, runs
from metonic_gateway.store.appointments import make_due
from metonic_gateway.store.drawing import draw_all
from metonic_gateway.store.mappings import Rows
from metonic_gateway.store.noting import UNFINISHED, draw_in_conflict
from metonic_gateway.store.selections import filters_of, rules_of, treatment_of
from metonic_gateway.store.states import DISCONNECTED, DISCONNECTING, SETTINGS
from metonic_gateway.store.transactions import hold_calendars_of, transactional


@dataclass(frozen=True, slots=True)
class Preferences:
    """``conflict_policy`` is a word of the API's resolutions, None where a person is to be asked."""

    direction: Direction
    frequency_minutes: int
    is_paused: bool
    sync_all: bool
    filters: Filters
    private: Treatment
    rules: tuple[Rule, ...]
    include_notes: bool
    include_contact: bool
    forward_imported: bool
    conflict_policy: str | None

    @property
    def selected(self) -> Filters | None:
        """The filters that count; None where all are synced."""
        return None if self.sync_all else self.filters

    @property
    def decisive(self) -> tuple[object, ...]:
        """All that decides what is in the calendar, and which way it flows."""
        return (
            self.direction,
            self.selected,
            self.private,
            self.rules,
            self.include_notes,
            self.include_contact,
            self.forward_imported,
        )


Edit = Callable[[Preferences], Preferences]


@dataclass(frozen=True, slots=True)
class Changed:
    """The connected calendar, and whether it is to be synced soon."""

    calendar_id: UUID
    is_due: bool


def preferences_of(row: models.CalendarSyncConfig) -> Preferences:
    """The row must have its filter fetched."""
    return Preferences(
        direction=Direction(row.sync_direction),
        frequency_minutes=row.sync_frequency_minutes,
        is_paused=row.is_paused,
        sync_all=row.sync_filter.sync_all,
        filters=filters_of(row.sync_filter),
        private=treatment_of(row.sync_filter),
        rules=rules_of(row.sync_filter),
        include_notes=row.include_notes,
        include_contact=row.include_client_contact,
        forward_imported=row.forward_imported,
        conflict_policy=row.conflict_policy,
    )


@transactional
async def change(user_id: UUID, provider: str, edit: Edit, window: Window, now: datetime) -> Changed | None:
    """Set what ``edit`` makes of the present settings; None if no calendar is connected at that provider.

    One transaction: all of it is done, or, where ``edit`` raises, nothing. Where it changes what is in the
    calendar or which way it flows, the whole link is put to work.
    """
    row = await locked(user_id, provider)
    if row is None:
        return None
    before = preferences_of(row)
    after = edit(before)
    if after == before:
        return Changed(row.id, is_due=False)
    await _store(row.id, after, now)
    is_drawn = after.decisive != before.decisive
    if row.link_id is not None and is_drawn:
        for rows in to_look_at(row.link_id, before, after):
            await rows.update(seen=encode(Look()), due=Due.READ)
        await draw_all(row.link_id, window, is_commanded=True)
        await make_due([row.id], now)
    is_drawn |= await _ask_policy(row, before, after, now)
    is_resumed = before.is_paused and not after.is_paused
    await _reschedule(row, before, after, now)
    is_worth_a_run = row.link_id is not None and (is_drawn or is_resumed)
    return await followed(row, now, is_due=is_worth_a_run and not after.is_paused)


async def followed(row: models.CalendarSyncConfig, now: datetime, *, is_due: bool) -> Changed:
    """What was set or chosen, with a run that does what follows, where it ``is_due`` and can be done."""
    if is_due and row.stopped is None:
        await runs.open_run(row.id, now, SETTINGS)
    return Changed(row.id, is_due=is_due)


async def locked(user_id: UUID, provider: str) -> models.CalendarSyncConfig | None:
    """The user's calendar at that provider with its filter and user, locked; None unless it is connected.

    Runs inside a transaction. All calendars of the user are locked, as what comes in from one may go on into
    another.
    """
    await hold_calendars_of([user_id])
    is_staying = Q(stopped=None) | Q(stopped__not_in=[DISCONNECTING, DISCONNECTED])
    theirs = models.CalendarSyncConfig.filter(is_staying, user_id=user_id, provider=provider)
    row = await theirs.filter(access_token__isnull=False).first()
    if row is not None:
        await row.fetch_related("sync_filter", "user")
    return row


async def _store(calendar_id: UUID, made: Preferences, now: datetime) -> None:
    filters = made.filters
    await models.CalendarSyncConfig.filter(id=calendar_id).update(
        sync_direction=made.direction.value,
        sync_frequency_minutes=made.frequency_minutes,
        is_paused=made.is_paused,
        include_notes=made.include_notes,
        include_client_contact=made.include_contact,
        forward_imported=made.forward_imported,
        conflict_policy=made.conflict_policy,
        updated_at=now,
    )
    await models.CalendarSyncFilter.filter(sync_config_id=calendar_id).update(
        sync_all=made.sync_all,
        appointment_types=None if filters.types is None else sorted(filters.types),
        client_ids=None if filters.clients is None else sorted(map(str, filters.clients)),
        first_day=filters.first_day,
        last_day=filters.last_day,
        exclude_private=made.private is Treatment.EXCLUDE,
        mask_private=made.private is Treatment.MASK,
        custom_rules=[{"field": rule.field.value, "pattern": rule.pattern} for rule in made.rules] or None,
    )


def to_look_at(link_id: UUID, before: Preferences, after: Preferences) -> Iterator[Rows]:
    """Rows whose events nobody looked at, or whose edits were not kept, under the former settings."""
    rows = models.CalendarSyncMapping.filter(link_id=link_id, closed=None, intent__isnull=True)
    if before.direction is not after.direction:
        reasons = [Reason.PUSH_ONLY.value, Reason.PULL_ONLY.value]
        yield rows.filter(appointment_id=None, hold=HoldKind.IGNORED.value, hold_reason__in=reasons)
    # Of a pair at rest that is not in step only its bases tell: an edit that had no flow left no trace.
    at_rest = rows.filter(seen__isnull=True, external_event_id__isnull=False)
    pairs = at_rest.exclude(appointment_id=None)
    if before.direction is not after.direction:
        yield pairs.filter(Q(can_write=False) | Q(can_write_time=False))
    if before.direction is Direction.PULL is not after.direction:
        yield pairs
    elif after.include_notes and not before.include_notes:
        yield pairs.filter(origin=Origin.OWN.value)


async def _ask_policy(
    row: models.CalendarSyncConfig, before: Preferences, after: Preferences, now: datetime
) -> bool:
    """Have what is in conflict decided by the policy, if that is another; returns whether anything is."""
    if after.conflict_policy == before.conflict_policy:
        return False
    held = models.CalendarSyncConflict.filter(sync_config_id=row.id, state__in=UNFINISHED)
    waiting = await draw_in_conflict([each["mapping_id"] for each in await held.values("mapping_id")])
    if waiting:
        await make_due([row.id], now)
    return bool(waiting)


async def _reschedule(
    row: models.CalendarSyncConfig, before: Preferences, after: Preferences, now: datetime
) -> None:
    """A shorter frequency counts from now on, and who goes on after a pause is synced at once."""
    rows = models.CalendarSyncConfig.filter(id=row.id)
    if after.frequency_minutes < before.frequency_minutes:
        soon = now + timedelta(minutes=after.frequency_minutes)
        await rows.filter(failures=0, next_sync_at__gt=soon).update(next_sync_at=soon)
        # A run in progress would else set its next one by the former frequency.
        await rows.update(nudge_seq=F("nudge_seq") + 1)
    if before.is_paused and not after.is_paused and row.link_id is not None:
        await rows.filter(stopped=None).update(next_sync_at=now, nudge_seq=F("nudge_seq") + 1)
