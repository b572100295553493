"""Taking our copies out of a calendar that is not synced any more. The user's own events stay."""

from collections.abc import Sequence

from metonic_core.model.mapping import HoldKind, Illegible, Look, Mapping, Observed, Origin, WriteKind
from metonic_core.reconcile.landing import ERASED
from metonic_core.reconcile.overtaking import overtaken
from metonic_core.reconcile.step import Reason, Write
from metonic_core.reconcile.terms import Terms
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.provider import Capabilities
from metonic_core.sync.announce import announce, carry_out
from metonic_core.sync.context import Run
from metonic_core.sync.ports import Clock, Due, Ledger, Phase
from metonic_core.sync.progress import Progress
from metonic_core.sync.read import read
from metonic_core.sync.run import caught_up

# A copy that was edited at the last moment is read and tried again.
_ROUNDS = 3


async def remove_copies(
    ledger: Ledger, adapter: CalendarAdapter, capabilities: Capabilities, clock: Clock, reason: Reason
) -> int:
    """Erase every event that carries our marker, known to a row or not; returns how many could not be.

    But for a copy that stands for an event of the user's own, which was lost and brought back: it stays as
    that event would have. The journal names the ``reason``. Copies that were given up before stay given up.
    Raises as ``run`` does. The link should be read completely: copies no row knows are found that way.
    """
    this = await caught_up(ledger, adapter, capabilities, clock)
    left = 0
    for _ in range(_ROUNDS):
        await read(this)
        left = await _erase_copies(this, reason)
        if left == 0:
            break
    return left + await _count_invisible(this)


async def _count_invisible(this: Run) -> int:
    """How many copies were not found, and may only not show yet: they are looked for when they must."""
    found, after = 0, None
    while True:
        async with this.ledger.transaction():
            rows = await this.ledger.due(Due.READ, after, this.capabilities.batch_size)
        if not rows:
            return found
        after = rows[-1].id
        found += sum(row.closed == ERASED for row in rows)


async def _erase_copies(this: Run, reason: Reason) -> int:
    """One pass over the open rows; returns how many copies it met that are still there."""
    progress = Progress(this.ledger, Phase.APPLY)
    after = None
    met = 0
    while True:
        async with this.ledger.transaction():
            rows = await this.ledger.open_rows(after, this.capabilities.batch_size)
            terms = await this.terms()
            copies = [row for row in await _copies(this, rows, terms) if row.intent is None]
            never_made = [row for row in rows if _was_never_made(row) and row not in copies]
            await this.ledger.save([row.closing(ERASED) for row in never_made])
            announced = [announce(this, row, _erasure(row, reason), terms) for row in copies]
            await this.ledger.save([a.mapping for a in announced])
            for row in copies:
                await this.ledger.journal(row, overtaken(row, terms))
        if not rows:
            await progress.end()
            return met
        await progress.begin()
        after = rows[-1].id
        await carry_out(this, announced)
        await progress.add(len(rows))
        met += await _count_open(this, rows, terms)


async def _count_open(this: Run, rows: Sequence[Mapping], terms: Terms) -> int:
    async with this.ledger.transaction():
        open_rows = [row for row in await this.ledger.reload([row.id for row in rows]) if row.closed is None]
        copies = await _copies(this, open_rows, terms)
    return sum(row.intent is not None or row in copies or _may_have_been_made(row) for row in open_rows)


async def _copies(this: Run, rows: Sequence[Mapping], terms: Terms) -> Sequence[Mapping]:
    """Those of them whose events are to go."""
    copies = [row for row in rows if _is_copy(row, terms)]
    known = await this.ledger.appointments({row.appointment_id for row in copies if row.appointment_id})
    own = {a.id for a in known.values() if a.imported_from == terms.link_id and not a.is_deleted}
    return [row for row in copies if row.appointment_id not in own]


def _was_never_made(row: Mapping) -> bool:
    return _is_unborn(row) and row.intent is None and not isinstance(row.seen, Look | Illegible)


def _may_have_been_made(row: Mapping) -> bool:
    """Whether nobody can read what became of its create."""
    return _is_unborn(row) and isinstance(row.seen, Look | Illegible)


def _is_unborn(row: Mapping) -> bool:
    return row.origin is Origin.COPY and row.external_base is None


def _is_copy(row: Mapping, terms: Terms) -> bool:
    if not row.can_write:
        # Somebody was invited to it since, who would hear that it goes.
        return False
    if row.origin is Origin.COPY and row.external_base is not None:
        return not _is_given_up(row)
    if not isinstance(row.seen, Observed):
        return False
    marker = terms.marker_on(row.seen.event)
    return marker is not None and terms.issued(marker, row.seen.event)


def _is_given_up(row: Mapping) -> bool:
    """Whether the event was deleted before, and the row remembers that it shall not be made again."""
    is_detached = row.hold is not None and row.hold.kind is HoldKind.DETACHED
    return is_detached and not isinstance(row.seen, Observed)


def _erasure(row: Mapping, reason: Reason) -> Write:
    event = row.seen.event if isinstance(row.seen, Observed) else None
    if event is None:
        return Write(WriteKind.DELETE, reason, etag=row.etag)
    return Write(WriteKind.DELETE, reason, etag=event.etag, before=event.content)
