"""Disconnecting a calendar: syncing ends at once, copies go if the user says so, credentials go last."""

from dataclasses import dataclass
from uuid import UUID

from metonic_gateway.accounts.connecting import NotConnected
from metonic_gateway.services import Services, status_topic
from metonic_gateway.store import calendars


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
    copies = await calendars.count_copies(calendar.link_id) if remove_copies and calendar.link_id else 0
    if remove_copies and calendar.link_id is not None:
        await calendars.begin_disconnecting(calendar.id, services.clock())
        services.nudge([calendar.id])
        next_step = "The copies are being removed; the sign-in is forgotten after that."
    else:
        await calendars.finish_disconnecting(calendar.id, services.clock())
        next_step = "The sign-in is forgotten. Copies stay in the calendar until you delete them there."
    services.feed.publish(status_topic(user_id))
    return Disconnected(provider_name, copies, next_step)
