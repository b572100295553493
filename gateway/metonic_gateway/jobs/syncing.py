"""One sync of one calendar, from its lease to what is known of it afterwards."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from uuid import UUID

from metonic_core import sync
from metonic_core.pacing import looked_at_every, next_sync
from metonic_core.spi.errors import Paced, ProviderError
from metonic_core.sync import LeaseLost, Report
from metonic_gateway.accounts.channels import base_address, push_of
from metonic_gateway.accounts.connecting import adapter_for, provider_of
from metonic_gateway.jobs.former import Behind, leave_former
from metonic_gateway.jobs.holding import held
from metonic_gateway.jobs.leaving import leave
from metonic_gateway.jobs.run import Run, dice, fail, note_pause, retry_later
from metonic_gateway.jobs.troubles import UNEXPECTED, errors_of, unsettled
from metonic_gateway.services import CHANGES, Services, run_topic, status_topic
from metonic_gateway.store import leases, outcomes, relying, run_log, runs
from metonic_gateway.store.leases import Lease
from metonic_gateway.store.outcomes import Success
from metonic_gateway.store.relying import Found, relied_on
from metonic_gateway.store.run_log import RunLog
from metonic_gateway.store.runs import Outcome
from metonic_gateway.store.states import DISCONNECTING, PARTIAL, SUCCESS, WEBHOOK
from metonic_gateway.store.transactions import Interrupted
from metonic_gateway.telemetry import get_logger

_log = get_logger(__name__)


async def sync_calendar(services: Services, calendar_id: UUID, reason: str) -> None:
    """Sync a calendar if it is due and nobody does; whatever goes wrong is recorded, not raised."""
    try:
        lease = await leases.acquire(calendar_id, services.clock())
        if lease is not None:
            await _with_lease(services, lease, reason)
    except Exception:  # noqa: BLE001 - the calendar stays due
        _log.exception("run_failed", calendar=calendar_id)


async def _with_lease(services: Services, lease: Lease, reason: str) -> None:
    async with held(lease, services.clock):
        calendar = lease.calendar
        # Who leaves without having chosen a calendar has a sign-in to give back all the same.
        if calendar.link_id is None and calendar.stopped != DISCONNECTING:
            return
        why = WEBHOOK if lease.is_noticed else reason
        log = await _log_of(lease, why, services.clock())
        services.feed.publish(status_topic(calendar.user_id))
        services.metrics.run_began(lease.due_at, lease.taken_at)
        began = perf_counter()
        with services.traces.span(
            "run", provider=calendar.provider, calendar=calendar.id, trigger=why
        ) as span:
            is_due_again = await _leave_or_sync(Run(services, calendar, calendar.link_id, lease, log, span))
            if log.id is not None:
                span.note(run=log.id)
        services.metrics.run_took(calendar.provider, perf_counter() - began)
    services.feed.publish(status_topic(calendar.user_id))
    if log.id is not None:
        services.feed.publish(run_topic(log.id))
    if is_due_again:
        with services.traces.apart():
            services.nudge([calendar.id])


async def _log_of(lease: Lease, reason: str, now: datetime) -> RunLog:
    if lease.glance.is_any_unfinished:
        return await run_log.begin(lease.calendar_id, reason, now)
    return RunLog(lease.calendar_id, reason, now, lease.fence)


async def _leave_or_sync(run: Run) -> bool:
    """Returns whether the calendar is due again at once."""
    try:
        if run.calendar.stopped == DISCONNECTING:
            await leave(run)
            return False
        return await _sync(run)
    except LeaseLost:
        _log.info("lease_lost", calendar=run.calendar.id)
        await run.log.requeue(run.now())
        run.count("taken_over")
        return True
    except asyncio.CancelledError:
        # The worker ends; whoever takes up the calendar goes on in the row of this run.
        await run.log.requeue(run.now())
        raise
    except Interrupted:
        _log.warning("run_interrupted", calendar=run.calendar.id, exc_info=True)
        await run.log.requeue(run.now())
        return True
    except ProviderError as error:
        await fail(run, error)
    except Exception:  # noqa: BLE001 - a fault of ours must not end the worker
        _log.exception("run_failed", calendar=run.calendar.id)
        await retry_later(run, UNEXPECTED, None)
    return False


async def _sync(run: Run) -> bool:
    provider = provider_of(run.services, run.calendar)
    adapter = adapter_for(run.services, run.calendar, is_fresh=True)
    ledger = run.ledger()
    try:
        report = await sync.run(ledger, adapter, provider.capabilities, run.services.clock, run.log.one_way)
    except Paced as paced:
        await note_pause(run, paced, has_stored=ledger.has_stored)
        raise
    else:
        report.is_owing |= ledger.has_missed
    finally:
        run.services.nudge(ledger.drawn)
        if ledger.has_changed:
            run.services.feed.publish(CHANGES)
    behind = await leave_former(run) if run.lease.glance.is_any_leaving else Behind()
    # What was stored by a run that did not get here is counted by the next.
    may_differ = ledger.work.has_moved or run.calendar.failures > 0 or run.log.has_predecessor
    pairs = await outcomes.count_pairs(run.link_id, is_settled=not report.unsettled) if may_differ else None
    return await _succeed(run, _Done(report, behind, pairs, None if may_differ else ledger.found))


@dataclass(frozen=True, slots=True)
class _Done:
    """What a run has come to. ``found`` tells whether the provider can be relied on, where it still does."""

    report: Report
    behind: Behind
    pairs: int | None
    found: Found | None


async def _succeed(run: Run, done: _Done) -> bool:
    now, report, behind = run.now(), done.report, done.behind
    errors = [*errors_of(report, now), *behind.errors]
    if errors:
        await run.log.ensure()
    if report.unsettled:
        # The run that sent them has a row already, or whoever asked for this one.
        errors.append(unsettled(report.unsettled).as_error(now))
    status = PARTIAL if errors else SUCCESS
    at = await _next_at(run, done, now)
    success = Success(run.log, Outcome(status, report.conflicts, errors), at, done.pairs)
    is_due_again = await outcomes.record_success(run.lease, success, now)
    # Nearly all runs find nothing.
    say = _log.debug if run.log.id is None else _log.info
    say("run_finished", calendar=run.calendar.id, sent=report.pushed, pulled=report.pulled)
    run.count(status)
    return is_due_again


async def _next_at(run: Run, done: _Done, now: datetime) -> datetime:
    """When the calendar is due again; at once where a run that went one way owes the rest, or one waits."""
    # Of several that waited one is answered; whoever asked meanwhile is known by their nudge.
    may_wait = run.log.has_predecessor
    is_next_waiting = may_wait and await runs.is_any_unfinished(run.calendar.id, besides=run.log.id)
    report = done.report
    if report.is_owing or is_next_waiting:
        return now
    regular = next_sync(now, await _every(run, done, now), dice())
    again_at = None if report.look_again is None else now + report.look_again
    reasons = (
        regular,
        again_at,
        report.ripe_at,
        done.behind.again_at,
        run.log.otherwise_at,
        _second_look(run, now),
    )
    return max(now, min(filter(None, reasons)))


async def _every(run: Run, done: _Done, now: datetime) -> timedelta:
    """How often the calendar is looked at: more rarely where its provider tells of what changes.

    Where it can, its link is looked after from now on. Whoever just found something that nobody told of does
    not rely on it this time.
    """
    frequency, base = run.calendar.frequency, base_address(run.services)
    if base is None or push_of(run.services, run.calendar.provider) is None:
        return frequency
    found = await relying.told_by(run.link_id) if done.found is None else done.found
    await relying.look_after(run.link_id, found, now)
    is_untold = done.report.pulled > 0 and not run.lease.is_noticed
    return frequency if is_untold else looked_at_every(frequency, relied_on(found, base), now)


def _second_look(run: Run, now: datetime) -> datetime | None:
    """When what the provider told of is to be seen at the latest; None if this run saw it in any case."""
    push = push_of(run.services, run.calendar.provider)
    if not run.lease.is_noticed or push is None or push.look_again is None:
        return None
    return max(now, run.lease.taken_at + push.look_again)
