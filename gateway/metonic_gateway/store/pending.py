"""What the transaction of a run has collected and not stored yet."""

from dataclasses import dataclass, field
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.mapping import Mapping
from metonic_core.reconcile.guard import Held
from metonic_gateway.store.changes import Entry
from metonic_gateway.store.models import SyncOperation
from metonic_gateway.store.noting import Note


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
