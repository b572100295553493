"""The appointments of a trainer as the platform has them: twenty kinds, over and over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

from tests.e2e.smoke.api import Told, when
from tests.e2e.smoke.item import Item, Occurrence, days, timed
from tests.e2e.smoke.scene import day

TRAINER, GUEST = "petra", "karl"
SECRET = "Oncologist"
TYPES = ("one_on_one", "group_class", "assessment")
_LAST_DAY = 300


class Kind(Enum):
    """What an appointment is, or what will become of it."""

    PRIVATE = "it never leaves the platform"
    SERIES = "a series, moved in the calendar as a whole"
    PARTED = "a series with one occurrence moved and one cancelled; a further one moves in the calendar"
    DAY = "a whole day, moved in the calendar"
    DAYS = "two whole days, left alone"
    CANCELLED = "cancelled before anybody synced it"
    LOOKED_AT = "the guest may only look, and edits it in their calendar all the same"
    SHARED = "the guest moves it in their calendar, and may"
    MOVED = "moved in the calendar"
    MOVED_AND_PLACED = "moved in the calendar, while the platform changes the place"
    PLACED_TWICE = "moved and placed in the calendar, while the platform places it elsewhere"
    RETITLED = "called something else in the calendar"
    NOTED = "gets notes in the calendar"
    DELETED = "deleted in the calendar"
    EDITED_HERE = "called something else by the trainer, with a token of theirs"
    PLACED = "the platform changes the place, while the calendar calls it something else"
    KEPT = "left alone"


_ROUND = (
    Kind.PRIVATE,
    Kind.SERIES,
    Kind.PARTED,
    Kind.DAY,
    Kind.DAYS,
    Kind.CANCELLED,
    Kind.LOOKED_AT,
    Kind.SHARED,
    Kind.MOVED_AND_PLACED,
    Kind.MOVED,
    Kind.PLACED_TWICE,
    Kind.MOVED,
    Kind.MOVED,
    Kind.MOVED,
    Kind.RETITLED,
    Kind.NOTED,
    Kind.DELETED,
    Kind.EDITED_HERE,
    Kind.PLACED,
    Kind.KEPT,
)
AT_HOME = frozenset({Kind.PRIVATE, Kind.CANCELLED})
"""They have no copy."""
WITH_GUEST = frozenset({Kind.LOOKED_AT, Kind.SHARED})


@dataclass(frozen=True)
class Lesson:
    """An appointment as the platform has it at first."""

    number: int

    @property
    def kind(self) -> Kind:
        return _ROUND[self.number % len(_ROUND)]

    @property
    def platform_id(self) -> str:
        return f"lesson-{self.number:04}"

    @property
    def type(self) -> str:
        return TYPES[self.number // len(_ROUND) % len(TYPES)]

    @property
    def title(self) -> str:
        return f"{SECRET if self.kind is Kind.PRIVATE else 'Lesson'} {self.number:04}"

    @property
    def date(self) -> date:
        return day(2 + self.number % _LAST_DAY)

    @property
    def hour(self) -> float:
        return 8 + self.number // _LAST_DAY * 2

    def item(self) -> Item:
        """What a calendar should say of it."""
        place, span = f"Room {self.number % 9}", timed(self.date, self.hour)
        match self.kind:
            case Kind.DAY:
                return Item(self.title, days(self.date), place)
            case Kind.DAYS:
                return Item(self.title, days(self.date, 2), place)
            case Kind.SERIES:
                return Item(self.title, span, place, rules=_FOUR_WEEKS)
            case Kind.PARTED:
                moved: Occurrence = (timed(self.date + timedelta(weeks=1), 19), self.title, place)
                parted = ((self.slot(1), moved), (self.slot(2), None))
                return Item(self.title, span, place, rules=_FOUR_WEEKS, occurrences=parted)
            case Kind.PRIVATE:
                return Item(self.title, span, place, is_private=True)
        return Item(self.title, span, place, notes=f"Bring {self.number} towels;\nand water, too")

    def slot(self, week: int) -> str:
        """The original start of an occurrence of a series."""
        return timed(self.date + timedelta(weeks=week), self.hour)[0]

    def row(self, version: int = 1, **changed: object) -> dict[str, Any]:
        """The state as it is upserted."""
        item = self.item()
        row = {
            "platformId": self.platform_id,
            "platformVersion": version,
            "owner": {"userId": TRAINER, "role": "trainer", "name": TRAINER.title()},
            "type": self.type,
            "title": item.title,
            "location": item.location,
            "notes": item.notes or None,
            "when": when(item.when),
            "isPrivate": item.is_private,
            "isCancelled": self.kind is Kind.CANCELLED,
            "recurrence": self._recurrence(item),
        }
        if self.kind in WITH_GUEST:
            guest = {"userId": GUEST, "role": "client", "mayEdit": self.kind is Kind.SHARED}
            row["participants"] = [{**guest, "name": GUEST.title(), "email": f"{GUEST}@example.org"}]
        return row | changed

    def _recurrence(self, item: Item) -> Told | None:
        if not item.rules:
            return None
        overrides = [
            {"occurrence": slot, "isCancelled": differs is None, "when": differs and when(differs[0])}
            for slot, differs in item.occurrences
        ]
        return {"rules": ["FREQ=WEEKLY;COUNT=4"], "overrides": overrides}


_FOUR_WEEKS = frozenset({"COUNT=4;FREQ=WEEKLY"})


def lessons(count: int) -> Sequence[Lesson]:
    return [Lesson(number) for number in range(count)]
