"""What Outlook cannot hold of a content, told before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from metonic_core.model.content import STATUS, TIME, Content, Group, Status, occurrence_group
from metonic_core.model.series import slots_until
from metonic_core.model.when import Slot, Timed, When
from metonic_outlook import patterns
from metonic_outlook.moments import is_plain, name_for, shown
from metonic_outlook.obstacles import Inexpressible, Obstacle
from metonic_outlook.zones import Mailbox

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Unfit:
    """A field group that cannot be written: why, and what to do instead, each a sentence."""

    group: Group
    obstacle: Obstacle

    @property
    def reason(self) -> str:
        return self.obstacle.reason

    @property
    def suggestion(self) -> str:
        return self.obstacle.suggestion


def fit(content: Content, mailbox: Mailbox) -> Sequence[Unfit]:
    """All of it that cannot be written into that mailbox; empty if everything can. Pure."""
    found = [Unfit(STATUS, Obstacle.CANCELLED)] if content.status is Status.CANCELLED else []
    obstacle = _of_time(content, mailbox)
    if obstacle:
        return [*found, Unfit(TIME, obstacle)]
    return [*found, *(Unfit(occurrence_group(slot), Obstacle.CROSSING) for slot in _crossing(content))]


def _of_time(content: Content, mailbox: Mailbox) -> Obstacle | None:
    when = content.when
    if when.ends_at < when.starts_at:
        return Obstacle.BACKWARDS
    if content.recurrence is None:
        return None
    if isinstance(when, Timed) and mailbox.name(when.zone) is None:
        return Obstacle.NO_ZONE
    if isinstance(when, Timed) and not is_plain(when):
        return Obstacle.NO_WALL_TIME
    try:
        patterns.written(content.recurrence, when, name_for(when, mailbox))
    except Inexpressible as error:
        return error.obstacle
    return None


def _crossing(content: Content) -> list[Slot]:
    """The occurrences that are moved to the day of a neighbour, or past it: Graph tells them apart by days.

    What is cancelled is nobody's neighbour.
    """
    moved = {o.slot: o.when for o in content.overrides if o.when and not o.is_cancelled}
    if not moved:
        return []
    gone = {o.slot for o in content.overrides if o.is_cancelled}
    slots = sorted(_between(content, moved) - gone, key=_day)
    days = [_day_of(moved.get(slot), slot, content.when) for slot in slots]
    before = [date.min, *days]
    after = [*days[1:], date.max]
    told = zip(slots, before, days, after, strict=False)
    return [slot for slot, last, on, following in told if slot in moved and not last < on < following]


def _between(content: Content, moved: Mapping[Slot, When]) -> set[Slot]:
    """The occurrences from the first to the last that a moved one was at, or is at, and one beyond."""
    at = [content.when.moved_to(slot).starts_at for slot in moved if _is_like(slot, content.when)]
    at += [when.starts_at for when in moved.values()]
    return set(slots_until(content.when, content.recurrence, max(at) + _DAY, min(at) - _DAY))


def _is_like(slot: Slot, when: When) -> bool:
    return isinstance(slot, datetime) == isinstance(when, Timed)


def _day(slot: Slot) -> date:
    return slot.date() if isinstance(slot, datetime) else slot


def _day_of(moved: When | None, slot: Slot, series: When) -> date:
    """On which day that occurrence takes place, in the zone of its series."""
    if moved is None:
        return _day(slot)
    if isinstance(moved, Timed) and isinstance(series, Timed):
        return shown(moved.starts_at, series.zone).date()
    return _day(moved.start)
