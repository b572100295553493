"""Whether a whole content can be kept: what a person hands in is judged here, once, before it is stored.

What comes from a provider is not judged by these rules: it is there already, and taken as it is.
Paths are spelled as the API spells its input. Sources: RFC 5545 3.1 (control characters) and 3.3.10 (rules).
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from metonic_core.model.content import LOCATION, NOTES, TITLE, Content, ordered
from metonic_core.model.errors import InvalidValue
from metonic_core.model.series import Override, Recurrence, recurrence_of, slots_until
from metonic_core.model.when import AllDay, Slot, Timed, When, is_in_gap, slot_text, zone_of

TITLE_LENGTH = 1_000
LOCATION_LENGTH = 1_000
NOTES_LENGTH = 32_768
YEARS = range(1970, 2201)
MOST_RULES = 10
MOST_OCCURRENCES = 1_000

# No appointment takes place several times a day by one rule; a list of seconds would expand to millions.
_RULE_PARTS = frozenset({"FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYDAY", "BYMONTHDAY"}) | frozenset(
    {"BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS"}
)
_MOST_COUNTED = 10_000
# Control characters no iCalendar text may hold, NUL that PostgreSQL refuses, halves of surrogate pairs.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_HALF = re.compile("[\ud800-\udfff]")


def checked(content: Content, known: Content | None = None) -> Content:
    """The content as it is kept: texts trimmed, rules in canonical form. Raises InvalidValue.

    ``known`` is what is kept already: what stays as it is there came from a provider perhaps, and is not
    judged again.
    """
    made = content
    if known is None or content.title != known.title:
        made = replace(made, title=_title(content.title, ("title",)))
    if known is None or content.location != known.location:
        made = replace(made, location=_text(content.location, LOCATION_LENGTH, ("location",)).strip())
    if known is None or content.notes != known.notes:
        made = replace(made, notes=_text(content.notes, NOTES_LENGTH, ("notes",)))
    return made if known is not None and _times(content) == _times(known) else _checked_times(made)


def check_hidden(content: Content, known: Content) -> None:
    """What a private event of the user's own calendar says is not known here, so not changed from here.

    Raises InvalidValue.
    """
    changed = [group for group in (TITLE, LOCATION, NOTES) if known.get(group) != content.get(group)]
    if changed:
        raise InvalidValue(
            "The event is private in the calendar it came from, so only its times can be changed here.",
            (changed[0],),
            "Change it in that calendar, or make it public first.",
        )


def _times(content: Content) -> tuple[object, ...]:
    return content.when, content.recurrence, content.overrides


def _checked_times(content: Content) -> Content:
    check_when(content.when)
    recurrence = _recurrence(content)
    overrides = _overrides(content.overrides, content.when, recurrence)
    return replace(content, recurrence=recurrence, overrides=overrides)


def check_when(when: When) -> None:
    """Raise InvalidValue unless it has a known zone, exists on the clock, and ends after it starts."""
    if isinstance(when, AllDay):
        _check_days(when)
    else:
        _check_times(when)


def _check_days(when: AllDay) -> None:
    _check_year(when.start, ("when", "allDay", "startDate"))
    _check_year(when.end, ("when", "allDay", "endDate"))
    if when.end <= when.start:
        raise InvalidValue(
            "An all-day appointment lasts a day at least; its end date is the day after the last.",
            ("when", "allDay", "endDate"),
            "Use an end date after the start date.",
        )


def _check_times(when: Timed) -> None:
    _check_year(when.start, ("when", "timed", "start"))
    _check_year(when.end, ("when", "timed", "end"))
    try:
        zone_of(when.zone)
    except InvalidValue as error:
        raise error.under("when", "timed") from None
    _check_gap(when.start, when.zone, ("when", "timed", "start"))
    _check_gap(when.end, when.zone, ("when", "timed", "end"))
    if when.ends_at <= when.starts_at:
        raise InvalidValue(
            "The appointment ends before it starts, or at the same time.",
            ("when", "timed", "end"),
            "Use an end after the start.",
        )


def _check_year(day: date, path: tuple[str, ...]) -> None:
    if day.year not in YEARS:
        raise InvalidValue(
            f"The year {day.year} is not between {YEARS[0]} and {YEARS[-1]}.", path, "Use a year in between."
        )


def _check_gap(local: datetime, zone: str, path: tuple[str, ...]) -> None:
    if not is_in_gap(local, zone):
        return
    before, after = _gap(local, ZoneInfo(zone))
    shown = "%H:%M" if before.date() == after.date() else "%Y-%m-%d %H:%M"
    leap = f"clocks go from {before.strftime(shown)} to {after.strftime(shown)}"
    raise InvalidValue(
        f"There is no {local:%H:%M} on {local:%Y-%m-%d} in {zone}: {leap}.",
        path,
        f"Use a time before {before.strftime(shown)} or from {after.strftime(shown)}.",
    )


def _gap(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The wall-clock times between which clocks leap over ``local``."""
    # In a gap fold=0 reads the offset from before it, fold=1 the one from after it (PEP 495).
    early = local.replace(tzinfo=zone, fold=0).utcoffset() or timedelta(0)
    late = local.replace(tzinfo=zone, fold=1).utcoffset() or timedelta(0)
    low, high = (local - late).replace(tzinfo=UTC), (local - early).replace(tzinfo=UTC)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == early else (low, middle)
    change = high.replace(tzinfo=None, microsecond=0)
    return change + early, change + late


def _title(title: str, path: tuple[str, ...]) -> str:
    kept = _text(title, TITLE_LENGTH, path).strip()
    if not kept:
        raise InvalidValue("The title is empty.", path, "Give it a title.")
    return kept


def _text(text: str, most: int, path: tuple[str, ...]) -> str:
    kept = text.replace("\r\n", "\n")
    if len(kept) > most:
        raise InvalidValue(
            f"The text has {len(kept):,} characters; at most {most:,} are kept.", path, "Shorten it."
        )
    if _CONTROL.search(kept):
        raise InvalidValue(
            "The text holds control characters, which calendars cannot store.", path, "Remove them."
        )
    if _HALF.search(kept):
        raise InvalidValue("The text holds half a character (a lone surrogate).", path, "Remove it.")
    return kept


def _recurrence(content: Content) -> Recurrence | None:
    asked = content.recurrence
    if asked is None:
        return None
    if not asked.rules and not asked.rdates:
        raise InvalidValue(
            "A series needs a rule or extra dates.", ("recurrence", "rules"), "Name one, or leave it out."
        )
    try:
        for index, rule in enumerate(asked.rules):
            _check_rule(rule, content.when, str(index))
        _check_number(len(asked.rules), MOST_RULES, "rules")
        _check_number(len(asked.rdates), MOST_OCCURRENCES, "rdates")
        for index, slot in enumerate(asked.rdates):
            _check_year(slot, ("rdates", str(index)))
        return recurrence_of(asked.rules, asked.rdates, content.when)
    except InvalidValue as error:
        raise error.under("recurrence") from None


def _check_number(number: int, most: int, name: str) -> None:
    if number > most:
        raise InvalidValue(f"These are {number:,}; at most {most:,} are kept.", (name,), "Name fewer.")


def _check_rule(rule: str, when: When, index: str) -> None:
    """What canonical form alone lets through: rules that never end to expand, or never begin."""
    parts = dict(part.partition("=")[::2] for part in rule.strip().upper().removeprefix("RRULE:").split(";"))
    if unknown := sorted(parts.keys() - _RULE_PARTS):
        raise InvalidValue(
            f"A rule here has no part {unknown[0][:20]!r}.",
            ("rules", index),
            "Use FREQ, UNTIL, COUNT, INTERVAL, WKST and BYDAY to BYSETPOS; the start gives the time of day.",
        )
    for name in ("INTERVAL", "COUNT"):
        number = parts.get(name, "1")
        if not re.fullmatch("[0-9]{1,5}", number) or not 1 <= int(number) <= _MOST_COUNTED:
            raise InvalidValue(f"{name} of a rule is a number from 1 to {_MOST_COUNTED:,}.", ("rules", index))
    until = parts.get("UNTIL", "")[:8]
    if re.fullmatch("[0-9]{8}", until) and until < f"{when.start - timedelta(days=1):%Y%m%d}":
        raise InvalidValue(
            "The series ends before it starts.", ("rules", index), "Use an UNTIL after the start."
        )


def _overrides(
    overrides: Iterable[Override], when: When, recurrence: Recurrence | None
) -> tuple[Override, ...]:
    asked = tuple(overrides)
    if not asked:
        return ()
    path = ("recurrence", "overrides")
    if recurrence is None:
        raise InvalidValue(
            "Only a series has occurrences that differ.", path, "Add a rule, or leave them out."
        )
    if len(asked) > MOST_OCCURRENCES:
        raise InvalidValue(
            f"{len(asked):,} occurrences differ; at most {MOST_OCCURRENCES:,} are kept.",
            path,
            "Split the series.",
        )
    for index, override in enumerate(asked):
        _check_year(override.slot, (*path, str(index), "occurrence"))
    known = _slots(asked, when, recurrence)
    made = [_override(o, when, (*path, str(i)), known) for i, o in enumerate(asked)]
    return ordered(made)


def _slots(asked: Iterable[Override], when: When, recurrence: Recurrence) -> set[Slot]:
    """The slots of the series that are asked for, and which it has; each is taken out as it is found."""
    fitting = {o.slot for o in asked if isinstance(o.slot, datetime) == isinstance(when, Timed)}
    if not fitting:
        return set()
    last = when.moved_to(max(fitting, key=slot_text))
    return fitting.intersection(slots_until(when, recurrence, last.starts_at + timedelta(days=1)))


def _override(override: Override, when: When, path: tuple[str, ...], known: set[Slot]) -> Override:
    if override.slot not in known:
        raise InvalidValue(
            f"The series has no occurrence at {slot_text(override.slot)}, or it is named twice.",
            (*path, "occurrence"),
            "Name the original start of an occurrence: wall time in the zone of the series, or a date.",
        )
    known.remove(override.slot)
    if override.is_cancelled and replace(override, is_cancelled=False).says_something:
        raise InvalidValue(
            "A cancelled occurrence cannot be changed as well.", (*path, "isCancelled"), "Leave one out."
        )
    if not override.says_something:
        raise InvalidValue("This occurrence differs in nothing.", path, "Leave it out.")
    return _override_texts(override, when, path)


def _override_texts(override: Override, when: When, path: tuple[str, ...]) -> Override:
    if override.when is not None:
        if type(override.when) is not type(when):
            raise InvalidValue(
                "An occurrence is timed or all-day like its series.", (*path, "when"), "Use the same kind."
            )
        try:
            check_when(override.when)
        except InvalidValue as error:
            raise error.under(*path) from None
    title, location = override.title, override.location
    return replace(
        override,
        title=None if title is None else _title(title, (*path, "title")),
        location=None if location is None else _text(location, LOCATION_LENGTH, (*path, "location")).strip(),
    )
