"""What the tests write into a calendar at Outlook, and what they look at afterwards."""

from dataclasses import replace

from tests.plugins.outlook.standing import GraphStand

from metonic_core.model.content import TITLE, Content
from metonic_core.model.event import StoredEvent
from metonic_core.spi import Outcome, Seen, Stored, Update, Write
from metonic_core.testing.checks.contents import LESSON, NEXT_MARKER, creating
from metonic_core.testing.checks.following import listed

OTHER = replace(LESSON, title="Another")


async def written(stand: GraphStand, *writes: Write) -> list[Outcome]:
    return [*await stand.adapter.write_events(stand.calendar_id, writes)]


async def made(stand: GraphStand, content: Content = LESSON) -> StoredEvent:
    (outcome,) = await written(stand, creating(content))
    assert isinstance(outcome, Stored), outcome
    return outcome.event


async def there(stand: GraphStand) -> list[StoredEvent]:
    return [change.event for change in await listed(stand) if isinstance(change, Seen)]


def titled(event: StoredEvent, content: Content = OTHER) -> Update:
    return Update(event.id, event.etag, content, frozenset({TITLE}), event.marker and NEXT_MARKER)


def properties(stand: GraphStand) -> dict[str, str]:
    """Of the only event in the calendar."""
    (event,) = [one for one in stand.shelf.living() if not one.master]
    return dict(event.properties)
