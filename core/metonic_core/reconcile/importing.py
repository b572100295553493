"""A user's own event as an appointment of theirs."""

from dataclasses import replace
from uuid import UUID

from metonic_core.model.appointment import ALL_ELSE, EXTERNAL_TYPE, Appointment
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Mapping, Origin
from metonic_core.reconcile.step import Act, Operation, Reason, Side, Step
from metonic_core.reconcile.terms import Terms

ABSORBED = "absorbed"
"""Why a row was closed whose half another row holds since."""

_NOBODYS = UUID(int=0)


def imported(mapping: Mapping, event: StoredEvent, terms: Terms) -> Step:
    """The event as an appointment of its user's, and nobody else's."""
    content, made = event.content, replace(as_appointment(event, terms), id=terms.new_id())
    row = replace(
        mapping,
        appointment_id=made.id,
        origin=Origin.OWN,
        local_base=content,
        external_base=content,
        etag=event.etag,
        seen=None,
        hold=None,
        wanted=None,
        enters_at=None,
        alike_id=None,
        resolution=None,
    )
    done = Operation(Side.LOCAL, Act.CREATE, Reason.NEW_THERE, content.groups(), after=content)
    return Step(row, made, is_import=True, operations=(done,))


def as_appointment(event: StoredEvent, terms: Terms) -> Appointment:
    """What would be made of the event, without an id yet."""
    return Appointment(
        id=_NOBODYS,
        version=1,
        owner_id=terms.selection.user_id,
        type=EXTERNAL_TYPE,
        content=event.content,
        imported_from=terms.link_id,
        edited_at={ALL_ELSE: event.modified_at},
    )
