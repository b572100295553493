"""What would become of appointments in conflict: decided by the code of the run, on what stands now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Group
from metonic_core.model.errors import InvalidValue
from metonic_core.model.resolution import ResolutionKind
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.pairing import paired_content
from metonic_core.reconcile.resolving import resolution_of
from metonic_core.reconcile.step import ConflictType, Side
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import discretion
from metonic_core.spi.errors import ProviderError
from metonic_core.sync import terms_of
from metonic_gateway.accounts.connecting import NotConnected, adapter_for, provider_of
from metonic_gateway.services import Services
from metonic_gateway.store import calendars
from metonic_gateway.store.appointments import load
from metonic_gateway.store.conflicts import Shown
from metonic_gateway.store.standing import Standing, standing


class Unforeseeable(Exception):
    """The item is in no conflict just now, or nobody can tell: its event has to be read first."""


Foreseen = Appointment | InvalidValue | Unforeseeable


@dataclass(frozen=True, slots=True)
class Supposed:
    """A conflict, and a resolution of it that nobody has decided yet."""

    shown: Shown
    asked: ResolutionKind
    picks: Mapping[Group, Side]


async def foreseen(services: Services, supposed: Sequence[Supposed]) -> Sequence[Foreseen]:
    """The appointment as each would leave it, told as in conflicts; cancelled, if it would be gone."""
    pairs = await standing({each.shown.mapping_id for each in supposed}, services.window())
    terms: dict[UUID, Terms | None] = {}
    made: list[Foreseen] = []
    alike = await load({each.shown.appointment_id for each in supposed if _is_alike(each)})
    for each in supposed:
        if _is_alike(each):
            made.append(_paired(each, alike.get(each.shown.appointment_id)))
            continue
        calendar = each.shown.calendar_id
        pair = pairs.get(each.shown.mapping_id)
        if pair is not None and calendar not in terms:
            terms[calendar] = await _terms(services, calendar, pair)
        made.append(_outcome(each, pair, terms.get(calendar)))
    return made


def _is_alike(supposed: Supposed) -> bool:
    return supposed.shown.conflict.type is ConflictType.CREATED_EXTERNALLY


def _paired(supposed: Supposed, appointment: Appointment | None) -> Foreseen:
    """Look-alikes are no pair yet: what was shown of both is all that decides."""
    conflict = supposed.shown.conflict
    if appointment is None or supposed.shown.closed_at is not None:
        return Unforeseeable()
    try:
        resolution = resolution_of(conflict, supposed.asked, supposed.picks)
    except InvalidValue as error:
        return error
    content = paired_content(conflict, resolution)
    return Unforeseeable() if content is None else replace(appointment, content=content)


async def _terms(services: Services, calendar_id: UUID, pair: Standing) -> Terms | None:
    """The terms of a run that began now, of which no policy decides; None where none could begin."""
    calendar = await calendars.load(calendar_id)
    if calendar is None or calendar.calendar_id is None:
        return None
    try:
        adapter, capabilities = adapter_for(services, calendar), provider_of(services, calendar).capabilities
    except (ProviderError, NotConnected):
        return None
    selection = replace(pair.selection, conflict_policy=None)
    markers, now = services.vault.marker_key(), services.clock()
    return terms_of(selection, adapter, calendar.calendar_id, capabilities, markers, uuid4, now)


def _outcome(supposed: Supposed, pair: Standing | None, terms: Terms | None) -> Foreseen:
    if pair is None or terms is None:
        return Unforeseeable()
    undecided = replace(pair.mapping, resolution=None)
    conflict = decide(undecided, pair.appointment, terms).conflict
    if conflict is None:
        return Unforeseeable()
    try:
        resolution = resolution_of(conflict, supposed.asked, supposed.picks)
    except InvalidValue as error:
        return error
    step = decide(replace(undecided, resolution=resolution), pair.appointment, terms)
    made = step.appointment or pair.appointment
    discreet = discretion(pair.selection, pair.appointment, made)
    return replace(made, content=discreet(made.content))
