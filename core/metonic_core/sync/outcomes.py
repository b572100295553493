"""Storing what became of writes: rows, journal, and the rows that an identified event makes superfluous."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from metonic_core.model.mapping import Mapping
from metonic_core.reconcile.importing import ABSORBED
from metonic_core.reconcile.landing import ERASED, Landed
from metonic_core.reconcile.terms import Terms
from metonic_core.sync.context import Run


class Answered(Protocol):
    """What an answer makes of the row as it is now."""

    def __call__(self, mapping: Mapping, *, terms: Terms) -> Landed: ...


Answers = Sequence[tuple[Mapping, Answered]]
"""Rows as they were announced, each with its answer."""


async def store_answers(this: Run, answers: Answers, asked_at: datetime | None = None) -> int:
    """One transaction for all of them; returns how many intents are still open.

    A row whose intent is no longer the announced one was answered by somebody else and is left alone.
    """
    async with this.ledger.transaction():
        terms = await this.terms(asked_at)
        fresh = {row.id: row for row in await this.ledger.reload([row.id for row, _ in answers])}
        still_open = 0
        for announced, answered in answers:
            row = fresh[announced.id]
            if (
                row.intent is None
                or announced.intent is None
                or row.intent.operation != announced.intent.operation
            ):
                continue
            made, operations = answered(row, terms=terms)
            still_open += made.intent is not None
            await _store_answer(this, row, made)
            this.report.count(operations)
            this.report.count_hold(row, made)
            await this.ledger.journal(made, operations)
        return still_open


async def _store_answer(this: Run, row: Mapping, made: Mapping) -> None:
    """The event of a landed create may have been seen by a one-sided row already: that one is absorbed."""
    if made == row:
        return
    if row.is_in_conflict and not made.is_in_conflict:
        made = replace(made, resolution=None)
        await this.ledger.close_conflict(made)
    saved = [made]
    if made.event_id and made.event_id != row.event_id:
        other = (await this.ledger.by_event([made.event_id])).get(made.event_id)
        if other and other.id != made.id and other.closed is None:
            saved.insert(0, other.closing(ABSORBED))
    await this.ledger.save(saved)
    if made.closed == ERASED and made.appointment_id is not None:
        await this.ledger.reopen(made)
