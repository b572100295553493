"""Calendar objects in the shape of Apple's, made by a seed.

Each has a time zone, an alarm and properties of Apple's; a fifth repeats, half of those with one occurrence
that was changed. The mean is 1.4 kB.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

SEED = 20261122
FIRST_DAY = datetime(2026, 11, 23, 7)  # noqa: DTZ001 - wall time
_DAYS = 330
_RECURRING, _CHANGED = 5, 10

_ZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:GMT+2
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:GMT+1
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""
_EVENT = """\
BEGIN:VEVENT
CREATED:20261001T081500Z
DTEND;TZID=Europe/Berlin:{end:%Y%m%dT%H%M%S}
DTSTAMP:20261102T101112Z
DTSTART;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}
LAST-MODIFIED:20261102T101110Z
{times}LOCATION:{place}
SEQUENCE:1
SUMMARY:{title}
DESCRIPTION:{notes}
TRANSP:OPAQUE
UID:{uid}
X-APPLE-CREATOR-IDENTITY:com.apple.mobilecal
X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC
X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=70;X-TITLE="{place}":
 geo:52.5{digits},13.4{digits}
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Reminder
TRIGGER:-PT30M
UID:{uid}-alarm
X-WR-ALARMUID:{uid}-alarm
END:VALARM
END:VEVENT
"""
TITLES = ("Training", "Physiotherapy", "Lunch with Ana", "School run", "Stand-up", "Dentist", "Yoga", "Call")
PLACES = ("Main Street 1", "Sports hall", "Café am Ufer", "Office", "Park")
WORDS = (
    "bring",
    "towel",
    "and",
    "something",
    "to",
    "drink",
    "the",
    "key",
    "is",
    "with",
    "reception",
    "äußere",
    "door",
)
_RULES = ("FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=MONTHLY;COUNT=12")


def objects(number: int) -> Mapping[str, str]:
    """So many of them by the name of their resource, the same ones whenever they are asked for."""
    dice = Random(SEED)  # noqa: S311 - no secrets, but the same every time
    return {f"{_uuid(dice)}.ics": _object(dice, n) for n in range(number)}


def _object(dice: Random, number: int) -> str:
    start = FIRST_DAY + timedelta(days=dice.randrange(_DAYS), minutes=15 * dice.randrange(40))
    uid, title = _uuid(dice), f"{dice.choice(TITLES)} {number}"
    rule = f"RRULE:{dice.choice(_RULES)}\n" if number % _RECURRING == 0 else ""
    events = [_event(dice, uid, title, start, rule)]
    if number % _CHANGED == 0:
        slot = f"RECURRENCE-ID;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}\n"
        events.append(_event(dice, uid, f"{title}, later", start + timedelta(hours=2), slot))
    head = "BEGIN:VCALENDAR\nCALSCALE:GREGORIAN\nPRODID:-//Apple Inc.//iOS 26.0//EN\nVERSION:2.0\n"
    lines = f"{head}{_ZONE}{''.join(events)}END:VCALENDAR\n".splitlines()
    return "".join(f"{line}\r\n" for line in lines)


def _event(dice: Random, uid: str, title: str, start: datetime, times: str) -> str:
    return _EVENT.format(
        start=start,
        end=start + timedelta(minutes=15 * dice.randrange(1, 9)),
        times=times,
        place=dice.choice(PLACES),
        title=title,
        notes=_folded(" ".join(dice.choices(WORDS, k=dice.randrange(4, 40)))),
        uid=uid,
        digits=dice.randrange(10_000, 100_000),
    )


def _folded(text: str) -> str:
    """In lines of at most 60 characters, none longer than 75 octets."""
    return "\n ".join(text[i : i + 60] for i in range(0, len(text), 60))


def _uuid(dice: Random) -> str:
    digits = f"{dice.getrandbits(128):032X}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
