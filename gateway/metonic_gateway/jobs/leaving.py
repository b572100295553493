"""The last run of a calendar that is disconnected: copies go, the sign-in is given back, then forgotten."""

from dataclasses import replace

from metonic_core.pacing import consequence_of
from metonic_core.reconcile.step import Reason
from metonic_core.spi.errors import ProviderError
from metonic_gateway.accounts.oauth.revoking import Revocation, revoke
from metonic_gateway.jobs.former import leave_former, remove_copies
from metonic_gateway.jobs.run import Run, fail, log_failure, retry_later
from metonic_gateway.jobs.troubles import (
    COPIES_BEHIND,
    COPIES_LEFT,
    NEVER_GIVEN_BACK,
    NOT_GIVEN_BACK,
    Trouble,
    trouble_of,
)
from metonic_gateway.store.disconnecting import finish_disconnecting, leave_copies
from metonic_gateway.store.runs import Outcome
from metonic_gateway.store.states import SUCCESS
from metonic_gateway.telemetry import get_logger

_log = get_logger(__name__)

# What was edited while it was being erased is tried again a few times, then left to its owner.
_RETRIES = 3


async def leave(run: Run) -> None:
    """Remove the copies, unless they stay, then give the sign-in back and forget it.

    A provider that is down is asked again later; one that does not let us in any more keeps its copies.
    """
    if run.calendar.keeps_copies or run.link is None:
        await _finish(run, Outcome(SUCCESS))
        return
    try:
        behind = await leave_former(run)
        left = await remove_copies(run, Reason.DISCONNECTED)
    except ProviderError as error:
        if consequence_of(error).stops:
            await _give_up(run, replace(trouble_of(error), next_step=COPIES_LEFT))
        else:
            await fail(run, error)
        return
    if left == 0 and behind.again_at is None:
        if behind.errors:
            await run.log.ensure()
        await _finish(run, Outcome(behind.status, errors=behind.errors))
    elif left == 0:
        await retry_later(run, COPIES_BEHIND, None)
    elif run.calendar.failures < _RETRIES:
        await retry_later(run, _some_left(left), None)
    else:
        await _give_up(run, _some_left(left))


async def _finish(run: Run, outcome: Outcome) -> None:
    """A provider that cannot be told is asked a few times, then it is left to the user."""
    run = await _giving_back(run)
    told = await revoke(run.services, run.calendar)
    if told is Revocation.FAILED and run.calendar.failures < _RETRIES:
        await retry_later(run, NOT_GIVEN_BACK, None)
        return
    await run.log.finish(outcome, run.now())
    run.count(outcome.status)
    await _forget(run, NEVER_GIVEN_BACK if told is Revocation.FAILED else None)


async def _give_up(run: Run, trouble: Trouble) -> None:
    await log_failure(run, trouble)
    run = await _giving_back(run)
    if await revoke(run.services, run.calendar) is Revocation.FAILED:
        trouble = replace(trouble, next_step=f"{trouble.next_step} {NEVER_GIVEN_BACK.next_step}")
    await _forget(run, trouble)


async def _giving_back(run: Run) -> Run:
    """The run once it is done with the copies: tries of giving back are counted from here."""
    if run.calendar.keeps_copies or not await leave_copies(run.calendar.id, run.lease.fence):
        return run
    return replace(run, calendar=replace(run.calendar, keeps_copies=True, failures=0))


def _some_left(left: int) -> Trouble:
    return Trouble("failed", f"{left} of the copies could not be removed.", COPIES_LEFT)


async def _forget(run: Run, trouble: Trouble | None) -> None:
    problem = trouble.as_problem(run.now()) if trouble else None
    await finish_disconnecting(run.calendar.id, run.now(), problem=problem, fence=run.lease.fence)
    _log.info("disconnected", calendar=run.calendar.id)
