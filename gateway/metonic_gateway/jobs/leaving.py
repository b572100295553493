"""The last run of a calendar that is disconnected: it removes the copies, then the sign-in is forgotten."""

from dataclasses import replace

from metonic_core import sync
from metonic_core.pacing import consequence_of
from metonic_core.spi.errors import ProviderError
from metonic_gateway.accounts.connecting import adapter_for, provider_of
from metonic_gateway.jobs.run import Run, fail, log_failure, retry_later
from metonic_gateway.jobs.troubles import COPIES_LEFT, Trouble, trouble_of
from metonic_gateway.store.disconnecting import finish_disconnecting
from metonic_gateway.store.runs import Outcome
from metonic_gateway.store.states import SUCCESS
from metonic_gateway.telemetry import get_logger

_log = get_logger(__name__)

# What was edited while it was being erased is tried again a few times, then left to its owner.
_RETRIES = 3


async def leave(run: Run) -> None:
    """A provider that is down is asked again later; one that does not let us in any more keeps its copies."""
    try:
        left = await _remove_copies(run)
    except ProviderError as error:
        if consequence_of(error).stops:
            await _give_up(run, replace(trouble_of(error), next_step=COPIES_LEFT))
        else:
            await fail(run, error)
        return
    if left == 0:
        await run.log.finish(Outcome(SUCCESS), run.now())
        await _forget(run, None)
    elif run.calendar.failures < _RETRIES:
        await retry_later(run, _some_left(left), None)
    else:
        await _give_up(run, _some_left(left))


async def _remove_copies(run: Run) -> int:
    services = run.services
    provider = provider_of(services, run.calendar)
    adapter = adapter_for(services, run.calendar)
    return await sync.remove_copies(run.ledger(), adapter, provider.capabilities, services.clock)


async def _give_up(run: Run, trouble: Trouble) -> None:
    await log_failure(run, trouble)
    await _forget(run, trouble)


def _some_left(left: int) -> Trouble:
    return Trouble("failed", f"{left} of the copies could not be removed.", COPIES_LEFT)


async def _forget(run: Run, trouble: Trouble | None) -> None:
    problem = trouble.as_problem(run.now()) if trouble else None
    await finish_disconnecting(run.calendar.id, run.now(), problem=problem, fence=run.lease.fence)
    _log.info("disconnected", calendar=run.calendar.id)
