"""The platform's states of appointments, judged row by row, so that a bad one refuses only itself."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

import strawberry

from metonic_core.model.appointment import EXTERNAL_TYPE
from metonic_core.model.content import Content
from metonic_core.model.errors import InvalidValue
from metonic_core.model.when import zone_of
from metonic_gateway.graphql.appointments.inputs import AppointmentInput, new_content, new_type
from metonic_gateway.graphql.arguments import identity, under
from metonic_gateway.graphql.scalars import (
    AppointmentTypeName,
    PlatformVersion,
    TimeZone,
    platform_version,
)
from metonic_gateway.graphql.times import RecurrenceInput, WhenInput, each
from metonic_gateway.graphql.viewer import Role
from metonic_gateway.store.upserts import Person, PlatformAppointment, Seat

T = TypeVar("T")
MOST_PARTICIPANTS = 200
_LONGEST = 255
_LONGEST_PHONE = 64
# Names stand in events, whose texts hold no control characters; no database stores half a character.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_HALF = re.compile("[\ud800-\udfff]")


@strawberry.input(
    description="A user of the platform; `userId` and `role` are needed. One that is not known here comes "
    "into being. Of name, e-mail and phone, what is given replaces what is known, an empty text clears it, "
    "and what is left out or null stays."
)
class ParticipantInput:
    user_id: strawberry.ID | None = strawberry.field(
        default=None, description="The platform's id: the `sub` of their tokens."
    )
    role: str | None = strawberry.field(
        default=None,
        description="What they are in this appointment: `trainer` or `client`. Of a user who is not known "
        "yet it becomes their own.",
    )
    may_edit: bool | None = strawberry.field(
        default=False, description="Whether they may change it, also in their calendar. The owner always may."
    )
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    time_zone: TimeZone | None = strawberry.field(
        default=None,
        description="Where their whole days begin and end; left out, it stays. Users are in UTC until this "
        "or the `zoneinfo` of a token says otherwise; the last word counts.",
    )


@strawberry.input(
    description="All that the platform says of an appointment, at one of its versions. What is left out is "
    "empty; `platformId`, `platformVersion`, `owner`, `type`, `title` and `when` are needed, and a row "
    "without one of them is refused."
)
class PlatformAppointmentInput:
    platform_id: str | None = strawberry.field(
        default=None, description="What the platform calls it: 1 to 255 characters, not all of them blank."
    )
    platform_version: PlatformVersion | None = strawberry.field(
        default=None,
        description="Grows with each change that the platform makes. The same again is no news, a lower one "
        "is refused.",
    )
    seen_version: int | None = strawberry.field(
        default=None,
        description="The appointment's `version` that the platform had seen when it made this state. If that "
        "is the present one, whatever differs from it is the platform's change; else only what differs from "
        "the last state that the platform sent.",
    )
    appointment_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Gives an appointment that came from a calendar or a user its `platformId`; then "
        "`seenVersion` is needed and must be the present version.",
    )
    is_cancelled: bool | None = strawberry.field(
        default=False, description="Cancelled or removed. False again brings it back."
    )
    owner: ParticipantInput | None = strawberry.field(
        default=None, description="Who gives it. Their `role` is used only if they are not known here yet."
    )
    participants: list[ParticipantInput] | None = strawberry.field(
        default=None, description=f"Who takes part beside the owner, at most {MOST_PARTICIPANTS}."
    )
    type: str | None = strawberry.field(
        default=None, description="The platform's word, as AppointmentTypeName says."
    )
    title: str | None = None
    notes: str | None = None
    location: str | None = None
    when: WhenInput | None = None
    recurrence: RecurrenceInput | None = None
    is_private: bool | None = None
    is_busy: bool | None = strawberry.field(
        default=None, description="Whether it blocks the time. Left out: as it is; true for a new one."
    )


def judged(given: PlatformAppointmentInput, known: Content | None = None) -> PlatformAppointment:
    """The row as the store takes it; raises InvalidValue.

    What it says as it is ``known`` may have come from a calendar, and is not judged.
    """
    platform_id = _name(given.platform_id, "platformId")
    number, owned_by = _given(given.platform_version, "platformVersion"), _given(given.owner, "owner")
    with under("platformVersion"):
        version = platform_version(number)
    with under("owner"):
        owner = _person(owned_by)
    return PlatformAppointment(
        platform_id=platform_id,
        platform_version=version,
        type=_type(given),
        content=_content(given, known),
        owner=owner,
        participants=_seats(given.participants or [], owner),
        is_cancelled=bool(given.is_cancelled),
        is_busy=given.is_busy,
        seen_version=given.seen_version,
        appointment_id=_appointment_id(given),
    )


def _type(given: PlatformAppointmentInput) -> str:
    # One that was imported keeps its type when the platform sends back what it read.
    return EXTERNAL_TYPE if given.type == EXTERNAL_TYPE else new_type(_asked(given))


def _content(given: PlatformAppointmentInput, known: Content | None) -> Content:
    content = new_content(_asked(given), known)
    return content if given.is_busy is None else replace(content, is_busy=given.is_busy)


def _asked(given: PlatformAppointmentInput) -> AppointmentInput:
    """The same as a user asks for a new appointment; raises InvalidValue where something is missing."""
    return AppointmentInput(
        type=strawberry.Some(AppointmentTypeName(_given(given.type, "type"))),
        title=strawberry.Some(_given(given.title, "title")),
        notes=_maybe(given.notes),
        location=_maybe(given.location),
        when=strawberry.Some(_given(given.when, "when")),
        recurrence=_maybe(given.recurrence),
        is_private=_maybe(given.is_private),
        participant_ids=None,
    )


def _maybe(value: T | None) -> strawberry.Maybe[T | None]:
    return None if value is None else strawberry.Some(value)


def _seats(given: Sequence[ParticipantInput], owner: Person) -> tuple[Seat, ...]:
    if len(given) > MOST_PARTICIPANTS:
        raise InvalidValue(
            f"At most {MOST_PARTICIPANTS} users can take part.", ("participants",), "Name fewer."
        )
    taken = {owner.platform_id}

    def seat(one: ParticipantInput) -> Seat:
        person = _person(one)
        if person.platform_id in taken:
            raise InvalidValue(
                "The user owns the appointment or is named twice.", ("userId",), "Name each user once."
            )
        taken.add(person.platform_id)
        return Seat(person, bool(one.may_edit))

    return each(given, "participants", seat)


def _person(given: ParticipantInput) -> Person:
    platform_id = _name(given.user_id, "userId")
    named = _given(given.role, "role")
    role = named.lower()
    if role not in {known.value for known in Role}:
        raise InvalidValue(f"There is no role {named[:40]!r}.", ("role",), "Use `trainer` or `client`.")
    return Person(
        platform_id=platform_id,
        role=role,
        name=_detail(given.name, "name"),
        email=_detail(given.email, "email"),
        phone=_detail(given.phone, "phone", _LONGEST_PHONE),
        zone=None if given.time_zone is None else zone_of(given.time_zone).key,
    )


def _given(value: T | None, name: str) -> T:
    """What is needed. The schema lets null pass, as GraphQL would refuse all rows for it."""
    if value is None:
        raise InvalidValue(f"`{name}` is missing.", (name,), "Give it.")
    return value


def _name(text: str | None, name: str) -> str:
    """What the platform calls a thing."""
    line = _line(_given(text, name), name)
    if line.isspace():
        raise InvalidValue(f"`{name}` is blank.", (name,), "Give the platform's id.")
    return line


def _detail(text: str | None, name: str, most: int = _LONGEST) -> str | None:
    """What is told of a user: None is nothing, and empty that there is none."""
    kept = None if text is None else text.strip()
    return _line(kept, name, most) if kept else kept


def _line(text: str, name: str, most: int = _LONGEST) -> str:
    if not 0 < len(text) <= most:
        raise InvalidValue(f"`{name}` has 1 to {most} characters; these are {len(text):,}.", (name,))
    if _CONTROL.search(text):
        raise InvalidValue(f"`{name}` holds control characters.", (name,), "Remove them.")
    if _HALF.search(text):
        raise InvalidValue(f"`{name}` holds half a character (a lone surrogate).", (name,), "Remove it.")
    return text


def _appointment_id(given: PlatformAppointmentInput) -> UUID | None:
    if given.appointment_id is None:
        return None
    found = identity(given.appointment_id)
    if found is None:
        raise InvalidValue("There is no appointment of that id.", ("appointmentId",), "Check the id.")
    if given.seen_version is None:
        raise InvalidValue(
            "`appointmentId` needs `seenVersion`.", ("seenVersion",), "Give the `version` that you read."
        )
    return found
