"""What depends on the calendar's zone, else its user's: times that float (RFC 5545 3.3.5), and some days."""

from collections.abc import Mapping
from dataclasses import replace

from metonic_apple.discovery import zone_of
from metonic_apple.fetching import Text
from metonic_apple.moments import UTC_ZONE
from metonic_apple.reading import reading
from metonic_apple.session import Session
from metonic_apple.zones import ZoneNeeded
from metonic_core.spi import Reading, Seen


class Reader:
    """What texts say. Where it matters, the calendar is asked for its zone once; ``home`` is the user's."""

    def __init__(self, session: Session, home: str | None) -> None:
        self._session = session
        self._home = home or UTC_ZONE
        self._zones: dict[str, str] = {}

    async def read(self, calendar_id: str, texts: Mapping[str, Text]) -> Mapping[str, Reading]:
        """What each of the texts says, by the id of its event."""
        return {i: await self._read(calendar_id, i, text) for i, text in texts.items()}

    async def _read(self, calendar_id: str, event_id: str, text: Text) -> Reading:
        try:
            found = reading(event_id, text.etag, text.text, None)
        except ZoneNeeded:
            found = reading(event_id, text.etag, text.text, await self.zone(calendar_id))
        if isinstance(found, Seen) and not text.is_sure:
            return Seen(replace(found.event, can_write=False))
        return found

    async def zone(self, calendar_id: str) -> str:
        """The zone of the calendar, or of its user."""
        if calendar_id not in self._zones:
            self._zones[calendar_id] = await zone_of(self._session, calendar_id) or self._home
        return self._zones[calendar_id]
