"""Scalars carry text both ways; resolvers judge it, so that a bad zone or time is a typed answer."""

import re
from datetime import UTC, date, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from metonic_core.model.errors import InvalidValue

DateTime = NewType("DateTime", str)
LocalDateTime = NewType("LocalDateTime", str)
LocalDate = NewType("LocalDate", str)
Slot = NewType("Slot", str)
TimeZone = NewType("TimeZone", str)
ProviderName = NewType("ProviderName", str)
AppointmentTypeName = NewType("AppointmentTypeName", str)
PlatformVersion = NewType("PlatformVersion", str)

MOST_VERSIONS = 2**53 - 1
"""The largest whole number that every JSON parser reads exactly."""

# PostgreSQL stores no NUL, and no database half a character.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_VERSION = re.compile("[0-9]{1,16}", re.ASCII)
_LONGEST_ID = 255
_RFC_3339 = "https://www.rfc-editor.org/rfc/rfc3339"


def is_storable(text: str, most: int = _LONGEST_ID) -> bool:
    """Whether a database can be asked for that id at all."""
    return len(text) <= most and _UNSTORABLE.search(text) is None


def _text_scalar(name: str, description: str, url: str | None = None) -> ScalarDefinition:
    # str() takes a number or a flag where text belongs too: the resolver then answers what is wrong with it.
    return strawberry.scalar(
        name=name, description=description, specified_by_url=url, serialize=str, parse_value=str
    )


def _name_scalar(name: str, description: str, most: int) -> ScalarDefinition:
    """Databases are asked for names as they come."""

    def parsed(given: object) -> str:
        if is_storable(str(given), most):
            return str(given)
        message = f"A value of {name} has at most {most} characters, none of them NUL or half of one."
        raise GraphQLError(message, extensions={"code": "INVALID_ARGUMENT"})

    return strawberry.scalar(name=name, description=description, serialize=str, parse_value=parsed)


SCALARS: dict[object, ScalarDefinition] = {
    DateTime: _text_scalar(
        "DateTime", "An instant (RFC 3339, with offset): 2026-10-25T00:30:00Z.", _RFC_3339
    ),
    LocalDateTime: _text_scalar("LocalDateTime", "Wall-clock time without offset: 2026-10-25T02:30:00."),
    LocalDate: _text_scalar("Date", "A date: 2026-10-25.", _RFC_3339),
    Slot: _text_scalar(
        "Slot",
        "The original start of an occurrence of a series: a LocalDateTime in the zone of the series, "
        "or a Date "
        "if it is all-day.",
    ),
    TimeZone: _text_scalar(
        "TimeZone", "An IANA time zone: Europe/Berlin.", "https://www.iana.org/time-zones"
    ),
    ProviderName: _name_scalar(
        "ProviderName",
        "The name of a provider, as `providers` lists them: apple. Plugins bring more of them.",
        20,
    ),
    AppointmentTypeName: _name_scalar(
        "AppointmentTypeName",
        "The platform's word for a kind of appointment: one_on_one. Imported ones are of type `external`.",
        64,
    ),
    PlatformVersion: strawberry.scalar(
        name="PlatformVersion",
        description="The platform's number of a state of an appointment, which grows with each: a whole "
        f"number from 0 to {MOST_VERSIONS}. A string of digits is taken too; it is answered as a number.",
        serialize=int,
        parse_value=str,
    ),
}


def date_time(instant: datetime) -> DateTime:
    """The instant in UTC."""
    return DateTime(instant.astimezone(UTC).isoformat().replace("+00:00", "Z"))


def maybe_date_time(instant: datetime | None) -> DateTime | None:
    """The same, where there may be none."""
    return None if instant is None else date_time(instant)


def platform_version(given: PlatformVersion) -> int:
    """The number; raises InvalidValue."""
    if _VERSION.fullmatch(given) and int(given) <= MOST_VERSIONS:
        return int(given)
    raise InvalidValue(
        f"{given[:40]!r} is no version of the platform.",
        next_step=f"Give a whole number from 0 to {MOST_VERSIONS}.",
    )


def maybe_platform_version(number: int | None) -> PlatformVersion | None:
    """The same as it is answered, where there may be none."""
    return None if number is None else PlatformVersion(str(number))


def local_date_time(local: datetime) -> LocalDateTime:
    return LocalDateTime(local.isoformat())


def local_date(day: date) -> LocalDate:
    return LocalDate(day.isoformat())
