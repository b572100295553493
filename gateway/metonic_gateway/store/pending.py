"""What the transaction of a run has collected and not stored yet."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.mapping import Mapping
from metonic_core.reconcile.guard import Held
from metonic_gateway.store import changes, leases, plans
from metonic_gateway.store.changes import Cause, Entry
from metonic_gateway.store.models import SyncOperation
from metonic_gateway.store.noting import Note
from metonic_gateway.store.run_log import RunLog


@dataclass(slots=True)
class Pending:
    """``imports`` and ``changed`` are appointments by the row through which each came in."""

    rows: list[Mapping] = field(default_factory=list)
    imports: dict[UUID, Appointment] = field(default_factory=dict)
    changed: dict[UUID, Appointment] = field(default_factory=dict)
    lines: list[SyncOperation] = field(default_factory=list)
    news: list[Entry] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    items: list[Held] = field(default_factory=list)


async def report(pending: Pending, run: RunLog, run_id: UUID, by: leases.Held, now: datetime) -> bool:
    """Store journal, feed and plan of that run; returns whether the platform has something to hear of."""
    for line in pending.lines:
        line.run_id = run_id
    await SyncOperation.bulk_create(pending.lines)
    run.done.update(line.side for line in pending.lines)
    await changes.record(pending.news, Cause(by.provider, run_id, by.user_id), now)
    await plans.note(run_id, pending.items, now)
    run.has_held |= bool(pending.items)
    return bool(pending.news)
