"""What a user asks an appointment to be. An omitted field says nothing, null clears what can be empty."""

import re
from dataclasses import replace
from typing import TypeVar

import strawberry

from metonic_core.model.appointment import EXTERNAL_TYPE, Appointment
from metonic_core.model.checks import check_hidden, checked
from metonic_core.model.content import Content
from metonic_core.model.errors import InvalidValue
from metonic_core.model.when import When
from metonic_gateway.graphql.scalars import AppointmentTypeName
from metonic_gateway.graphql.times import RecurrenceInput, WhenInput, asked_recurrence, asked_when

T = TypeVar("T")
_TYPE = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


@strawberry.input(
    description="A new appointment needs type, title and when. In an update an omitted field stays "
    "as it is, and "
    "null clears notes, location, recurrence and participants."
)
class AppointmentInput:
    type: strawberry.Maybe[AppointmentTypeName | None]
    title: strawberry.Maybe[str | None]
    notes: strawberry.Maybe[str | None]
    location: strawberry.Maybe[str | None]
    when: strawberry.Maybe[WhenInput | None]
    recurrence: strawberry.Maybe[RecurrenceInput | None]
    is_private: strawberry.Maybe[bool | None]
    participant_ids: strawberry.Maybe[list[strawberry.ID] | None] = strawberry.field(
        description="The platform's ids of who takes part beside the owner."
    )


def new_content(given: AppointmentInput, known: Content | None = None) -> Content:
    """The content of a new appointment, judged where it is not as it is ``known``; raises InvalidValue."""
    title, when = _needed(given.title, "title"), _when(_needed(given.when, "when"))
    return checked(_taken(Content(title, when), given), known)


def new_type(given: AppointmentInput) -> str:
    """The type of a new appointment; raises InvalidValue."""
    return checked_type(_needed(given.type, "type"))


def edited(appointment: Appointment, given: AppointmentInput) -> Appointment:
    """The appointment with what was asked for; raises InvalidValue."""
    content = checked(_taken(appointment.content, given), appointment.content)
    if appointment.imported_from is not None and appointment.content.is_private:
        check_hidden(content, appointment.content)
    if given.type is None or given.type.value == appointment.type:
        return replace(appointment, content=content)
    return replace(appointment, content=content, type=checked_type(_needed(given.type, "type")))


def _taken(content: Content, given: AppointmentInput) -> Content:
    """The content with what is given put in, not judged yet."""
    made = content
    if given.title is not None:
        made = replace(made, title=_needed(given.title, "title"))
    if given.notes is not None:
        made = replace(made, notes=given.notes.value or "")
    if given.location is not None:
        made = replace(made, location=given.location.value or "")
    if given.when is not None:
        made = replace(made, when=_when(_needed(given.when, "when")))
    if given.recurrence is not None:
        made = _recurring(made, given.recurrence.value)
    if given.is_private is not None:
        made = replace(made, is_private=_needed(given.is_private, "isPrivate"))
    return made


def _recurring(content: Content, given: RecurrenceInput | None) -> Content:
    if given is None:
        return replace(content, recurrence=None, overrides=())
    try:
        recurrence, overrides = asked_recurrence(given)
    except InvalidValue as error:
        raise error.under("recurrence") from None
    return replace(content, recurrence=recurrence, overrides=overrides)


def _when(given: WhenInput) -> When:
    try:
        return asked_when(given)
    except InvalidValue as error:
        raise error.under("when") from None


def _needed(given: strawberry.Maybe[T | None], name: str) -> T:
    if given is None:
        raise InvalidValue(f"A new appointment needs `{name}`.", (name,), "Give it.")
    if given.value is None:
        raise InvalidValue(f"`{name}` cannot be empty.", (name,), "Give a value, or leave it out.")
    return given.value


def checked_type(name: str) -> str:
    """The name, if an appointment of the platform may be of that type; raises InvalidValue."""
    if name == EXTERNAL_TYPE:
        raise InvalidValue(
            f"The type {EXTERNAL_TYPE!r} is for imported appointments.", ("type",), "Use another type."
        )
    if not _TYPE.fullmatch(name):
        raise InvalidValue(
            "A type is 1 to 64 of a-z, 0-9 and _, beginning with a letter.",
            ("type",),
            "Use a name such as one_on_one.",
        )
    return name
