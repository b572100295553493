"""What the parts of a run share: its ports, and the report they add to."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from metonic_core.model.mapping import HoldKind, Mapping
from metonic_core.model.marker import MarkerKey
from metonic_core.reconcile.step import Operation, Side
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Direction, Selection
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.provider import Capabilities
from metonic_core.sync.ports import Clock, Ledger


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An item that this run had to leave alone; ``message`` says why, without text of the event."""

    message: str
    appointment_id: UUID | None
    event_id: str | None


@dataclass(slots=True)
class Report:
    """What a run did. ``unsettled``: how many writes are left of which nobody knows whether they happened.

    ``look_again``: how soon what is left open can be settled, or be seen.
    ``ripe_at``: when a conflict may be resolved by the policy of the calendar. ``is_owing``: a write is left
    to a run that goes both ways.
    """

    pushed: int = 0
    pulled: int = 0
    conflicts: int = 0
    quarantined: list[Quarantined] = field(default_factory=list)
    unsettled: int = 0
    look_again: timedelta | None = None
    ripe_at: datetime | None = None
    is_owing: bool = False

    def count(self, operations: tuple[Operation, ...]) -> None:
        self.pushed += sum(o.side is Side.EXTERNAL for o in operations)
        self.pulled += sum(o.side is Side.LOCAL for o in operations)

    def leave_open(self, writes: int, wait: timedelta) -> None:
        """Note writes that can be asked about after ``wait``, if there are any."""
        if writes:
            self.unsettled += writes
            self.look_again = wait

    def count_hold(self, before: Mapping | None, after: Mapping) -> None:
        """Note a row that has just gone into quarantine; ``before`` is None where there was none."""
        held = before.hold if before else None
        if after.hold and after.hold.kind is HoldKind.QUARANTINE and held != after.hold:
            self.quarantined.append(Quarantined(after.hold.reason, after.appointment_id, after.event_id))


@dataclass(frozen=True, slots=True)
class Run:
    """What the parts of a run share. ``only`` is the way that it goes, where the calendar goes both."""

    ledger: Ledger
    adapter: CalendarAdapter
    calendar_id: str
    capabilities: Capabilities
    clock: Clock
    report: Report
    only: Direction | None = None

    async def terms(self, asked_at: datetime | None = None) -> Terms:
        """The terms as they are now; asked anew in every transaction that decides.

        ``asked_at``: when the provider was asked for what is decided about.
        """
        terms = terms_of(
            await self.ledger.selection(),
            self.adapter,
            self.calendar_id,
            self.capabilities,
            self.ledger.markers,
            self.ledger.new_id,
            self.clock(),
        )
        return replace(terms, asked_at=asked_at)


def terms_of(  # noqa: PLR0913, PLR0917 - all that decisions depend on
    selection: Selection,
    adapter: CalendarAdapter,
    calendar_id: str,
    capabilities: Capabilities,
    markers: MarkerKey,
    new_id: Callable[[], UUID],
    now: datetime,
) -> Terms:
    """The terms on which the pairs of that calendar are decided."""
    return Terms(
        selection=selection,
        same=adapter.same,
        fit=adapter.fit,
        event_id=lambda identity: adapter.event_id(calendar_id, identity),
        markers=markers,
        new_id=new_id,
        now=now,
        visibility_lag=capabilities.visibility_lag,
        silent_writes=capabilities.silent_writes,
    )
