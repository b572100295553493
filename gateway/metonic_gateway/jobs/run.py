"""A run under its lease, and what follows when its provider lets it down."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from metonic_core.pacing import back_off, consequence_of, retry_after_of
from metonic_core.spi.errors import Paced, ProviderError, RateLimited
from metonic_gateway.accounts.circuits import LeftAlone
from metonic_gateway.jobs.troubles import STANDS_STILL, Trouble, trouble_of
from metonic_gateway.services import Services, run_topic, status_topic
from metonic_gateway.store import outcomes
from metonic_gateway.store.connected import ConnectedCalendar
from metonic_gateway.store.leases import Held, Lease
from metonic_gateway.store.ledger import SqlLedger
from metonic_gateway.store.run_log import RunLog
from metonic_gateway.store.runs import Outcome
from metonic_gateway.store.states import FAILED
from metonic_gateway.telemetry import get_logger
from metonic_gateway.traces import Span

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """What the parts of a run share.

    ``link`` is the life of the calendar that it works in; None where none was chosen, and the sign-in ends.
    """

    services: Services
    calendar: ConnectedCalendar
    link: UUID | None
    lease: Lease
    log: RunLog
    span: Span = field(default_factory=Span)

    @property
    def link_id(self) -> UUID:
        """Raises LookupError where no calendar was chosen."""
        if self.link is None:
            raise LookupError("no calendar was chosen")
        return self.link

    def now(self) -> datetime:
        return self.services.clock()

    def count(self, outcome: str) -> None:
        """Note what came of it, for operators."""
        self.services.metrics.run_ended(self.calendar.provider, outcome)
        self.span.note(outcome=outcome)

    def ledger(self, former: UUID | None = None) -> SqlLedger:
        """Of the link, or of a former one of the same calendar."""
        calendar, link = self.calendar, former or self.link_id
        return SqlLedger(
            Held(
                calendar.id,
                link,
                self.lease.fence,
                calendar.user_id,
                calendar.provider,
                is_former=former is not None,
                glance=self.lease.glance if former is None else None,
                nudge_seq=self.lease.nudge_seq,
                link=self.lease.link if former is None else (),
            ),
            self.services.vault.marker_key(),
            self.services.window,
            self.services.clock,
            self.log,
            told=self._told(),
        )

    def _told(self) -> Callable[[UUID], None]:
        """What nudges who watches the run. Its first news are the calendar's too: it has a row by now."""
        known: set[UUID] = set()

        def told(run_id: UUID) -> None:
            if run_id not in known:
                known.add(run_id)
                self.services.feed.publish(status_topic(self.calendar.user_id))
            self.services.feed.publish(run_topic(run_id))

        return told


async def fail(run: Run, error: ProviderError) -> None:
    """Record that the provider let the run down, and what follows from it."""
    if isinstance(error, Paced):
        await _pause(run, error)
        return
    if isinstance(error, RateLimited):
        run.services.usage.count(run.calendar.provider, throttled=1)
        await run.services.paces.learn(run.calendar.provider, run.calendar.account.subject, run.now())
    trouble = trouble_of(error)
    _log.warning("run_failed", calendar=run.calendar.id, provider=run.calendar.provider, code=trouble.code)
    consequence = consequence_of(error)
    if not consequence.stops:
        await retry_later(run, trouble, retry_after_of(error))
        return
    await log_failure(run, trouble)
    await outcomes.record_stop(run.lease, run.now(), trouble.as_problem(run.now()), consequence.value)


async def _pause(run: Run, paced: Paced) -> None:
    """Nothing failed: the next run goes on in the row of this one when there is room again."""
    trouble, now = trouble_of(paced), run.now()
    _log.info("run_paused", calendar=run.calendar.id, provider=run.calendar.provider, code=trouble.code)
    await run.log.requeue(now)
    run.count("paused")
    wait = retry_after_of(paced) or timedelta(0)
    if isinstance(paced, LeftAlone):
        # Not all of them at the same moment, and one is to find out for all whether it is back.
        await outcomes.record_wait(run.lease, trouble.as_problem(now), now + wait * (1 + dice()))
    else:
        await outcomes.record_pause(run.lease, now + wait)


async def note_pause(run: Run, paced: Paced, *, has_stored: bool) -> None:
    """A pause comes to an end; pauses that bring nothing may not, and look the same to whoever waits.

    What was stored is part of a run that has not ended, so there is a row of it.
    """
    if has_stored:
        await run.log.ensure()
        await outcomes.note_progress(run.lease)
    elif not isinstance(paced, LeftAlone):
        now = run.now()
        await outcomes.note_standstill(run.lease, now, STANDS_STILL.as_problem(now))


async def retry_later(run: Run, trouble: Trouble, retry_after: timedelta | None) -> None:
    """Record the failure; whoever asks meanwhile waits as well, except a person."""
    await log_failure(run, trouble)
    now = run.now()
    wait = back_off(run.calendar.failures + 1, retry_after, dice())
    await outcomes.record_failure(run.lease, now, trouble.as_problem(now), now + wait)


async def log_failure(run: Run, trouble: Trouble) -> None:
    """A run that failed always has a row."""
    await run.log.ensure()
    await run.log.finish(Outcome(FAILED, errors=[trouble.as_error(run.now())]), run.now())
    run.count(FAILED)
    run.span.fail(trouble.code)


def dice() -> float:
    """A number from 0 to 1."""
    return random.random()  # noqa: S311 - spreads load, guards nothing
