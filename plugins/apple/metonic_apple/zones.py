"""Time zones: whose rules a TZID means, and the VTIMEZONE that goes with one we write (RFC 5545 3.6.5).

Clients know the IANA names and take the rules from their own database; the VTIMEZONE is for those that do
not. It says what holds from 2007 on, when the present rules of Europe and North America were both in force,
and is made from the zone database alone, so that it is the same text whenever it is made.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby, takewhile
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from metonic_apple.clocks import Clock, clock_of, fixed_clock, twin
from metonic_apple.contentlines import Component, Line, line, parse, serialise
from metonic_apple.errors import Incomprehensible
from metonic_core.model.when import is_zone, zone_of

_FIRST = datetime(2007, 1, 1, tzinfo=UTC)
_LAST = datetime(2038, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=7)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WORTH_A_RULE = 3
# America/Argentina/Buenos_Aires: no IANA name has more.
_MOST_PARTS = 3
# Each that is described is looked through for each date, and each clock is run through a century.
_MOST_DESCRIBED, _MOST_STAND_INS = 50, 5


@dataclass(frozen=True, slots=True)
class StandIn:
    """For a zone that only the object knows: its clock, and the IANA zone to tell its times in."""

    clock: Clock
    name: str


class ZoneNeeded(Exception):
    """What the object says depends on the zone of its calendar, which was not given."""


class Zones:
    """The zones of one calendar object: its TZIDs, by what they mean.

    ``floating`` is that of times that name none, which are the calendar's; None if it is not known yet.
    """

    def __init__(self, calendar: Component, floating: str | None = "UTC") -> None:
        self._calendar = calendar
        if len(calendar.children("VTIMEZONE")) > _MOST_DESCRIBED:
            raise _too_many()
        self._floating = floating
        self._stand_ins: dict[str, StandIn] = {}

    @property
    def floating(self) -> str:
        """The calendar's zone; raises ZoneNeeded."""
        if self._floating is None:
            raise ZoneNeeded
        return self._floating

    def of(self, tzid: str) -> str | StandIn:
        """The IANA name of that TZID, or what stands for it; raises Incomprehensible and InvalidValue."""
        found = self._iana(tzid)
        if found is not None:
            return found
        if tzid not in self._stand_ins:
            if len(self._stand_ins) == _MOST_STAND_INS:
                raise _too_many()
            self._stand_ins[tzid] = self._stand_in(tzid)
        return self._stand_ins[tzid]

    def _stand_in(self, tzid: str) -> StandIn:
        """A series is told on a wall clock, for its rules; whatever else is there by its instants."""
        described = self._described(tzid)
        clock = clock_of(serialise(described)) if described else fixed_clock(tzid)
        for event in self._calendar.children("VEVENT"):
            start, rules = event.first("DTSTART"), [found.value for found in event.lines("RRULE")]
            if rules and start is not None and start.params.get("TZID") == tzid:
                return StandIn(clock, twin(clock, _local(start), rules))
        return StandIn(clock, "UTC")

    def tzid(self, name: str) -> str:
        """How the object refers to that zone; its VTIMEZONE is added if there is none."""
        defined = [_text(zone, "TZID") for zone in self._calendar.children("VTIMEZONE")]
        known = next((tzid for tzid in defined if tzid and self._means(tzid, name)), None)
        if known is None:
            first = next(i for i, item in enumerate(self._calendar.items) if isinstance(item, Component))
            self._calendar.items.insert(first, vtimezone(name))
        return known or name

    def _means(self, tzid: str, name: str) -> bool:
        return self._iana(tzid) == name

    def _iana(self, tzid: str) -> str | None:
        found = iana_name(tzid)
        # A name that is known is not looked for among all components of the object, for each date again.
        described = None if found else self._described(tzid)
        return iana_name(_text(described, "X-LIC-LOCATION")) if described else found

    def _described(self, tzid: str) -> Component | None:
        defined = self._calendar.children("VTIMEZONE")
        return next((zone for zone in defined if _text(zone, "TZID") == tzid), None)


def _too_many() -> Incomprehensible:
    return Incomprehensible("The event describes more time zones than any calendar allows.")


def _local(start: Line) -> datetime:
    try:
        return datetime.strptime(start.value.strip(), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - wall time
    except ValueError as error:
        raise Incomprehensible("The event has a date or time that is none.") from error


def _text(component: Component, name: str) -> str:
    found = component.first(name)
    return found.value.strip() if found else ""


@lru_cache(maxsize=2048)
def iana_name(tzid: str) -> str | None:
    """The IANA name that a TZID is, ends with, or has as a Windows name; None if there is none."""
    tzid = tzid.strip().strip('"')
    if is_zone(tzid):
        return tzid
    if tzid in WINDOWS_TO_OLSON:
        return WINDOWS_TO_OLSON[tzid]
    parts = tzid.strip("/").split("/")
    endings = ("/".join(parts[i:]) for i in range(max(1, len(parts) - _MOST_PARTS), len(parts)))
    return next((ending for ending in endings if is_zone(ending)), None)


def vtimezone(name: str) -> Component:
    """The VTIMEZONE of an IANA zone."""
    return parse(f"BEGIN:VCALENDAR\n{_vtimezone_text(name)}END:VCALENDAR\n").children("VTIMEZONE")[0]


@dataclass(frozen=True, slots=True)
class _Observance:
    """One change of the clocks: when, on the clock before it, and to what."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool

    @property
    def kind(self) -> tuple[timedelta, timedelta, str, bool]:
        return self.before, self.after, self.name, self.is_summer


@lru_cache(maxsize=256)
def _vtimezone_text(name: str) -> str:
    zone = zone_of(name)
    changes = sorted(_changes(zone), key=lambda change: (change.kind, change.at))
    blocks = [_block(_initial(zone), [])]
    for _, same in groupby(changes, key=lambda change: change.kind):
        blocks += _blocks(list(same))
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}", *(raw for block in blocks for raw in block), "END:VTIMEZONE"]
    return "".join(f"{raw}\n" for raw in lines)


def _initial(zone: ZoneInfo) -> _Observance:
    at = _FIRST.astimezone(zone)
    offset = at.utcoffset() or timedelta(0)
    return _Observance(datetime(1970, 1, 1), offset, offset, at.tzname() or "", bool(at.dst()))  # noqa: DTZ001 - wall time


def _changes(zone: ZoneInfo) -> Iterator[_Observance]:
    at = _FIRST
    while at < _LAST:
        if at.astimezone(zone).utcoffset() != (at + _STEP).astimezone(zone).utcoffset():
            yield _change_within(zone, at, at + _STEP)
        at += _STEP


def _change_within(zone: ZoneInfo, low: datetime, high: datetime) -> _Observance:
    before = low.astimezone(zone).utcoffset() or timedelta(0)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    after = high.astimezone(zone)
    wall = (high + before).replace(tzinfo=None)
    return _Observance(
        wall, before, after.utcoffset() or timedelta(0), after.tzname() or "", bool(after.dst())
    )


def _blocks(changes: list[_Observance]) -> Iterator[list[str]]:
    """Runs of years that follow one rule, and the rest as single dates."""
    single: list[_Observance] = []
    while changes:
        run = max((_run(changes, day) for day in (_nth_day, _nth_last_day)), key=len)
        if len(run) >= _WORTH_A_RULE:
            yield _block(run[0], [_rule(run)])
        else:
            run = changes[:1]
            single += run
        changes = changes[len(run) :]
    if single:
        further = ",".join(f"{change.at:%Y%m%dT%H%M%S}" for change in single[1:])
        yield _block(single[0], [line("RDATE", further).raw] if further else [])


def _run(changes: list[_Observance], day: Callable[[datetime], str]) -> list[_Observance]:
    """The first of them that fall on the same day and hour of successive years."""
    first = changes[0].at
    pairs = takewhile(
        lambda pair: (
            (pair[1].at.year, pair[1].at.month, pair[1].at.time(), day(pair[1].at))
            == (first.year + pair[0], first.month, first.time(), day(first))
        ),
        enumerate(changes),
    )
    return [change for _, change in pairs]


def _nth_day(at: datetime) -> str:
    return f"{(at.day + 6) // 7}{_DAYS[at.weekday()]}"


def _nth_last_day(at: datetime) -> str:
    behind = monthrange(at.year, at.month)[1] - at.day
    return f"-{behind // 7 + 1}{_DAYS[at.weekday()]}"


def _rule(run: list[_Observance]) -> str:
    first, last = run[0], run[-1]
    day = next(
        d for d in (_nth_day(first.at), _nth_last_day(first.at)) if all(d in _names(c.at) for c in run)
    )
    until = "" if last.at.year == _LAST.year - 1 else f";UNTIL={last.at - last.before:%Y%m%dT%H%M%SZ}"
    return f"RRULE:FREQ=YEARLY;BYMONTH={first.at.month};BYDAY={day}{until}"


def _names(at: datetime) -> tuple[str, str]:
    return _nth_day(at), _nth_last_day(at)


def _block(change: _Observance, rules: list[str]) -> list[str]:
    kind = "DAYLIGHT" if change.is_summer else "STANDARD"
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{change.at:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset(change.before)}",
        f"TZOFFSETTO:{_offset(change.after)}",
        f"TZNAME:{change.name}",
        *rules,
        f"END:{kind}",
    ]


def _offset(offset: timedelta) -> str:
    sign = "-" if offset < timedelta(0) else "+"
    hours, rest = divmod(abs(int(offset.total_seconds())), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours:02}{minutes:02}" + (f"{seconds:02}" if seconds else "")
