"""Values that tell where they come from: every human edit is a number that knows what it replaced."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from metonic_core.model.content import LOCATION, NOTES, TIME, TITLE, Content, Group, occurrence_group, slot_of
from metonic_core.model.series import Override, Recurrence
from metonic_core.model.when import Slot, Timed

BASE = datetime(2026, 12, 1, 0, 40)  # noqa: DTZ001 - a wall-clock time
"""So shortly before a day ends in UTC that a window's edge lies among the values of most histories."""
ZONE = "Europe/Berlin"
TEXTS = (TITLE, LOCATION, NOTES)
_TOKEN = re.compile(r"v(\d+)")


SHARE_OF_SERIES = 0.2
"""How much of what people make are series."""


@dataclass(slots=True)
class Values:
    """``parents``: what each value replaced when somebody wrote it; ``retired``: what people threw away.

    ``restored``: what people put in the place of what had replaced it, and what they so replaced.
    ``emptied``: what they so replaced with nothing, as an occurrence has no value that is as its series says.
    """

    parents: dict[int, frozenset[int]] = field(default_factory=dict)
    retired: set[int] = field(default_factory=set)
    restored: set[int] = field(default_factory=set)
    emptied: set[int] = field(default_factory=set)
    groups: frozenset[Group] = field(default_factory=frozenset)
    share_of_series: float = SHARE_OF_SERIES

    def fresh(self, replaced: Iterable[int] = ()) -> int:
        value = len(self.parents) + 1
        self.parents[value] = frozenset(replaced)
        return value

    def content(self, *, is_series: bool, is_private: bool = False) -> Content:
        """A new event or appointment, every group of it new."""
        made = Content(
            title=f"v{self.fresh()}",
            when=_when(0 if is_series else self.fresh()),
            recurrence=Recurrence(("FREQ=WEEKLY",)) if is_series else None,
            location=f"v{self.fresh()}",
            notes=f"v{self.fresh()}",
        )
        return replace(made, is_private=is_private)

    def edited(self, content: Content, group: Group) -> Content:
        """The content after a human edit of that group."""
        if group == TIME:
            return replace(content, when=_when(self.fresh(tokens_of(content, group))))
        text = f"v{self.fresh(tokens_of(content, group))}"
        if group in TEXTS:
            return content.take([group], replace(content, title=text, location=text, notes=text))
        override = Override(slot_of(group) or content.when.slot, title=text)
        return content.take([group], replace(content, overrides=(override,)))

    def retire(self, content: Content) -> None:
        """Somebody threw these values away with their own hands."""
        self.retired |= tokens(content)

    def restore(self, old: Content, present: Content) -> None:
        """Somebody put an old version back, over the present one and all that led to it since."""
        self.retire(present)
        self.retired |= self.with_ancestors(tokens(present)) - self.with_ancestors(tokens(old))
        self.restored |= tokens(old) | tokens(present)
        for group in present.groups():
            if not set(tokens_of(old, group)):
                self.emptied |= self.with_ancestors(tokens_of(present, group))

    def with_ancestors(self, values: Iterable[int]) -> set[int]:
        """The values and everything they replaced, directly or not."""
        found: set[int] = set()
        waiting = list(values)
        while waiting:
            value = waiting.pop()
            if value not in found:
                found.add(value)
                waiting.extend(self.parents.get(value, ()))
        return found


def _when(value: int) -> Timed:
    start = BASE + timedelta(minutes=value)
    return Timed(start, start + timedelta(minutes=30), ZONE)


def _slots(content: Content) -> list[Slot]:
    return [content.when.slot + timedelta(weeks=n) for n in range(3)]


OCCURRENCES = frozenset(occurrence_group(_when(0).slot + timedelta(weeks=n)) for n in range(3))
"""Those of every series that people edit."""

TASTES_IN_GROUPS = (frozenset[Group](), frozenset({TITLE}), frozenset({TIME}), frozenset({NOTES, TIME}))
"""What people edit in a history: everything, or only these."""


def editable(content: Content, groups: frozenset[Group] = frozenset()) -> list[Group]:
    """The groups that people edit: times of single events, occurrences of series; only these, if any are."""
    if content.recurrence is None:
        every = [*TEXTS, TIME]
    else:
        every = [*TEXTS, *(occurrence_group(slot) for slot in _slots(content))]
    return [group for group in every if group in groups] or every


def tokens_of(content: Content, group: Group) -> Iterator[int]:
    """The values that stand in a group."""
    if group == TIME:
        if content.recurrence is None and isinstance(content.when, Timed):
            yield int((content.when.start - BASE) / timedelta(minutes=1))
        return
    yield from (int(token) for token in _TOKEN.findall(str(content.get(group))))


def told(content: Content, group: Group) -> list[int]:
    return sorted(tokens_of(content, group))


def tokens(content: Content) -> set[int]:
    return {token for group in content.groups() for token in tokens_of(content, group)}
