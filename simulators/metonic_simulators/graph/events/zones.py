"""Times as Outlook has them: wall time and the name of a zone, mostly Windows' name.

https://learn.microsoft.com/en-us/graph/api/resources/datetimetimezone
"""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from metonic_simulators.graph import errors
from metonic_simulators.wire.faults import Switches

NO_DATE = "0001-01-01"
NO_TIME = "0001-01-01T00:00:00Z"
_FRACTION = re.compile(r"\.\d+")
_YEARS = range(1601, 4500)
WINDOWS = tuple(sorted(WINDOWS_TO_OLSON))
LISTED = tuple(sorted({*WINDOWS_TO_OLSON.values(), "UTC", "Etc/GMT"}))
"""The IANA names that are documented: those that a Windows zone stands for."""

Point = Mapping[str, Any]
"""``dateTime`` in wall time to the second, ``timeZone``."""


def zone_of(name: str, quirks: Switches) -> ZoneInfo:
    """Raises Refused."""
    if name not in WINDOWS_TO_OLSON and name not in LISTED and not quirks.is_on("all-iana-zones"):
        raise errors.zone_not_supported(name)
    found = known(name)
    if found is None:
        raise errors.zone_not_supported(name)
    return found


@cache
def known(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(WINDOWS_TO_OLSON.get(name, name))
    except (KeyError, ValueError, OSError):
        return None


def stored(point: object, name: str, quirks: Switches) -> dict[str, str]:
    """As it is kept; raises Refused for what is no ``dateTimeTimeZone``."""
    if not isinstance(point, dict) or not isinstance(point.get("dateTime"), str):
        raise errors.unreadable(f"Property {name} in payload has a value that does not match schema.")
    zone_name = point.get("timeZone")
    if not isinstance(zone_name, str):
        raise errors.zone_not_supported("")
    zone = zone_of(zone_name, quirks)
    found = parsed(point["dateTime"])
    if found is None:
        raise errors.unreadable(f"Cannot convert the literal '{point['dateTime']}' to the expected type.")
    local = found.astimezone(zone).replace(tzinfo=None) if found.tzinfo else found
    return {"dateTime": local.isoformat(), "timeZone": zone_name}


def parsed(text: str) -> datetime | None:
    """Whole seconds, whatever the fraction."""
    try:
        found = datetime.fromisoformat(_FRACTION.sub("", text))
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def wall(point: Point) -> datetime:
    return datetime.fromisoformat(point["dateTime"])


def moment(point: Point) -> datetime:
    """In UTC."""
    zone = known(point["timeZone"]) or UTC
    return wall(point).replace(tzinfo=zone).astimezone(UTC)


def at(when: datetime, zone_name: str) -> dict[str, str]:
    """A moment as it is kept in that zone."""
    local = when.astimezone(known(zone_name) or UTC).replace(tzinfo=None)
    return {"dateTime": local.isoformat(), "timeZone": zone_name}


def shown(point: Point, zone: ZoneInfo, zone_name: str, *, is_day: bool) -> dict[str, str]:
    """For a reader in that zone; ``is_day``: a day is the same one everywhere."""
    local = wall(point) if is_day else moment(point).astimezone(zone)
    return {"dateTime": f"{local:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": zone_name}


def day_of(point: Point) -> date:
    return wall(point).date()


def length(body: Mapping[str, Any]) -> timedelta:
    return moment(body["end"]) - moment(body["start"])


def bound(text: str, name: str) -> datetime:
    """A moment in a query: without an offset it is UTC. Raises Refused."""
    found = parsed(text.replace(" ", "+"))
    if found is None:
        raise errors.invalid_parameter(name, text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def utc(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def exact(when: datetime) -> str:
    """As created and modified are written."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


def change_key(stamp: int) -> str:
    return base64.b64encode(b"\x0d\xf2\xa1" + stamp.to_bytes(8, "big") + b"\x00\x00\x01").decode()


def etag(stamp: int) -> str:
    return f'W/"{change_key(stamp)}"'
