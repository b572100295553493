"""Provider writes: announced in the transaction that decides, carried out after it, answered in another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeGuard

from metonic_core.model.mapping import Intent, Mapping, Origin, Sent, WriteKind
from metonic_core.model.marker import operation_name
from metonic_core.reconcile.landing import outcome_of
from metonic_core.reconcile.step import Write
from metonic_core.reconcile.terms import Terms
from metonic_core.spi import writes
from metonic_core.spi.errors import RateLimited
from metonic_core.sync.context import Run
from metonic_core.sync.outcomes import store_answers


@dataclass(frozen=True, slots=True)
class Announced:
    """A row with its committed intent, and the request that carries it out."""

    mapping: Mapping
    request: writes.Write


def announce(this: Run, row: Mapping, write: Write, terms: Terms) -> Announced:
    """The row with the intent of a write, to be stored in this transaction."""
    row = row if row.wanted is not None else row.due()
    operation = operation_name(this.ledger.new_id(), is_masked=write.is_masked)
    if write.kind is WriteKind.CREATE:
        row = replace(row, event_id=terms.event_id(row.marker(operation).identity))
    sent = Sent(operation, write.content, write.groups, write.local, write.reason) if write.content else None
    intent = Intent(
        kind=write.kind,
        operation=operation,
        at=terms.now,
        reason=write.reason,
        answers=row.wanted,
        sent=sent,
        etag=write.etag,
        prior=write.before or row.external_base,
    )
    unconfirmed = (*row.unconfirmed, sent) if sent else row.unconfirmed
    row = replace(row, intent=intent, unconfirmed=unconfirmed, wrote_at=terms.now)
    return Announced(row, _request(row, intent, terms))


def _request(row: Mapping, intent: Intent, terms: Terms) -> writes.Write:
    event_id, etag = row.event_id or "", intent.etag or ""
    if intent.sent is None:
        return writes.Delete(event_id, etag)
    if intent.kind is WriteKind.CREATE:
        marker = row.marker(intent.operation)
        return writes.Create(marker.identity, terms.markers.sign(marker), intent.sent.content)
    stamp = terms.markers.sign(row.marker(intent.operation)) if row.origin is Origin.COPY else None
    former = row.unfinished or ()
    return writes.Update(event_id, etag, intent.sent.content, intent.sent.groups, stamp, former)


async def carry_out(this: Run, announced: Sequence[Announced]) -> None:
    """Have the provider write and store the answers; then raise what concerns more than an item."""
    if not announced:
        return
    outcomes = await this.adapter.write_events(this.calendar_id, [a.request for a in announced])
    answers = [
        (made.mapping, partial(outcome_of, outcome=outcome))
        for made, outcome in zip(announced, outcomes, strict=True)
    ]
    this.report.leave_open(await store_answers(this, answers), this.capabilities.settle_after)
    for outcome in outcomes:
        if _is_for_all(outcome):
            raise outcome.error


def _is_for_all(outcome: writes.Outcome) -> TypeGuard[writes.Failed | writes.Unknown]:
    """Whether the run is to end over it. Of a write cut off by a mere fault the calendar is asked later."""
    if isinstance(outcome, writes.Unknown):
        return isinstance(outcome.error, RateLimited)
    return isinstance(outcome, writes.Failed) and outcome.error.concerns_all
