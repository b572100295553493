"""The lines of a recurrence: RRULE, RDATE and EXDATE, without DTSTART (RFC 5545 3.8.5, reference "Events").

Google hands out what was imported at some time, so dates of an all-day kind stand in timed series, and RDATE
has been met as ``DATE``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from metonic_core.model.series import Recurrence, recurrence_of
from metonic_core.model.when import AllDay, Slot, Timed, When, instant_of, is_zone, sorted_slots
from metonic_google.errors import Incomprehensible
from metonic_google.moments import UTC_ZONE, in_range, shown

_LINE = re.compile(r"\s*([A-Za-z-]+)((?:;[^:]*)?):(.*)\Z", re.DOTALL)
_MOMENT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?\Z")
_TZID = re.compile(r";TZID=\"?([^;\"]+)", re.IGNORECASE)
_MAX_DATES = 3000
_ALIASES = {"DATE": "RDATE"}


@dataclass(frozen=True, slots=True)
class Lines:
    """What the recurrence of a series says; ``excluded`` are the slots of EXDATE."""

    recurrence: Recurrence | None
    excluded: frozenset[Slot]


def read(lines: Iterable[str], when: When) -> Lines:
    """Raises Incomprehensible and InvalidValue."""
    rules: list[str] = []
    slots: dict[str, list[Slot]] = {"RDATE": [], "EXDATE": []}
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            raise Incomprehensible("The series has a line of recurrence that cannot be read.")
        name = _ALIASES.get(found[1].upper(), found[1].upper())
        if name == "RRULE":
            rules.append(found[3])
        elif name in slots:
            slots[name] += _slots(found[3], found[2], when)
        else:
            raise Incomprehensible("The series excludes occurrences by a rule, which is not supported.")
    if sum(map(len, slots.values())) > _MAX_DATES:
        raise Incomprehensible("The series has more dates than any calendar allows.")
    made = recurrence_of(rules, slots["RDATE"], when) if rules or slots["RDATE"] else None
    return Lines(made, frozenset(slots["EXDATE"]))


def _slots(values: str, parameters: str, when: When) -> list[Slot]:
    zone = _TZID.search(parameters)
    # Of a period its start.
    return [
        _slot(value.partition("/")[0].strip(), zone[1] if zone else "", when)
        for value in values.split(",")
        if value.strip()
    ]


def _slot(text: str, tzid: str, when: When) -> Slot:
    parts = _MOMENT.match(text)
    if parts is None:
        raise Incomprehensible("The series has a date or time that is none.")
    year, month, day, hour, minute, second, utc = parts.groups()
    try:
        on = in_range(date(int(year), int(month), int(day)))
        if isinstance(when, AllDay):
            return on
        if hour is None:
            return datetime.combine(on, when.start.time())
        clock = int(hour), int(minute), min(int(second), 59)
        at = datetime(on.year, on.month, on.day, *clock)  # noqa: DTZ001 - wall time
        zone = UTC_ZONE if utc else tzid
        return shown(instant_of(at, zone), when.zone) if is_zone(zone) and zone != when.zone else at
    except (ValueError, OverflowError) as error:
        raise Incomprehensible("The series has a date or time that is not in the calendar.") from error


def written(recurrence: Recurrence, excluded: Iterable[Slot], when: When) -> list[str]:
    """The lines that say so."""
    dates = {"RDATE": recurrence.rdates, "EXDATE": sorted_slots(excluded)}
    return [
        *(f"RRULE:{rule}" for rule in recurrence.rules),
        *(_dates(name, slots, when) for name, slots in dates.items() if slots),
    ]


def _dates(name: str, slots: Iterable[Slot], when: When) -> str:
    if isinstance(when, Timed):
        return f"{name};TZID={when.zone}:" + ",".join(f"{slot:%Y%m%dT%H%M%S}" for slot in slots)
    return f"{name};VALUE=DATE:" + ",".join(f"{slot:%Y%m%d}" for slot in slots)


def without(lines: Iterable[str], name: str) -> list[str]:
    """The lines but for those of that name, as they came."""
    return [line for line in lines if not line.lstrip().upper().startswith(name)]
