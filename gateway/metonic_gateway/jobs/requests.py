"""Runs and previews that a person asks for."""

from uuid import UUID

from metonic_core.model.errors import InvalidValue
from metonic_core.selection import Direction
from metonic_core.spi.errors import SignInNeeded
from metonic_gateway.accounts.connecting import NoCalendarChosen, connected
from metonic_gateway.services import Services, status_topic
from metonic_gateway.store import previews, runs
from metonic_gateway.store.connected import ConnectedCalendar
from metonic_gateway.store.preferences import Edit
from metonic_gateway.store.states import NEEDS_CALENDAR, NEEDS_SIGN_IN


class Paused(Exception):
    """The user paused the calendar."""


async def sync_now(
    services: Services,
    user_id: UUID,
    provider_name: str,
    direction: Direction | None = None,
    *,
    complete: bool = False,
) -> UUID:
    """The id of the run that answers this request: the one that is running or queued, else a new one.

    ``complete`` has it read the whole calendar, a ``direction`` go only that way. Raises NotConnected,
    NoCalendarChosen, SignInNeeded, Paused, and InvalidValue where the calendar only goes another way.
    """
    calendar, link_id = await _syncable(user_id, provider_name)
    if calendar.is_paused:
        raise Paused
    one_way = _asked(direction, await runs.direction_of(calendar.id))
    run = await runs.request(calendar.id, link_id, services.clock(), is_complete=complete, one_way=one_way)
    services.nudge([calendar.id])
    services.feed.publish(status_topic(user_id))
    return run


def _asked(direction: Direction | None, of_calendar: Direction) -> Direction | None:
    """The only way that a run goes where its calendar goes both; None: as the calendar does."""
    if direction in {None, of_calendar}:
        return None
    if of_calendar is not Direction.BOTH:
        raise InvalidValue(
            f"This calendar is set to {of_calendar.name}.",
            ("direction",),
            "Leave `direction` out, or set another one with `updateSyncSettings`.",
        )
    return direction


async def request_preview(services: Services, user_id: UUID, provider_name: str, edit: Edit | None) -> UUID:
    """The id of the preview that answers this request, under settings edited so; None: the present ones.

    Raises NotConnected, NoCalendarChosen, SignInNeeded, and what ``edit`` raises.
    """
    calendar, _ = await _syncable(user_id, provider_name)
    run = await previews.request(calendar.id, edit, services.clock())
    services.preview(run)
    return run


async def _syncable(user_id: UUID, provider_name: str) -> tuple[ConnectedCalendar, UUID]:
    """The user's calendar and its link, if there is one that can be read."""
    calendar = await connected(user_id, provider_name)
    if calendar.stopped == NEEDS_SIGN_IN:
        raise SignInNeeded("The provider no longer accepts your sign-in.")
    if calendar.link_id is None or calendar.stopped == NEEDS_CALENDAR:
        raise NoCalendarChosen(provider_name)
    return calendar, calendar.link_id
