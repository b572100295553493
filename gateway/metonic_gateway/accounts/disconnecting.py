"""Disconnecting a calendar: syncing ends at once, copies go if the user says so, credentials go last."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from metonic_gateway.accounts.channels import close_all
from metonic_gateway.accounts.connecting import NotConnected, adapter_for
from metonic_gateway.accounts.oauth.revoking import Revocation, is_revocable, revoke, withdrawal
from metonic_gateway.services import Services, status_topic
from metonic_gateway.store import calendars, disconnecting
from metonic_gateway.store.connected import ConnectedCalendar
from metonic_gateway.store.states import DISCONNECTING

_BEING_REMOVED = "The copies are being removed; the sign-in is forgotten after that."
_GIVEN_BACK_AFTER = (
    "The copies are being removed; after that our access is given back to the provider and forgotten here."
)
_FORGOTTEN = "The sign-in is forgotten."
_STAY = "Copies stay in the calendar until you delete them there."
_NOT_YET = (
    "The provider could not be told that the sign-in ends: it is told later, and then it is forgotten here."
)
_NEVER = (
    "The sign-in is forgotten, but the provider could not be told: take our access away in your account "
    "there."
)
# The one who asked tries first.
_JOB_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Disconnected:
    """``copies_to_remove`` are erased from now on, before the credentials are; ``grant_revoked`` by now.

    ``next_step`` also says what only the user can do.
    """

    provider: str
    copies_to_remove: int
    grant_revoked: bool
    next_step: str


async def disconnect(
    services: Services, user_id: UUID, provider_name: str, *, remove_copies: bool
) -> Disconnected:
    """Stop syncing at once; raises NotConnected. Asking again without copies ends what hangs."""
    calendar = await calendars.of_user(user_id, provider_name)
    if calendar is None or calendar.sealed is None:
        raise NotConnected(provider_name)
    now = services.clock()
    link = await disconnecting.begin_disconnecting(calendar.id, now) if remove_copies else None
    await close_all(services, calendar, adapter_for)
    if link is not None:
        copies = await disconnecting.count_copies(link)
        services.nudge([calendar.id])
        told = _GIVEN_BACK_AFTER if is_revocable(services, calendar) else _BEING_REMOVED
        next_step = _joined(told, withdrawal(services, calendar))
        done = Disconnected(provider_name, copies, grant_revoked=False, next_step=next_step)
    else:
        done = await _leave_copies(services, calendar)
    services.feed.publish(status_topic(user_id))
    return done


async def _leave_copies(services: Services, calendar: ConnectedCalendar) -> Disconnected:
    """Forget the sign-in, and give it back before where it can be."""
    now, is_removing = services.clock(), calendar.stopped == DISCONNECTING
    if is_revocable(services, calendar):
        return await _give_back(services, calendar, now, is_removing=is_removing)
    if not await disconnecting.disconnect_now(calendar.id, now, is_removing=is_removing):
        raise NotConnected(calendar.provider)
    next_step = _joined(_FORGOTTEN, withdrawal(services, calendar), _STAY)
    return Disconnected(calendar.provider, 0, grant_revoked=False, next_step=next_step)


async def _give_back(
    services: Services, calendar: ConnectedCalendar, now: datetime, *, is_removing: bool
) -> Disconnected:
    """What cannot be given back now is kept for a job that tries later; but not if it hangs already."""
    job_at = now + _JOB_AFTER
    if not await disconnecting.begin_giving_back(calendar.id, now, job_at, is_removing=is_removing):
        raise NotConnected(calendar.provider)
    told = await revoke(services, calendar)
    is_later = told is Revocation.FAILED and not is_removing
    if not is_later:
        await disconnecting.end_giving_back(calendar.id, now)
    outcome = _FORGOTTEN if told is not Revocation.FAILED else _NOT_YET if is_later else _NEVER
    return Disconnected(calendar.provider, 0, told is Revocation.DONE, _joined(outcome, _STAY))


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
