"""When something takes place, and how a series recurs: as answered, and as asked for."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Annotated, TypeVar

import strawberry

from metonic_core.model import series, when
from metonic_core.model.errors import InvalidValue
from metonic_gateway.graphql.scalars import (
    DateTime,
    LocalDate,
    LocalDateTime,
    Slot,
    TimeZone,
    date_time,
    local_date,
    local_date_time,
)

T = TypeVar("T")
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@strawberry.type(
    description="A span of wall-clock time in a zone; of a time that a fold doubles, the first is meant."
)
class Timed:
    start: LocalDateTime
    end: LocalDateTime
    time_zone: TimeZone
    starts_at: DateTime = strawberry.field(description="The instant of `start`.")
    ends_at: DateTime = strawberry.field(description="The instant of `end`.")


@strawberry.type(description="Whole days, wherever one is.")
class AllDay:
    start_date: LocalDate
    end_date: LocalDate = strawberry.field(description="The day after the last.")


When = Annotated[Timed | AllDay, strawberry.union("When")]


@strawberry.type(description="An occurrence that differs from its series; null means: as in the series.")
class Occurrence:
    occurrence: Slot
    is_cancelled: bool
    when: When | None
    title: str | None
    location: str | None


@strawberry.type(description="How a series recurs (RFC 5545).")
class Recurrence:
    rules: list[str] = strawberry.field(description="RRULE values: FREQ=WEEKLY;COUNT=10.")
    rdates: list[Slot] = strawberry.field(description="Further starts.")
    overrides: list[Occurrence] = strawberry.field(
        description="The occurrences that differ. A cancelled one is here too: there are no EXDATEs."
    )


@strawberry.input
class TimedInput:
    start: LocalDateTime
    end: LocalDateTime
    time_zone: TimeZone


@strawberry.input
class AllDayInput:
    start_date: LocalDate
    end_date: LocalDate = strawberry.field(description="The day after the last.")


@strawberry.input(one_of=True)
class WhenInput:
    timed: strawberry.Maybe[TimedInput]
    all_day: strawberry.Maybe[AllDayInput]


@strawberry.input(description="How one occurrence differs: it is cancelled, or some of the rest is given.")
class OccurrenceInput:
    occurrence: Slot = strawberry.field(description="Its original start, which names it.")
    is_cancelled: bool = False
    when: WhenInput | None = None
    title: str | None = None
    location: str | None = None


@strawberry.input(description="The whole recurrence: what is left out of it is gone.")
class RecurrenceInput:
    rules: list[str]
    rdates: list[Slot] | None = None
    overrides: list[OccurrenceInput] | None = None


def shown_when(value: when.When) -> Timed | AllDay:
    if isinstance(value, when.AllDay):
        return AllDay(start_date=local_date(value.start), end_date=local_date(value.end))
    return Timed(
        start=local_date_time(value.start),
        end=local_date_time(value.end),
        time_zone=TimeZone(value.zone),
        starts_at=date_time(value.starts_at),
        ends_at=date_time(value.ends_at),
    )


def shown_recurrence(
    recurrence: series.Recurrence | None, overrides: Iterable[series.Override]
) -> Recurrence | None:
    if recurrence is None:
        return None
    return Recurrence(
        rules=list(recurrence.rules),
        rdates=[Slot(when.slot_text(slot)) for slot in recurrence.rdates],
        overrides=[_shown_override(override) for override in overrides],
    )


def _shown_override(override: series.Override) -> Occurrence:
    return Occurrence(
        occurrence=Slot(when.slot_text(override.slot)),
        is_cancelled=override.is_cancelled,
        when=None if override.when is None else shown_when(override.when),
        title=override.title,
        location=override.location,
    )


def instant(text: str, *path: str) -> datetime:
    """The instant, UTC, of that RFC 3339 text; raises InvalidValue."""
    try:
        read = datetime.fromisoformat(text)
        if read.tzinfo is not None:
            return read.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidValue(
        f"{text[:40]!r} is not an instant.", path, "Write it with an offset, such as 2026-10-25T00:30:00Z."
    )


def asked_when(given: WhenInput) -> when.When:
    """The span that was asked for, not judged yet but for how it is spelled; raises InvalidValue."""
    if given.timed is not None:
        timed = given.timed.value
        start, end = _local(timed.start, "timed", "start"), _local(timed.end, "timed", "end")
        return when.Timed(start, end, str(timed.time_zone))
    if given.all_day is not None:
        days = given.all_day.value
        return when.AllDay(
            day_of(days.start_date, "allDay", "startDate"), day_of(days.end_date, "allDay", "endDate")
        )
    raise InvalidValue("It has neither `timed` nor `allDay`.", (), "Give one of the two.")


def asked_recurrence(given: RecurrenceInput) -> tuple[series.Recurrence, tuple[series.Override, ...]]:
    """Rules and dates, and what differs from them, judged for their spelling alone; raises InvalidValue."""
    rdates = each(given.rdates or (), "rdates", slot_asked)
    overrides = each(given.overrides or (), "overrides", _asked_override)
    return series.Recurrence(tuple(given.rules), rdates), overrides


G = TypeVar("G")


def each(given: Iterable[G], name: str, read: Callable[[G], T]) -> tuple[T, ...]:
    """Each item read; what is wrong with one says which."""
    made = []
    for index, item in enumerate(given):
        try:
            made.append(read(item))
        except InvalidValue as error:
            raise error.under(name, str(index)) from None
    return tuple(made)


def _asked_override(given: OccurrenceInput) -> series.Override:
    try:
        moved = None if given.when is None else asked_when(given.when)
    except InvalidValue as error:
        raise error.under("when") from None
    slot = slot_asked(given.occurrence, "occurrence")
    return series.Override(slot, given.is_cancelled, moved, given.title, given.location)


def slot_asked(text: str, *path: str) -> when.Slot:
    """The slot of that text; raises InvalidValue."""
    if not (_DAY.fullmatch(text) or "T" in text):
        raise InvalidValue(
            f"{text[:40]!r} is neither a wall-clock time nor a date.",
            path,
            "Write it such as 2026-10-25T02:30:00, or 2026-10-25 where whole days recur.",
        )
    return _local(text, *path) if "T" in text else day_of(text, *path)


def _local(text: str, *path: str) -> datetime:
    try:
        if _LOCAL.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidValue(
        f"{text[:40]!r} is not a wall-clock time.",
        path,
        "Write it without an offset, such as 2026-10-25T02:30:00.",
    )


def day_of(text: str, *path: str) -> date:
    """The day of that text; raises InvalidValue."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidValue(f"{text[:40]!r} is not a date.", path, "Write it such as 2026-10-25.")
