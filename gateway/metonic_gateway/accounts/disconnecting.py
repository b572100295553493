"""Disconnecting a calendar: syncing ends at once, copies go if the user says so, credentials go last."""

from dataclasses import dataclass
from uuid import UUID

from metonic_gateway.accounts.connecting import NotConnected
from metonic_gateway.services import Services, status_topic
from metonic_gateway.store import calendars, disconnecting
from metonic_gateway.store.states import DISCONNECTING


@dataclass(frozen=True, slots=True)
class Disconnected:
    """``copies_to_remove`` are erased from now on, before the credentials are."""

    provider: str
    copies_to_remove: int
    next_step: str


async def disconnect(
    services: Services, user_id: UUID, provider_name: str, *, remove_copies: bool
) -> Disconnected:
    """Stop syncing at once; raises NotConnected. Asking again without copies ends a removal that hangs."""
    calendar = await calendars.of_user(user_id, provider_name)
    if calendar is None or calendar.sealed is None:
        raise NotConnected(provider_name)
    copies, now = 0, services.clock()
    link = await disconnecting.begin_disconnecting(calendar.id, now) if remove_copies else None
    if link is not None:
        copies = await disconnecting.count_copies(link)
        services.nudge([calendar.id])
        next_step = "The copies are being removed; the sign-in is forgotten after that."
    elif await disconnecting.disconnect_now(calendar.id, now, is_removing=calendar.stopped == DISCONNECTING):
        next_step = "The sign-in is forgotten. Copies stay in the calendar until you delete them there."
    else:
        raise NotConnected(provider_name)
    services.feed.publish(status_topic(user_id))
    return Disconnected(provider_name, copies, next_step)
