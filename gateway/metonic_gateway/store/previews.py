"""Previews: asked for, taken up by one worker at a time, and kept for a day with what they found."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from metonic_core.selection import Direction, Filters, Rule, RuleField, Treatment
from metonic_core.sync import Preview
from metonic_gateway.store.mappings import chunks
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncHistory, SyncPlanStep
from metonic_gateway.store.plans import step_of
from metonic_gateway.store.preferences import Edit, Preferences, preferences_of
from metonic_gateway.store.runs import RunError, sync_type
from metonic_gateway.store.states import FAILED, FINISHED, MANUAL, PREVIEW, QUEUED, RUNNING, SUCCESS
from metonic_gateway.store.transactions import transactional

TAKES_AT_MOST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A preview that its worker has for ten minutes; ``preferences`` None: under the present settings."""

    run_id: UUID
    calendar_id: UUID
    claimed_at: datetime
    preferences: Preferences | None


@transactional
async def request(calendar_id: UUID, edit: Edit | None, now: datetime) -> UUID:
    """The preview that waits or runs already for the settings that are asked for, else a new one.

    One that waits for others is given up: who asks anew wants to know that. Raises what ``edit`` raises.
    """
    row = await CalendarSyncConfig.filter(id=calendar_id).select_for_update(no_key=True).get()
    await row.fetch_related("sync_filter")
    settings = None if edit is None else document_of(edit(preferences_of(row)))
    for known in await _unfinished(calendar_id):
        if known.settings == settings:
            return known.id
        if known.state == QUEUED:
            await _end(known.id, FAILED, now, [_given_up(now)])
    return await _made(row, settings, now)


async def _made(row: CalendarSyncConfig, settings: Any, now: datetime) -> UUID:  # noqa: ANN401 - a document
    made = await CalendarSyncHistory.create(
        id=uuid4(),
        sync_config_id=row.id,
        kind=PREVIEW,
        settings=settings,
        sync_type=await sync_type(row.id),
        reason=MANUAL,
        state=QUEUED,
        requested_at=now,
        errors=[],
    )
    return made.id


def _unfinished(calendar_id: UUID) -> QuerySet[CalendarSyncHistory]:
    return CalendarSyncHistory.filter(sync_config_id=calendar_id, kind=PREVIEW, state__in=[QUEUED, RUNNING])


def _given_up(now: datetime) -> RunError:
    return RunError("interrupted", "Another preview was asked for since.", "Look at that one.", now)


def _free(now: datetime) -> Q:
    """One whose worker has not come back is free again."""
    return Q(state=QUEUED) | Q(state=RUNNING, started_at__lt=now - TAKES_AT_MOST)


async def waiting(now: datetime) -> Sequence[UUID]:
    """Previews that no worker has."""
    rows = CalendarSyncHistory.filter(_free(now), kind=PREVIEW).order_by("requested_at")
    return [row["id"] for row in await rows.values("id")]


async def claim(run_id: UUID, now: datetime) -> Claimed | None:
    """Take a preview up; None if it is done or somebody has it."""
    rows = CalendarSyncHistory.filter(_free(now), id=run_id, kind=PREVIEW)
    if not await rows.update(state=RUNNING, started_at=now):
        return None
    row = await CalendarSyncHistory.get(id=run_id)
    return Claimed(run_id, row.sync_config_id, now, preferences_from(row.settings))


async def finish(claimed: Claimed, made: Preview, errors: Sequence[RunError], now: datetime) -> None:
    """Store the plan, and what would be left alone.

    But not where somebody else has taken the preview up meanwhile, or ended it.
    """
    async with in_transaction():
        if not await _is_mine(claimed):
            return
        for part in chunks(made.steps):
            steps = [step_of(claimed.run_id, one.mapping, one.planned, now, one.cause) for one in part]
            await SyncPlanStep.bulk_create(steps)
        await CalendarSyncHistory.filter(id=claimed.run_id).update(conflicts_detected=made.conflicts)
        await _end(claimed.run_id, SUCCESS, now, errors)


async def fail(claimed: Claimed, error: RunError) -> None:
    """Say what kept the preview from being made."""
    async with in_transaction():
        if await _is_mine(claimed):
            await _end(claimed.run_id, FAILED, error.timestamp, [error])


async def give_back(claimed: Claimed) -> None:
    """Have another worker make it, and at once."""
    await _mine(claimed).update(state=QUEUED)


async def give_back_all() -> int:
    """The same for all: for a service that is the only one and starts, so that nobody makes any."""
    return await CalendarSyncHistory.filter(kind=PREVIEW, state=RUNNING).update(state=QUEUED)


async def _is_mine(claimed: Claimed) -> bool:
    return bool(await _mine(claimed).select_for_update(no_key=True).only("id"))


def _mine(claimed: Claimed) -> QuerySet[CalendarSyncHistory]:
    return CalendarSyncHistory.filter(id=claimed.run_id, state=RUNNING, started_at=claimed.claimed_at)


async def _end(run_id: UUID, status: str, now: datetime, errors: Sequence[RunError]) -> None:
    await CalendarSyncHistory.filter(id=run_id).update(
        state=FINISHED, status=status, completed_at=now, errors=[error.document() for error in errors]
    )


_READ: dict[str, Any] = {
    "direction": Direction,
    "private": Treatment,
    "field": RuleField,
    "rules": lambda documents: tuple(_made_of(Rule, each) for each in documents),
    "filters": lambda document: _made_of(Filters, document),
    "types": frozenset,
    "clients": lambda ids: frozenset(map(UUID, ids)),
    "first_day": date.fromisoformat,
    "last_day": date.fromisoformat,
}
"""How each setting that is no plain value is read from its document."""


def document_of(value: Any) -> Any:  # noqa: ANN401 - a setting, or several
    """Settings as a document."""
    match value:
        case Preferences() | Filters() | Rule():
            return {f.name: document_of(getattr(value, f.name)) for f in fields(value)}
        case Enum():
            return value.value
        case tuple():
            return [document_of(each) for each in value]
        case frozenset():
            return sorted(map(str, value))
        case date():
            return value.isoformat()
    return value


def preferences_from(document: Any) -> Preferences | None:  # noqa: ANN401 - a document
    """The settings of a document; None where it is of none."""
    made: Preferences | None = None if document is None else _made_of(Preferences, document)
    return made


def _made_of(kind: Any, document: dict[str, Any]) -> Any:  # noqa: ANN401 - settings, or the filters among them
    return kind(**{name: v if v is None else _READ.get(name, _as_it_is)(v) for name, v in document.items()})


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - a plain setting
    return value
