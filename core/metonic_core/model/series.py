"""Series: rules, extra dates and the occurrences that differ (RFC 5545 3.8.5).

A series is one unit. Overrides hold only what differs from the series, so that an edit of the whole
reaches the occurrences that were never touched. A cancelled occurrence is an override too: EXDATE and a
cancelled exception say the same thing, and here there is one way to say it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from math import prod
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from metonic_core.model.errors import InvalidValue
from metonic_core.model.when import AllDay, Slot, Timed, When, Window, slot_text, sorted_slots

# Finer rules would expand to millions of occurrences; no calendar offers them for appointments.
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_DEFAULTS = {"INTERVAL": "1", "WKST": "MO"}
_ORDER = ("FREQ", "UNTIL", "COUNT", "INTERVAL")
# dateutil takes INTERVAL=0 and never comes back.
_COUNTING = re.compile(r"0{0,3}([1-9][0-9]{0,3}|10000)\Z")
# +1MO and 01 say no more than 1MO and 1.
_NUMBER = re.compile(r"\A\+?(-?)0*(?=[1-9])")
_WORDS = frozenset({"FREQ", "UNTIL", "WKST"})
_YEARS_AT_ONCE = 100
_WEEKDAYS = "MO TU WE TH FR SA SU"
_TIMES_A_DAY = 1
_MOST_RULES = 5
_HORIZON = timedelta(days=366 * 60)
_NEAR_HORIZON = timedelta(days=366)
_FAR = 9900
# An occurrence across a change of clocks is longer than the first one, in hours; nowhere by more than a day.
_ZONE_CHANGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """``rules`` are RRULE values in canonical form, ``rdates`` further slots."""

    rules: tuple[str, ...]
    rdates: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class Override:
    """How the occurrence of ``slot`` differs from its series; None means: as in the series."""

    slot: Slot
    is_cancelled: bool = False
    when: When | None = None
    title: str | None = None
    location: str | None = None

    @property
    def says_something(self) -> bool:
        """Whether anything differs at all."""
        return self.is_cancelled or any(x is not None for x in (self.when, self.title, self.location))


def canonical_rule(text: str) -> str:
    """The rule with its parts in one order and without defaults, so that equal rules are equal text.

    Raises InvalidValue if it is no RRULE value, or finer than daily.
    """
    parts = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not all(value.split(",")) or name in parts:
            raise InvalidValue("This is not a recurrence rule (RFC 5545 RRULE).", ("rules",))
        parts[name] = value
    if parts.get("FREQ") not in _FREQUENCIES:
        raise InvalidValue("A recurrence rule needs FREQ of DAILY, WEEKLY, MONTHLY or YEARLY.", ("rules",))
    if "UNTIL" in parts and "COUNT" in parts:
        raise InvalidValue("A recurrence rule ends by UNTIL or by COUNT, not by both.", ("rules",))
    if not all(_COUNTING.match(parts.get(name, "1")) for name in ("INTERVAL", "COUNT")):
        raise InvalidValue("INTERVAL and COUNT of a rule are whole numbers from 1 to 10000.", ("rules",))
    if prod(parts.get(name, "").count(",") + 1 for name in ("BYHOUR", "BYMINUTE", "BYSECOND")) > _TIMES_A_DAY:
        raise InvalidValue("A recurrence rule takes place once a day at most.", ("rules",))
    kept = {k: v for k, v in ((k, _plain(k, v)) for k, v in parts.items()) if _DEFAULTS.get(k) != v}
    rank = {name: i for i, name in enumerate(_ORDER)}
    return ";".join(f"{k}={kept[k]}" for k in sorted(kept, key=lambda k: (rank.get(k, len(rank)), k)))


def _plain(name: str, value: str) -> str:
    """Lists are sets: BYDAY=WE,MO says the same as BYDAY=MO,WE."""
    if name in _WORDS:
        return value
    values = {_NUMBER.sub(r"\1", v) for v in value.split(",")}
    return ",".join(sorted(values, key=lambda v: (_WEEKDAYS.find(v[-2:]), len(v), v)))


def recurrence_of(rules: Iterable[str], rdates: Iterable[Slot], when: When) -> Recurrence:
    """Rules and dates in canonical form, UNTIL in the value type that fits ``when``, all of them tried.

    Raises InvalidValue.
    """
    rules = tuple(rules)
    if len(rules) > _MOST_RULES:
        raise InvalidValue(f"A series has {_MOST_RULES} recurrence rules at most.", ("rules",))
    made = Recurrence(tuple(_with_until(canonical_rule(rule), when) for rule in rules), sorted_slots(rdates))
    if any(isinstance(slot, datetime) != isinstance(when, Timed) for slot in made.rdates):
        raise InvalidValue(
            "Extra dates must be dates for all-day events, and times for all others.", ("rdates",)
        )
    for rule in made.rules:
        _try(rule, when)
    return made


def _try(rule: str, when: When) -> None:
    """Find a first occurrence, so that expanding the rule later neither fails nor searches for ages.

    Problem: dateutil searches to the year 9999 for what never takes place (BYMONTH=2;BYMONTHDAY=30).
    Solution: the calendar repeats every 400 years, so the search begins in the last 800 before that year.
    """
    start = when.start if isinstance(when, Timed) else datetime.combine(when.start, time())
    late = start.replace(year=start.year + (9599 - start.year) // 400 * 400)
    endless = ";".join(p for p in rule.split(";") if not p.startswith(("UNTIL=", "COUNT=")))
    try:
        if next(iter(rrulestr(endless, dtstart=late)), None) is None:
            raise InvalidValue("This recurrence rule never takes place.", ("rules",))
        next(iter(_expanded(rule, when, when.starts_at + timedelta(days=1))), None)
    except (ValueError, TypeError, OverflowError, AttributeError, IndexError) as error:
        if isinstance(error, InvalidValue):
            raise
        raise InvalidValue("This recurrence rule cannot be read.", ("rules",)) from error


def _with_until(rule: str, when: When) -> str:
    head, found, rest = rule.partition("UNTIL=")
    if not found:
        return rule
    value, semicolon, tail = rest.partition(";")
    return f"{head}UNTIL={_until_value(value, when)}{semicolon}{tail}"


def _until_value(value: str, when: When) -> str:
    """RFC 5545 3.3.10: a DATE for all-day series, a UTC time for series in a zone."""
    try:
        form = "%Y%m%dT%H%M%S" if "T" in value else "%Y%m%d"
        until = datetime.strptime(value.rstrip("Z")[:15], form)  # noqa: DTZ007 - its zone follows
    except ValueError as error:
        raise InvalidValue(
            "UNTIL must be a date or a UTC time such as 20261231T225959Z.", ("rules",)
        ) from error
    if isinstance(when, AllDay):
        return until.strftime("%Y%m%d")
    if "T" not in value:
        until = until.replace(hour=23, minute=59, second=59)
    if value.endswith("Z"):
        return until.strftime("%Y%m%dT%H%M%SZ")
    return until.replace(tzinfo=ZoneInfo(when.zone)).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _expanded(rule: str, when: When, limit: datetime, since: datetime | None = None) -> rrule:
    """The rule as dateutil runs it, cut at ``limit``; it was tried before, so that it does take place."""
    if isinstance(when, Timed):
        start = when.start.replace(tzinfo=ZoneInfo(when.zone))
    else:
        start = datetime(when.start.year, when.start.month, when.start.day, tzinfo=UTC)
        rule = ";".join(p + "T000000Z" if p.startswith("UNTIL=") else p for p in rule.split(";"))
    try:
        parsed = rrulestr(rule, dtstart=_nearer(rule, start, since) if since else start)
        if not isinstance(parsed, rrule):
            raise InvalidValue("A recurrence rule is a single line.", ("rules",))
        until = parsed._until  # type: ignore[attr-defined]  # noqa: SLF001
        return parsed if until and until <= limit else _cut(parsed, limit)
    except (ValueError, TypeError, OverflowError, AttributeError, IndexError) as error:
        if isinstance(error, InvalidValue):
            raise
        raise InvalidValue("This recurrence rule cannot be read.", ("rules",)) from error


def _nearer(rule: str, start: datetime, since: datetime) -> datetime:
    """A later start of the same occurrences: whole steps of a daily or weekly rule that counts nothing.

    BYSETPOS counts too: in the week of the start only the days from then on.
    """
    step = _step(rule)
    return start + timedelta(days=max((since - start).days // step - 1, 0) * step) if step else start


def _step(rule: str) -> int | None:
    """After how many days the rule repeats itself; None if it cannot be begun later."""
    parts = dict(part.split("=") for part in rule.split(";"))
    days = {"DAILY": 1, "WEEKLY": 7}.get(parts["FREQ"])
    if days is None or not parts.keys().isdisjoint({"COUNT", "BYSETPOS"}):
        return None
    return days * int(parts.get("INTERVAL", "1"))


def _cut(rule: rrule, limit: datetime) -> rrule:
    # `replace` refuses COUNT and UNTIL together; the iteration stops at the first of them when both are set.
    rule._until = limit  # type: ignore[attr-defined]  # noqa: SLF001
    return rule


def slots_until(
    when: When, recurrence: Recurrence | None, limit: datetime, since: datetime | None = None
) -> Iterator[Slot]:
    """The original starts of a series up to an instant, its first one included, cancelled ones too.

    Ordered within each rule, not overall. With ``since``, those before it may be left out.
    """
    yield when.slot
    if recurrence is None:
        return
    for found in chain.from_iterable(_expanded(rule, when, limit, since) for rule in recurrence.rules):
        yield found.replace(tzinfo=None) if isinstance(when, Timed) else found.date()
    # By the wall clock they are in order, but where clocks leap not by the instant.
    yield from (slot for slot in recurrence.rdates if when.moved_to(slot).starts_at <= limit)


def has_slot(when: When, recurrence: Recurrence | None, slot: Slot) -> bool:
    """Whether the series has an occurrence that was to start then."""
    if isinstance(slot, datetime) != isinstance(when, Timed):
        return False
    if slot == when.slot or recurrence is None:
        return slot == when.slot
    return slot in recurrence.rdates or any(_has_slot(rule, when, slot) for rule in recurrence.rules)


def _has_slot(rule: str, when: When, slot: Slot) -> bool:
    if _step(rule) is None:
        return slot in _slots_within(rule, when, slot.year // _YEARS_AT_ONCE)
    at, day = when.moved_to(slot).starts_at, timedelta(days=1)
    return any(found == slot for found in slots_until(when, Recurrence((rule,)), at + day, at - day))


@lru_cache(maxsize=64)
def _slots_within(rule: str, when: When, part: int) -> frozenset[Slot]:
    """Those of a part of the years; a rule that counts is run from its start, which is too much for each."""
    limit = datetime(min((part + 1) * _YEARS_AT_ONCE, MAXYEAR), 1, 2, tzinfo=UTC)
    found = slots_until(when, Recurrence((rule,)), limit)
    return frozenset(at for at in found if at.year // _YEARS_AT_ONCE == part)


def span_end(when: When, recurrence: Recurrence | None, overrides: Iterable[Override]) -> datetime | None:
    """An instant after which nothing of it takes place, UTC; None for a series without end, or ages away."""
    ends = [when.ends_at, *(o.when.ends_at for o in overrides if o.when)]
    if recurrence is None:
        return max(ends)
    horizon = when.starts_at + _HORIZON if when.starts_at.year < _FAR else when.starts_at
    try:
        last = [_last_start(rule, when, horizon) for rule in recurrence.rules]
        last += [when.moved_to(slot).starts_at for slot in recurrence.rdates]
        return max(ends + [start + (when.ends_at - when.starts_at) + _ZONE_CHANGE for start in last])
    except OverflowError:
        return None


def _last_start(rule: str, when: When, horizon: datetime) -> datetime:
    """No earlier than the last occurrence of the rule; raises OverflowError if that is beyond the horizon."""
    _, is_until, until = rule.partition("UNTIL=")
    if is_until:
        text = until.partition(";")[0].rstrip("Z")
        form = "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    if "COUNT=" not in rule:
        raise OverflowError
    last = max(_expanded(rule, when, horizon), default=when.starts_at)
    if last > horizon - _NEAR_HORIZON:
        raise OverflowError
    return last.astimezone(UTC)


def occurs_in(
    window: Window, when: When, recurrence: Recurrence | None, overrides: Iterable[Override]
) -> bool:
    """Whether the event, or an occurrence of the series that was not cancelled, lies in the window."""
    return next(occurrences(window, when, recurrence, overrides), None) is not None


def occurrences(
    window: Window, when: When, recurrence: Recurrence | None, overrides: Iterable[Override]
) -> Iterator[When]:
    """What of it lies in the window: the event, or each occurrence of the series where it takes place.

    In no order. Cancelled occurrences are left out, moved ones are where they were moved to.
    """
    changed = {slot_text(o.slot): o for o in overrides}
    for override in changed.values():
        if override.when and not override.is_cancelled and window.touches(override.when):
            yield override.when
    elsewhere = {text for text, o in changed.items() if o.is_cancelled or o.when}
    since = window.start - (when.ends_at - when.starts_at) - timedelta(days=2)
    told: set[Slot] = set()
    for slot in slots_until(when, recurrence, window.end, since):
        if slot in told or slot_text(slot) in elsewhere:
            continue
        moved = when.moved_to(slot)
        if window.touches(moved):
            told.add(slot)
            yield moved
