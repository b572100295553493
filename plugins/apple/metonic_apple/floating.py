"""Times that float (RFC 5545 3.3.5, form 1): meant in the calendar's zone, else in its user's."""

from collections.abc import Mapping

from metonic_apple.discovery import zone_of
from metonic_apple.fetching import Text
from metonic_apple.moments import UTC_ZONE
from metonic_apple.reading import reading
from metonic_apple.session import Session
from metonic_core.spi import Reading, Seen


class Reader:
    """What texts say. Where times float, the calendar is asked for its zone once; ``home`` is the user's."""

    def __init__(self, session: Session, home: str | None) -> None:
        self._session = session
        self._home = home or UTC_ZONE
        self._zones: dict[str, str] = {}

    async def read(self, calendar_id: str, texts: Mapping[str, Text]) -> Mapping[str, Reading]:
        """What each of the texts says, by the id of its event."""
        found = {i: reading(i, text.etag, text.text) for i, text in texts.items()}
        seen = [read.event for read in found.values() if isinstance(read, Seen)]
        doubtful = [event.id for event in seen if not event.can_write_time]
        if not doubtful:
            return found
        zone = await self._zone(calendar_id)
        return found | {i: reading(i, texts[i].etag, texts[i].text, zone) for i in doubtful}

    async def _zone(self, calendar_id: str) -> str:
        if calendar_id not in self._zones:
            self._zones[calendar_id] = await zone_of(self._session, calendar_id) or self._home
        return self._zones[calendar_id]
