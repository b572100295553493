"""What a complete read means for the open rows of a link: who was named, who was not, what is tried again."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from tortoise.expressions import F, Q

from metonic_core.model.codec import encode
from metonic_core.model.mapping import Absent, HoldKind, Illegible, Look, Mapping
from metonic_core.reconcile.step import Reason
from metonic_core.sync import Due
from metonic_gateway.store.mappings import Rows, chunks
from metonic_gateway.store.rows import mapping_of


async def reported(rows: Rows, event_ids: Collection[str], read_round: int) -> None:
    """Note that the read of that number named these events."""
    for ids in chunks(list(event_ids)):
        await rows.filter(external_event_id__in=ids).update(read_round=read_round)


async def unreported(rows: Rows, read_round: int) -> Sequence[Mapping]:
    """The rows that the read of that number should have named and did not, with their events in doubt."""
    unnamed = rows.exclude(external_event_id=None).filter(read_round__lt=read_round)
    found = [mapping_of(row) for row in await unnamed.select_for_update(no_key=True)]
    return [replace(row, seen=Look()) for row in found if is_doubtful(row)]


async def take_up(rows: Rows, until: datetime) -> None:
    """Have events read that begin before the window ends now, and writes tried again that were set aside."""
    await entering(rows, until).update(seen=encode(Look()), due=Due.READ)
    again = {"attempts": 0, "drawn": F("drawn") + 1, "wanted": F("drawn") + 1}
    await set_aside(rows).update(**again, refused=None, due=Due.DECIDE)


def entering(rows: Rows, until: datetime) -> Rows:
    """Those whose events lay beyond the window and begin before that time."""
    return rows.filter(hold=HoldKind.OUTSIDE.value, enters_at__lt=until)


def set_aside(rows: Rows) -> Rows:
    """Those whose writes the provider had not taken, or had put back."""
    was_tried = Q(attempts__gt=0) | Q(refused__isnull=False) | Q(hold_reason=Reason.OSCILLATES.value)
    return rows.filter(was_tried, hold=HoldKind.QUARANTINE.value, due=None)


def is_doubtful(row: Mapping) -> bool:
    """Whether it means anything that a complete read did not name the event of this row."""
    is_detached = row.hold is not None and row.hold.kind is HoldKind.DETACHED
    # What could not be read of a new copy may have been nothing.
    may_be_there = (
        row.external_base is not None or row.appointment_id is None or isinstance(row.seen, Illegible)
    )
    return may_be_there and row.intent is None and not is_detached and not isinstance(row.seen, Absent | Look)
