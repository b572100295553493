"""Events as tests write them."""

from typing import Any

from tests.simulators.google.official import Client

ZONE = "Europe/Berlin"


def timed(day: str = "2026-03-10", hour: int = 10, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """An hour of that day."""
    return {
        "summary": "Training",
        "start": {"dateTime": f"{day}T{hour:02}:00:00", "timeZone": ZONE},
        "end": {"dateTime": f"{day}T{hour + 1:02}:00:00", "timeZone": ZONE},
        **more,
    }


def all_day(first: str = "2026-03-10", after: str = "2026-03-11", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """``after``: the first day that is none of it."""
    return {"summary": "Holiday", "start": {"date": first}, "end": {"date": after}, **more}


def daily(times: int = 5, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return timed(recurrence=[f"RRULE:FREQ=DAILY;COUNT={times}"], **more)


def made(service: Client, body: dict[str, Any], **more: Any) -> Any:  # noqa: ANN401 - JSON
    return service.events().insert(calendarId="primary", body=body, **more).execute()


def listed(service: Client, **more: Any) -> Any:  # noqa: ANN401 - JSON
    """One page of the primary calendar."""
    return service.events().list(calendarId="primary", **more).execute()


def ids(answer: dict[str, Any]) -> list[str]:
    return [one["id"] for one in answer.get("items", [])]
