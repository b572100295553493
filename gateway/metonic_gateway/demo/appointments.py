"""A dozen appointments around today, as a trainer has them: what is easy, and what is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOME = "Europe/Berlin"

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Client:
    """``first`` is the first name, which the demo calls them by."""

    id: str
    first: str

    @property
    def name(self) -> str:
        return f"{self.first} Client"

    @property
    def email(self) -> str:
        return f"{self.first.lower()}@example.org"

    @property
    def takes_part(self) -> Fields:
        return {"userId": self.id, "role": "client", "name": self.name, "email": self.email}


TRAINER, TRAINER_NAME = "trainer-1", "Toni Trainer"
KIM, LEE = Client("client-1", "Kim"), Client("client-2", "Lee")

_OWNER = {"userId": TRAINER, "role": "trainer", "name": TRAINER_NAME}

_HOUR = timedelta(hours=1)


def appointments(today: date) -> Sequence[Fields]:
    """Rows of ``upsertAppointments``, as the platform's backend sends them."""
    return [
        {"platformId": f"demo-{number}", "platformVersion": 1, "owner": _OWNER, **fields}
        for number, fields in enumerate(_fields(today), start=1)
    ]


def _fields(today: date) -> Sequence[Fields]:
    return [
        _plain("Strength training with Kim", today, 1, 9)
        | {"participants": [KIM.takes_part], "location": "Studio 2"},
        _plain("Assessment: shoulder mobility", today, 2, 14)
        | {"type": "assessment", "notes": "Bring the chart."},
        _plain("Boxing basics", today, 3, 18)
        | {"type": "group_class", "location": "Hall", "participants": [LEE.takes_part]},
        _plain("Running technique", today, -2, 7) | {"location": "Park, east gate"},
        _plain("Nutrition talk", today, 6, 17),
        _plain("Rehab session", today, 8, 11) | {"notes": "Knee, third week."},
        _plain("Online session, New York", today, 4, 10, "America/New_York"),
        _plain("Online session, Tokyo", today, 5, 9, "Asia/Tokyo"),
        _all_day("Studio closed for maintenance", today + timedelta(days=9)),
        _plain("Dentist", today, 2, 8) | {"isPrivate": True},
        _weekly_class(today),
        _evening_series(today),
    ]


def _plain(title: str, today: date, days: int, hour: int, zone: str = HOME) -> dict[str, object]:
    return {"type": "one_on_one", "title": title, "when": _timed(today + timedelta(days), hour, zone)}


def _all_day(title: str, day: date) -> Fields:
    when = {"allDay": {"startDate": day.isoformat(), "endDate": (day + timedelta(days=1)).isoformat()}}
    return {"type": "other", "title": title, "when": when}


def _weekly_class(today: date) -> Fields:
    """Every Monday; the second time a day later and in the evening, the third time not at all."""
    monday = today - timedelta(days=today.weekday())
    second, third = monday + timedelta(weeks=1), monday + timedelta(weeks=2)
    moved = {"occurrence": _local(second, 7), "when": _timed(second + timedelta(days=1), 19)}
    return {
        "type": "group_class",
        "title": "Morning mobility class",
        "participants": [LEE.takes_part],
        "when": _timed(monday, 7),
        "recurrence": {
            "rules": ["FREQ=WEEKLY;COUNT=10"],
            "overrides": [moved, {"occurrence": _local(third, 7), "isCancelled": True}],
        },
    }


def _evening_series(today: date) -> Fields:
    """Weekly at six in the evening, before and after the clocks change."""
    first = _next_change_of_clocks(today) - timedelta(days=10)
    return {
        "type": "one_on_one",
        "title": "Evening training across the change of clocks",
        "participants": [KIM.takes_part],
        "when": _timed(first, 18),
        "recurrence": {"rules": ["FREQ=WEEKLY;COUNT=4"]},
    }


def _next_change_of_clocks(today: date) -> date:
    noon = datetime.combine(today, time(12), ZoneInfo(HOME))
    days = (noon + timedelta(days=n) for n in range(1, 366))
    return next(day.date() for day in days if day.utcoffset() != noon.utcoffset())


def _timed(day: date, hour: int, zone: str = HOME) -> Fields:
    start = datetime.combine(day, time(hour))
    return {"timed": {"start": start.isoformat(), "end": (start + _HOUR).isoformat(), "timeZone": zone}}


def _local(day: date, hour: int) -> str:
    return datetime.combine(day, time(hour)).isoformat()
