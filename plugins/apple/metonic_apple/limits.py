"""What one calendar object may ask for at most: beyond that it is no event, but a load."""

from datetime import timedelta

from metonic_apple.contentlines import Component
from metonic_apple.errors import Incomprehensible
from metonic_core.model.content import Content

OUT_OF_RANGE = "The event has a date that is out of range."

_MAX_EXCEPTIONS = 3000
_MAX_RULES = 10
_MAX_RDATES = 1000
# Beyond these there is no room to reckon in: Python's dates end with the year 9999.
_YEARS = range(100, 9000)
_LONGEST = timedelta(days=366 * 1000)
_LONGEST_NAME = 2000


def is_name(text: str) -> bool:
    """Whether an event can go by it: an index of PostgreSQL has no room for more than 2,704 octets."""
    return len(text.encode()) <= _LONGEST_NAME


def check_recurrences(events: list[Component]) -> None:
    """Every rule is tried and every date is a slot, so that many of them cost more than they can mean."""
    if len(events) + _number_of("EXDATE", events) > _MAX_EXCEPTIONS:
        raise Incomprehensible("The series has more exceptions than any calendar allows.")
    if any(len(event.lines("RRULE")) > _MAX_RULES for event in events):
        raise Incomprehensible(f"The series has more than {_MAX_RULES} rules (RRULE).")
    if _number_of("RDATE", events) > _MAX_RDATES:
        raise Incomprehensible(f"The series has more than {_MAX_RDATES:,} extra dates (RDATE).")


def _number_of(name: str, events: list[Component]) -> int:
    return sum(found.value.count(",") + 1 for event in events for found in event.lines(name))


def check_range(content: Content) -> None:
    """Whoever asks later where occurrences lie adds lengths to slots and takes them from windows."""
    rdates = content.recurrence.rdates if content.recurrence else ()
    spans = [content.when, *(o.when for o in content.overrides if o.when)]
    ends = [at for span in spans for at in (span.start, span.end)]
    named = [*ends, *rdates, *(o.slot for o in content.overrides)]
    if any(at.year not in _YEARS for at in named) or any(s.end - s.start > _LONGEST for s in spans):
        raise Incomprehensible(OUT_OF_RANGE)
