"""One run: settle what is open, pull what changed, read it, decide, apply.

Nothing is kept in memory that a crash may not take: each part works on rows and leaves rows behind, so the
next run goes on wherever this one ended.
"""

from metonic_core.selection import Direction
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.provider import Capabilities
from metonic_core.sync.apply import apply
from metonic_core.sync.context import Report, Run
from metonic_core.sync.ports import Clock, Ledger, ToDo
from metonic_core.sync.pull import pull
from metonic_core.sync.read import read
from metonic_core.sync.settle import settle

# An applied decision can bring further ones (an edit on top of ours, an adopted copy); what is left after
# this many rounds stays due and is next run's work.
_ROUNDS = 4


async def run(
    ledger: Ledger,
    adapter: CalendarAdapter,
    capabilities: Capabilities,
    clock: Clock,
    only: Direction | None = None,
) -> Report:
    """Bring both sides of a link in step; raises LeaseLost, and ProviderError where the run had to stop.

    What does not go the ``only`` way stays due, for a run that goes both.
    """
    this = await caught_up(ledger, adapter, capabilities, clock, only)
    is_of_use = True
    for _ in range(_ROUNDS):
        left = await _left(this)
        if left.read and is_of_use:
            is_of_use = await look(this)
            left = await ledger.to_do()
        elif not left.decide:
            break
        if left.decide:
            await apply(this, left)
            is_of_use = True
    return this.report


async def _left(this: Run) -> ToDo:
    """What is to be read and decided, conflicts included whose time has come."""
    left = await this.ledger.to_do()
    if left.ripen:
        async with this.ledger.transaction():
            this.report.ripe_at = await this.ledger.ripen_conflicts()
        left = await this.ledger.to_do()
    return left


async def caught_up(
    ledger: Ledger,
    adapter: CalendarAdapter,
    capabilities: Capabilities,
    clock: Clock,
    only: Direction | None = None,
) -> Run:
    """A run that has settled what is open and recorded what changed in the calendar."""
    link, left = await ledger.link(), await ledger.to_do()
    this = Run(ledger, adapter, link.calendar_id, capabilities, clock, Report(), only)
    if left.settle:
        await settle(this)
    await pull(this, None if left.settle else link)
    return this


async def look(this: Run) -> bool:
    """Read every event that is new or in doubt; returns whether any is known by that."""
    found = await read(this)
    if found.is_any_gone:
        # What is not where it was may have moved: the feed knows the new place by now.
        await pull(this)
        await read(this)
    return found.is_any_known
