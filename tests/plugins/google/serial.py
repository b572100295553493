"""Series before what stands in for Google, as the plugin makes them and as they then stand there."""

from uuid import uuid4

from tests.plugins.google.standing import GoogleStand

from metonic_core.model.content import Content
from metonic_core.spi import (
    Create,
    Seen,
    StoredEvent,
    Update,
)
from metonic_core.testing.checks.contents import (
    MARKER,
    NEXT_MARKER,
)


async def read(stand: GoogleStand, event_id: str) -> StoredEvent:
    (found,) = await stand.adapter.hydrate(stand.calendar_id, [event_id])
    assert isinstance(found, Seen)
    return found.event


async def made(stand: GoogleStand, content: Content) -> StoredEvent:
    return (await stand.adapter.create_event(stand.calendar_id, Create(uuid4(), MARKER, content))).event


async def changed(stand: GoogleStand, event: StoredEvent, content: Content, *groups: str) -> StoredEvent:
    """The event after an update, which its answer tells as it is then read."""
    marker = NEXT_MARKER if event.marker else None
    write = Update(event.id, event.etag, content, frozenset(groups), marker)
    answer = await stand.adapter.update_event(stand.calendar_id, write)
    assert answer.event == await read(stand, event.id)
    return answer.event


async def shown(stand: GoogleStand, event_id: str) -> dict[str, str]:
    """What stands in the calendar: the occurrences by their starts."""
    found = await stand.ask("GET", f"/events/{event_id}/instances")
    return {one["start"]["dateTime"][:16]: one.get("summary", "") for one in found["items"]}


def requests(stand: GoogleStand) -> int:
    found = len(stand.client.asked)
    stand.client.asked.clear()
    return found
