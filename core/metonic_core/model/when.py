"""When something takes place: a span of wall-clock time in a zone, or a span of dates.

Wall time and zone are what people agreed on; instants are derived from them (RFC 5545 3.3.5, form 3).
A date is never a midnight; every end is exclusive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from metonic_core.model.errors import InvalidValue


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "Factory"}


def is_zone(name: str) -> bool:
    """Whether the name is in the IANA time zone database."""
    return name in _zone_names()


def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name; raises InvalidValue if there is none."""
    if not is_zone(name):
        raise InvalidValue(
            f"There is no time zone {name[:60]!r}.", ("timeZone",), "Use an IANA name such as Europe/Berlin."
        )
    return ZoneInfo(name)


def instant_of(local: datetime, zone: str) -> datetime:
    """The UTC instant of a wall-clock time: the first of two in a fold, moved forward in a gap."""
    return local.replace(tzinfo=zone_of(zone), fold=0).astimezone(UTC)


def is_in_gap(local: datetime, zone: str) -> bool:
    """Whether clocks in that zone skip this wall-clock time."""
    back = instant_of(local, zone).astimezone(ZoneInfo(zone))
    return back.replace(tzinfo=None, fold=0) != local


@dataclass(frozen=True, slots=True)
class Timed:
    """From ``start`` to ``end``, naive wall-clock times in ``zone`` (IANA)."""

    start: datetime
    end: datetime
    zone: str

    @property
    def starts_at(self) -> datetime:
        """The first instant, UTC."""
        return instant_of(self.start, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The instant after the last, UTC."""
        return instant_of(self.end, self.zone)

    @property
    def slot(self) -> datetime:
        """What names this occurrence in a series (RFC 5545 RECURRENCE-ID), in the series' zone."""
        return self.start

    def moved_to(self, slot: "Slot") -> "Timed":
        """The same length on the wall clock, from another start; raises TypeError for a date."""
        if not isinstance(slot, datetime):
            raise TypeError("an occurrence of a timed series starts at a time")
        return Timed(slot, slot + (self.end - self.start), self.zone)


@dataclass(frozen=True, slots=True)
class AllDay:
    """Whole days from ``start`` up to, not including, ``end``."""

    start: date
    end: date

    @property
    def starts_at(self) -> datetime:
        """Midnight UTC of the first day: good for ordering and windows, not for display."""
        return datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        """Midnight UTC of the day after the last: good for ordering and windows, not for display."""
        return datetime(self.end.year, self.end.month, self.end.day, tzinfo=UTC)

    @property
    def slot(self) -> date:
        """What names this occurrence in a series."""
        return self.start

    def moved_to(self, slot: "Slot") -> "AllDay":
        """As many days, from another start; raises TypeError for a time."""
        if isinstance(slot, datetime):
            raise TypeError("an occurrence of an all-day series starts on a date")
        return AllDay(slot, slot + (self.end - self.start))


When = Timed | AllDay
Slot = datetime | date
"""The original start of an occurrence: naive wall-clock time in the series' zone, or a date."""


def is_same_span(one: When, other: When) -> bool:
    """Whether both are the same dates, or the same instants in whatever zone."""
    return type(one) is type(other) and (one.starts_at, one.ends_at) == (other.starts_at, other.ends_at)


@dataclass(frozen=True, slots=True)
class Window:
    """A span of instants, UTC; the end is exclusive."""

    start: datetime
    end: datetime

    @classmethod
    def around(cls, now: datetime, back: timedelta, ahead: timedelta) -> "Window":
        """The window of whole days around an instant: it moves once a day, not with every run."""
        today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(today - back, today + ahead)

    def touches(self, when: When) -> bool:
        """Whether any instant of it lies inside."""
        return when.starts_at < self.end and (when.ends_at > self.start or when.starts_at >= self.start)


def slot_text(slot: Slot) -> str:
    """ISO text of a slot; a date stays a date."""
    return slot.isoformat()


def slot_from(text: str) -> Slot:
    """The slot of that ISO text; raises ValueError."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def sorted_slots(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """In order of time, each once."""
    return tuple(sorted(set(slots), key=slot_text))
