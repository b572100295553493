"""Making, changing and cancelling appointments."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated
from uuid import UUID, uuid4

import strawberry

from metonic_core.model.appointment import Appointment as Value
from metonic_core.model.appointment import Participant
from metonic_core.model.errors import InvalidValue
from metonic_gateway.graphql.appointments.announcing import announce
from metonic_gateway.graphql.appointments.inputs import AppointmentInput, edited, new_content, new_type
from metonic_gateway.graphql.appointments.types import Appointment, AppointmentResult, shown_appointment
from metonic_gateway.graphql.appointments.upserts import UpsertsMutation
from metonic_gateway.graphql.arguments import identity
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import (
    NotEntitled,
    NotFound,
    OutOfDate,
    invalid_input,
    no_appointment,
    not_entitled,
    out_of_date,
)
from metonic_gateway.graphql.scalars import is_storable
from metonic_gateway.store import appointments as store
from metonic_gateway.store import pages, users
from metonic_gateway.store.changes import Cause

_MOST_PARTICIPANTS = 200


@strawberry.type(description="The appointment is cancelled: it stays readable, its copies are erased.")
class Deleted:
    id: strawberry.ID


DeleteResult = Annotated[Deleted | NotFound | NotEntitled | OutOfDate, strawberry.union("DeleteResult")]
Refusal = NotFound | NotEntitled | OutOfDate
Edit = Callable[[Value], Awaitable[Value]]


async def create_appointment(info: Info, appointment: AppointmentInput) -> AppointmentResult:
    viewer = await info.context.viewer()
    services = info.context.services
    try:
        made = Value(uuid4(), 1, viewer.id, new_type(appointment), new_content(appointment))
        made = replace(made, participants=await _participants(appointment, made))
    except InvalidValue as error:
        return invalid_input(error, "appointment")
    due = await store.insert(made, services.window(), services.clock(), cause=Cause(user_id=viewer.id))
    announce(services, due, _people(made))
    return await _shown_anew(made)


async def update_appointment(
    info: Info,
    id: strawberry.ID,  # noqa: A002 - the API's name
    appointment: AppointmentInput,
    if_version: int | None = None,
) -> AppointmentResult:
    try:
        changed = await _changed(info, id, if_version, lambda known: _edited(known, appointment))
    except InvalidValue as error:
        return invalid_input(error)
    return await _shown_anew(changed) if isinstance(changed, Value) else changed


async def delete_appointment(
    info: Info,
    id: strawberry.ID,  # noqa: A002 - the API's name
    if_version: int | None = None,
) -> DeleteResult:
    changed = await _changed(info, id, if_version, _cancelled)
    return Deleted(id=strawberry.ID(str(changed.id))) if isinstance(changed, Value) else changed


async def _edited(known: Value, given: AppointmentInput) -> Value:
    if known.is_deleted:
        raise InvalidValue("The appointment was cancelled.", ("id",), "Create a new one.")
    try:
        return replace(edited(known, given), participants=await _participants(given, known))
    except InvalidValue as error:
        raise error.under("appointment") from None


async def _cancelled(known: Value) -> Value:
    return replace(known, is_deleted=True)


async def _changed(info: Info, id_: str, if_version: int | None, edit: Edit) -> Value | Refusal:
    """The appointment as it is stored after the edit, or why it was not made; raises what ``edit`` raises."""
    viewer = await info.context.viewer()
    services, appointment_id = info.context.services, identity(id_)
    if appointment_id is None:
        return no_appointment()

    async def made(known: Value) -> Value:
        if refusal := _refusal(known, viewer.id, if_version):
            raise _Refused(refusal)
        wanted = await edit(known)
        return known if wanted.is_same_as(known) else wanted

    try:
        done = await store.edit(
            appointment_id, made, services.window(), services.clock(), cause=Cause(user_id=viewer.id)
        )
    except _Refused as refused:
        return refused.answer
    if done is None:
        return no_appointment()
    if done.after != done.before:
        announce(services, done.due, _people(done.before) | _people(done.after))
    return done.after


class _Refused(Exception):
    """Ends the transaction of an edit; ``answer`` is for who asked."""

    def __init__(self, answer: Refusal) -> None:
        super().__init__(answer.message)
        self.answer = answer


def _refusal(known: Value, user_id: UUID, if_version: int | None) -> Refusal | None:
    if user_id not in _people(known):
        return no_appointment()
    if not known.may_edit(user_id):
        return not_entitled()
    if not known.is_deleted and if_version not in {None, known.version}:
        return out_of_date(known.version)
    return None


async def _participants(given: AppointmentInput, appointment: Value) -> tuple[Participant, ...]:
    """Who takes part as asked, with the role and the rights they have already; raises InvalidValue."""
    if given.participant_ids is None:
        return appointment.participants
    asked = [str(i) for i in given.participant_ids.value or ()]
    if len(asked) > _MOST_PARTICIPANTS:
        raise InvalidValue(
            f"At most {_MOST_PARTICIPANTS} users can take part.", ("participantIds",), "Name fewer."
        )
    known = await users.by_platform_id([i for i in asked if is_storable(i)])
    unknown = next((str(index) for index, i in enumerate(asked) if i not in known), None)
    if unknown is not None:
        raise InvalidValue(
            "There is no user of that id here.",
            ("participantIds", unknown),
            "Check the id; users are known here once they have signed in.",
        )
    ids = dict.fromkeys(known[i].id for i in asked if known[i].id != appointment.owner_id)
    present = {p.user_id: p for p in appointment.participants}
    return tuple(present.get(i, Participant(i)) for i in ids)


def _people(appointment: Value) -> set[UUID]:
    return {appointment.owner_id, *(p.user_id for p in appointment.participants)}


async def _shown_anew(made: Value) -> Appointment | NotFound:
    # As its owner sees it: somebody who just left an appointment still gets to see what became of it.
    kept = await pages.appointment(made.owner_id, id=made.id)
    return no_appointment() if kept is None else shown_appointment(kept)


@strawberry.type
class AppointmentsMutation(UpsertsMutation):
    create_appointment: AppointmentResult = strawberry.field(
        resolver=create_appointment, description="The viewer owns what is made."
    )
    update_appointment: AppointmentResult = strawberry.field(
        resolver=update_appointment,
        description="Change what is given. With `ifVersion` nothing is written if somebody changed "
        "it since; without, "
        "the change goes on top. For its owner, and for participants with `mayEdit`; others who take "
        "part get "
        "`NotEntitled`, and who does not gets `NotFound`.",
    )
    delete_appointment: DeleteResult = strawberry.field(
        resolver=delete_appointment,
        description="Cancel it; again is no error. Who may is as for `updateAppointment`.",
    )
