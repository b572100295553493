"""Copies in calendars that were left for another one: runs of the present one take them out as well."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from metonic_core import sync
from metonic_core.pacing import back_off, consequence_of, retry_after_of
from metonic_core.reconcile.step import Reason
from metonic_core.spi.errors import Paced, ProviderError, SignInNeeded
from metonic_core.sync import LeaseLost
from metonic_gateway.accounts.connecting import adapter_for, provider_of
from metonic_gateway.jobs.run import Run, dice
from metonic_gateway.jobs.troubles import (
    DELETE_THEM,
    GONE,
    LATER,
    NOTHING_LEFT,
    UNEXPECTED,
    Trouble,
    trouble_of,
)
from metonic_gateway.store import former
from metonic_gateway.store.former import Former
from metonic_gateway.store.runs import RunError
from metonic_gateway.store.states import PARTIAL, SUCCESS
from metonic_gateway.store.transactions import Interrupted
from metonic_gateway.telemetry import get_logger

_log = get_logger(__name__)

# With the pauses between them an hour or so. Whoever is told sooner takes them out by hand sooner.
_MOST_ATTEMPTS = 8


@dataclass(slots=True)
class Behind:
    """What could not be taken out: ``errors`` say why, ``again_at`` is when it is tried again, if it is."""

    errors: list[RunError] = field(default_factory=list)
    again_at: datetime | None = None

    @property
    def status(self) -> str:
        return PARTIAL if self.errors else SUCCESS

    def wait(self, until: datetime) -> None:
        self.again_at = min(self.again_at or until, until)


@dataclass(frozen=True, slots=True)
class _Failure:
    """``is_lasting``: trying again would not help."""

    code: str
    message: str
    retry_after: timedelta | None = None
    is_lasting: bool = False


async def leave_former(run: Run) -> Behind:
    """Take the copies out of calendars that were left for another one.

    What cannot be done is told, and tried again a few times, without keeping the present calendar from being
    synced. Raises LeaseLost, SignInNeeded and Paced.
    """
    behind = Behind()
    for link in await former.leaving(run.calendar.id, run.calendar.account.subject):
        if link.at is not None and link.at > run.now():
            behind.wait(link.at)
            continue
        failure = await _left(run, link)
        if failure is None:
            await former.record_left(run.lease, link.id)
        elif failure.is_lasting or link.attempts + 1 >= _MOST_ATTEMPTS:
            await _give_up(run, link, failure, behind)
        else:
            await _try_again_later(run, link, failure, behind)
    return behind


async def _left(run: Run, link: Former) -> _Failure | None:
    try:
        left = await remove_copies(run, Reason.CALENDAR_LEFT, link.id)
    except (LeaseLost, Paced, SignInNeeded, Interrupted):
        raise
    except ProviderError as error:
        told = trouble_of(error)
        return _Failure(told.code, told.message, retry_after_of(error), consequence_of(error).stops)
    except Exception:  # noqa: BLE001 - a fault of ours is no reason to sync nothing
        _log.exception("leaving_failed", calendar=run.calendar.id, link=link.id)
        return _Failure(UNEXPECTED.code, UNEXPECTED.message)
    return _Failure("failed", f"{left} could not be removed.") if left else None


async def _try_again_later(run: Run, link: Former, failure: _Failure, behind: Behind) -> None:
    again_at = run.now() + back_off(link.attempts + 1, failure.retry_after, dice())
    trouble = _trouble(failure, LATER)
    await former.record_attempt(run.lease, link, trouble.as_problem(run.now()), again_at)
    behind.errors.append(trouble.as_error(run.now()))
    behind.wait(again_at)


async def _give_up(run: Run, link: Former, failure: _Failure, behind: Behind) -> None:
    """In a calendar that is gone there is nothing for its user to do."""
    is_gone = failure.code == GONE
    trouble = _trouble(failure, NOTHING_LEFT if is_gone else DELETE_THEM)
    problem = None if is_gone else trouble.as_problem(run.now())
    await former.record_given_up(run.lease, link.id, problem)
    behind.errors.append(trouble.as_error(run.now()))


def _trouble(failure: _Failure, next_step: str) -> Trouble:
    told = f"Copies are left in the calendar that was synced before: {failure.message}"
    return Trouble(failure.code, told, next_step)


async def remove_copies(run: Run, reason: Reason, link: UUID | None = None) -> int:
    """Take the copies out of the calendar, or of a former one; returns how many are left."""
    services = run.services
    capabilities = provider_of(services, run.calendar).capabilities
    adapter, ledger = adapter_for(services, run.calendar), run.ledger(link)
    return await sync.remove_copies(ledger, adapter, capabilities, services.clock, reason)
