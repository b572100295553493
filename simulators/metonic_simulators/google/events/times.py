"""When an event is: dates, or moments with the zone that its rule is followed in."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from metonic_simulators.google import errors

_YEARS = range(2, 9000)
"""No zone leads out of what a date can be."""

Point = Mapping[str, Any]
"""``date``, or ``dateTime`` in UTC and perhaps ``timeZone``."""


@cache
def zone_of(name: str) -> ZoneInfo:
    """Raises Refused for a name that the zone database has not."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise errors.invalid("Invalid time zone definition for start time.") from error


def known_zone(name: str) -> ZoneInfo:
    """UTC for a name that is none: old events have such."""
    try:
        return zone_of(name)
    except errors.Refused:
        return zone_of("UTC")


def moment(point: Point, zone: str) -> datetime:
    """Aware: a date is the midnight of ``zone``."""
    if "date" in point:
        return datetime.combine(date.fromisoformat(point["date"]), time.min, zone_of(zone))
    return datetime.fromisoformat(point["dateTime"])


def stored(body: Mapping[str, Any], *, is_strict: bool) -> dict[str, Any]:
    """``start`` and ``end`` as they are kept. Raises Refused as Google words it.

    ``is_strict``: also a timed event without length is refused.
    """
    start, end = body.get("start") or {}, body.get("end") or {}
    _check_there(start, "start")
    _check_there(end, "end")
    if ("date" in start) != ("date" in end):
        raise errors.invalid("Start and end times must either both be date or both be dateTime.")
    is_series = bool(body.get("recurrence"))
    found = {"start": _point(start, "start", is_series), "end": _point(end, "end", is_series)}
    first, last = moment(found["start"], "UTC"), moment(found["end"], "UTC")
    if last < first or (last == first and ("date" in start or is_strict)):
        raise errors.range_empty()
    return found


def shown(point: Point, zone: str) -> dict[str, Any]:
    """As it is rendered for a reader whose zone that is."""
    if "date" in point:
        return {"date": point["date"]}
    local = datetime.fromisoformat(point["dateTime"]).astimezone(zone_of(zone))
    found = {"dateTime": written(local)}
    if "timeZone" in point:
        found["timeZone"] = point["timeZone"]
    return found


def written(value: datetime) -> str:
    """RFC 3339 in whole seconds, ``Z`` for UTC."""
    text = value.replace(microsecond=0).isoformat()
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def utc(value: datetime) -> str:
    return written(value.astimezone(UTC))


def stamp_text(value: datetime) -> str:
    """As ``updated`` is written: milliseconds."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def bound(text: str, name: str) -> datetime:
    """A query parameter that is a moment, its fractions ignored; raises Refused without an offset."""
    found = _parsed(text)
    if found is None or found.tzinfo is None:
        raise errors.classic(400, "global", "badRequest", "Bad Request", f"parameter:{name}")
    return found.replace(microsecond=0)


def length(body: Mapping[str, Any]) -> timedelta:
    return moment(body["end"], "UTC") - moment(body["start"], "UTC")


def _check_there(point: Point, name: str) -> None:
    if point.get("date") is None and point.get("dateTime") is None:
        raise errors.required(f"Missing {name} time.")


def _point(point: Point, name: str, is_series: bool) -> dict[str, Any]:  # noqa: FBT001 - a fact of the event
    if point.get("date") is not None:
        return {"date": _day(str(point["date"])).isoformat()}
    zone = point.get("timeZone")
    if zone is not None:
        _check_zone(zone, name)
    found = _parsed(str(point["dateTime"]))
    if found is None:
        raise errors.invalid(f'Invalid value for: Invalid format: "{point["dateTime"]}"')
    if zone is None and (found.tzinfo is None or is_series):
        raise errors.required(f"Missing time zone definition for {name} time.")
    aware = found if found.tzinfo else found.replace(tzinfo=zone_of(str(zone)))
    return {"dateTime": utc(aware), **({"timeZone": zone} if zone is not None else {})}


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise errors.invalid(f'Invalid value for: Invalid format: "{text}"') from error
    if found.year not in _YEARS:
        raise errors.invalid(f'Invalid value for: Invalid format: "{text}"')
    return found


def _check_zone(name: str, point: str) -> None:
    try:
        zone_of(name)
    except errors.Refused as error:
        raise errors.invalid(f"Invalid time zone definition for {point} time.") from error


def _parsed(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if "T" in text.upper() else None
    except ValueError:
        return None
    return found if found is not None and found.year in _YEARS else None
