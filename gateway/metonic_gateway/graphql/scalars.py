"""Scalars carry text both ways; resolvers judge it, so that a bad zone or time is a typed answer."""

import re
from datetime import UTC, date, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

DateTime = NewType("DateTime", str)
LocalDateTime = NewType("LocalDateTime", str)
LocalDate = NewType("LocalDate", str)
Slot = NewType("Slot", str)
TimeZone = NewType("TimeZone", str)
ProviderName = NewType("ProviderName", str)
AppointmentTypeName = NewType("AppointmentTypeName", str)

# PostgreSQL stores no NUL, and no database half a character.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_RFC_3339 = "https://www.rfc-editor.org/rfc/rfc3339"


def is_storable(text: str) -> bool:
    """Whether a database can be asked for that text at all."""
    return _UNSTORABLE.search(text) is None


def _name(given: object) -> str:
    name = str(given)
    if not is_storable(name):
        raise GraphQLError("A name holds no control characters.", extensions={"code": "INVALID_ARGUMENT"})
    return name


def _text_scalar(name: str, description: str, url: str | None = None) -> ScalarDefinition:
    # str() takes a number or a flag where text belongs too: the resolver then answers what is wrong with it.
    return strawberry.scalar(
        name=name, description=description, specified_by_url=url, serialize=str, parse_value=str
    )


def _name_scalar(name: str, description: str) -> ScalarDefinition:
    """Databases are asked for names as they come."""
    return strawberry.scalar(name=name, description=description, serialize=str, parse_value=_name)


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
    ),
    AppointmentTypeName: _name_scalar(
        "AppointmentTypeName",
        "The platform's word for a kind of appointment: one_on_one. Imported ones are of type `external`.",
    ),
}


def date_time(instant: datetime) -> DateTime:
    """The instant in UTC."""
    return DateTime(instant.astimezone(UTC).isoformat().replace("+00:00", "Z"))


def maybe_date_time(instant: datetime | None) -> DateTime | None:
    """The same, where there may be none."""
    return None if instant is None else date_time(instant)


def local_date_time(local: datetime) -> LocalDateTime:
    return LocalDateTime(local.isoformat())


def local_date(day: date) -> LocalDate:
    return LocalDate(day.isoformat())
