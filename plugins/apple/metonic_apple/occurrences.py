"""Edits of the occurrences of a series: exceptional VEVENTs and EXDATEs (RFC 5545 3.8.4.4, 3.8.5.1).

An exceptional VEVENT repeats everything of its series. What it only repeats follows the series when that is
edited; what it has of its own stays. A cancelled occurrence is written as EXDATE, which all providers read.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime

from metonic_apple.contentlines import Component, Line
from metonic_apple.errors import Incomprehensible
from metonic_apple.moments import written, written_all
from metonic_apple.properties import (
    keep_last,
    put_status,
    put_text,
    put_visibility,
    put_when,
    raise_sequence,
    say_end,
    seen_as,
)
from metonic_apple.reading import (
    MARKER,
    Resource,
    excluded,
    inherited,
    is_apart,
    is_cancelled_in,
    slot_of,
    slots_in,
    span_of,
    status_of,
    text_of,
)
from metonic_apple.slots import Slots, periods_of
from metonic_apple.zones import Zones
from metonic_core.model.content import Content, Status
from metonic_core.model.series import Override
from metonic_core.model.when import Slot, Timed, is_same_span, sorted_slots

_OF_THE_SERIES = frozenset({"RRULE", "RDATE", "EXDATE", "EXRULE", "DURATION", MARKER})


def apply(resource: Resource, old: Content, new: Content) -> bool:
    """Bring the occurrences from ``old``, what the text says, to ``new``, what the master already says.

    Returns whether the series excludes others than before; raises Incomprehensible where one of them is
    private and was to be about something else.
    """
    cancelled = {o.slot for o in new.overrides if o.is_cancelled}
    standing: set[Slot] = set()
    gone = excluded(resource, old)
    old_slots, new_slots = slots_in(old, resource.zones), slots_in(new, resource.zones)
    slots = [slot_of(exception, old_slots) for exception in resource.exceptions]
    # Of two for one occurrence the last is read, and what that hides stays as it is.
    read = dict(zip(slots, resource.exceptions, strict=True))
    for at, exception in zip(slots, resource.exceptions, strict=True):
        if _is_dropped(read[at], at, old, new, is_excluded=at in gone):
            resource.calendar.remove([exception])
            continue
        standing.add(at)
        keep_last(exception, "DTSTAMP")
        say_end(exception, resource.zones)
        _put_recurrence_id(exception, at, new_slots)
        if at not in cancelled and exception is read[at]:
            has_own_words = is_apart(exception, old)
            is_other = _follow(exception, old, new)
            override = new.override(at) or Override(at)
            is_other |= _differ(exception, override, new, resource.zones, has_own_words=has_own_words)
            if is_other:
                raise_sequence(exception)
    told = _keep_periods(resource, new, standing | cancelled)
    for override in new.overrides:
        if not override.is_cancelled and override.slot not in standing and override not in told:
            _add(resource, override, new)
    return _put_excluded(resource, new_slots, cancelled - (standing - gone), cancelled)


def _is_dropped(exception: Component, at: Slot, old: Content, new: Content, *, is_excluded: bool) -> bool:
    """Whether the exceptional VEVENT has to go.

    That is if its occurrence is as in the series again, or cancelled by EXDATE from now on, or if the series
    changed between days and times so that it cannot have such an occurrence. One that EXDATE cancels as it is
    was left there by somebody; one with words of its own, which no override tells, stays for those.
    """
    before, after = old.override(at), new.override(at)
    if isinstance(at, datetime) != isinstance(new.when, Timed):
        return True
    if after is None:
        return before is not None and (before.is_cancelled or not is_apart(exception, old))
    return after.is_cancelled and not (
        before == after and (is_excluded or is_cancelled_in(exception, new.status))
    )


def _put_recurrence_id(exception: Component, at: Slot, slots: Slots) -> None:
    found = exception.first("RECURRENCE-ID")
    if found is not None and slots.told_by([found]) != [at]:
        exception.put("RECURRENCE-ID", [written("RECURRENCE-ID", at, slots.when, slots.zones)])


def _keep_periods(resource: Resource, new: Content, hidden: AbstractSet[Slot]) -> list[Override]:
    """Take out what RDATE says of how long occurrences last that are as the series now.

    Returns what it says still; ``hidden`` are the occurrences that something else tells about.
    """
    slots = Slots(new.when, resource.zones)
    told: list[Override] = []
    for found in (line for line in resource.master.lines("RDATE") if "/" in line.value):
        lasting = periods_of(found, slots) if isinstance(new.when, Timed) else []
        others = ((at, when) for at, when in lasting if at not in hidden and new.override(at) is None)
        if lasting and all(is_same_span(when, inherited(new.when, at)) for at, when in others):
            told += [Override(at, when=when) for at, when in lasting]
            continue
        place = resource.master.items.index(found)
        resource.master.items[place] = written_all("RDATE", slots.all_of([found]), new.when, resource.zones)
    return told


def _follow(exception: Component, old: Content, new: Content) -> bool:
    """Bring what the VEVENT repeats of its series, and no override can say, from old to new.

    Returns whether that is a change which is counted.
    """
    if text_of(exception, "DESCRIPTION") == old.notes:
        put_text(exception, "DESCRIPTION", new.notes)
    put_visibility(exception, seen_as(exception, old, new))
    is_alike = status_of(exception) in {old.status, Status.CANCELLED}
    return is_alike and put_status(exception, new.status)


def _differ(
    exception: Component, override: Override, series: Content, zones: Zones, *, has_own_words: bool = False
) -> bool:
    """Let the VEVENT differ from its series in what the override says, and in nothing else.

    What it is about stays where those are words of its own, which no override tells.

    Returns whether that is a change which is counted; raises Incomprehensible where it would change those.
    """
    is_elsewhere = False
    if has_own_words:
        _check_untold(override, series)
    else:
        put_text(exception, "SUMMARY", series.title if override.title is None else override.title)
        place = series.location if override.location is None else override.location
        is_elsewhere = put_text(exception, "LOCATION", place)
    usual = inherited(series.when, override.slot)
    is_moved = False
    if override.when is not None or not is_same_span(span_of(exception, zones).when, usual):
        is_moved = put_when(exception, override.when or usual, zones)
    return is_elsewhere or is_moved


def _check_untold(override: Override, series: Content) -> None:
    """Raise unless the override leaves it open what the occurrence is about.

    That its series becomes private waits for nothing.
    """
    is_open = override.title in {None, series.title} and override.location in {None, series.location}
    if not is_open and not series.is_private:
        raise Incomprehensible(
            "An occurrence of the series is private in its calendar, so only its time can be changed here."
        )


def _add(resource: Resource, override: Override, series: Content) -> None:
    """A VEVENT for the occurrence, made from the master's, so that it has the same guests and alarms."""
    master = resource.master
    items = [item for item in master.items if not (isinstance(item, Line) and item.name in _OF_THE_SERIES)]
    made = Component("VEVENT", items)
    at = written("RECURRENCE-ID", override.slot, series.when, resource.zones)
    start = next((i for i, item in enumerate(items) if isinstance(item, Line) and item.name == "DTSTART"), 0)
    items.insert(start, at)
    put_when(made, inherited(series.when, override.slot), resource.zones)
    if _differ(made, override, series, resource.zones):
        raise_sequence(made)
    last = resource.calendar.children("VEVENT")[-1]
    resource.calendar.items.insert(resource.calendar.items.index(last) + 1, made)


def _put_excluded(
    resource: Resource, slots: Slots, required: Iterable[Slot], allowed: AbstractSet[Slot]
) -> bool:
    """Let EXDATE name every required slot and none that is not allowed; lines that are right stay.

    Returns whether it named others.
    """
    master = resource.master
    kept: list[Line] = []
    named: set[Slot] = set()
    for found in master.lines("EXDATE"):
        told = slots.told_by([found])
        right = [at for at in told or () if at in allowed]
        named |= set(right)
        if right == told:
            kept.append(found)
        elif right:
            kept.append(written_all("EXDATE", right, slots.when, slots.zones))
    missing = sorted_slots(at for at in required if at not in named)
    made = [*kept, *(written("EXDATE", at, slots.when, slots.zones) for at in missing)]
    if made == master.lines("EXDATE"):
        return False
    master.put("EXDATE", made)
    return True
