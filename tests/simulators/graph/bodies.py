"""Events as tests write them."""

from typing import Any

from tests.simulators.graph.official import Client, view

ZONE = "W. Europe Standard Time"
WEEKLY = {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"], "firstDayOfWeek": "monday"}


def point(day: str, hour: int = 0, zone: str = ZONE) -> dict[str, str]:
    return {"dateTime": f"{day}T{hour:02}:00:00", "timeZone": zone}


def timed(day: str = "2026-03-10", hour: int = 10, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """An hour of that day."""
    return {"subject": "Training", "start": point(day, hour), "end": point(day, hour + 1), **more}


def all_day(first: str = "2026-03-10", after: str = "2026-03-11", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """``after``: the first day that is none of it."""
    return {"subject": "Holiday", "isAllDay": True, "start": point(first), "end": point(after), **more}


def series(pattern: dict[str, Any], first: str = "2026-03-10", times: int = 5, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    span = {"type": "numbered", "startDate": first, "numberOfOccurrences": times}
    return timed(first, recurrence={"pattern": pattern, "range": span}, **more)


def daily(times: int = 5, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return series({"type": "daily", "interval": 1}, times=times, **more)


def guest(address: str, kind: str = "required") -> dict[str, Any]:
    return {"type": kind, "emailAddress": {"address": address, "name": address}}


async def made(client: Client, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    return await client.post("/me/events", body)


def days(events: list[Any]) -> list[str]:
    """When they begin."""
    return [one["start"]["dateTime"][:10] for one in events]


async def occurrences(alice: Client, start: str = "2026-03-01", end: str = "2030-01-01") -> Any:  # noqa: ANN401 - JSON
    return await alice.all(view(start, end))
