"""How appointments come in from the platform: many at once, and each row has an outcome of its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry

from metonic_core.model import content
from metonic_core.model.content import Content, Group, slot_of
from metonic_core.model.errors import InvalidValue
from metonic_core.reconcile import platform
from metonic_gateway.graphql.appointments.announcing import announce
from metonic_gateway.graphql.appointments.platform import PlatformAppointmentInput, judged
from metonic_gateway.graphql.arguments import identity
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import ErrorCode, InvalidInput, OutOfDate, UserError, invalid_input
from metonic_gateway.graphql.scalars import is_storable, maybe_platform_version
from metonic_gateway.store import pages, upserts
from metonic_gateway.store.upserts import PlatformAppointment, Refusal, Stale, Upserted, UpsertStatus

Judged = PlatformAppointment | InvalidValue
_MOST_ROWS = 500

strawberry.enum(
    UpsertStatus,
    description="UNCHANGED: the state says nothing new, or its version is known already. REFUSED: `error` "
    "says why, and nothing of the row was done, but that users it names may have been made known.",
)


@strawberry.enum(
    description="A part of a state that is compared and taken as one. TIME: start, end, zone, all-day and "
    "recurrence. OCCURRENCE: an occurrence of a series."
)
class StateGroup(Enum):
    TYPE = platform.TYPE
    TITLE = content.TITLE
    TIME = content.TIME
    LOCATION = content.LOCATION
    NOTES = content.NOTES
    OCCURRENCE = "occurrence"
    PRIVATE = platform.PRIVATE
    BUSY = platform.BUSY
    OWNER = platform.OWNER
    PARTICIPANTS = platform.PARTICIPANTS


@strawberry.type(description="What became of one row.")
class UpsertOutcome:
    platform_id: str = strawberry.field(description="As the row says it; empty where it says none.")
    appointment_id: strawberry.ID | None
    version: int | None = strawberry.field(description="The appointment's version now.")
    status: UpsertStatus
    overwrote: list[StateGroup] = strawberry.field(
        description="What somebody else had changed to something else, not seen by the platform: it now says "
        "what the platform says, and what stood there is in `appointmentChanges`."
    )
    kept: list[StateGroup] = strawberry.field(
        description="What the state only repeats from `appointmentChanges`, while somebody changed it again "
        "since: that stays, and the feed tells it anew. `seenVersion` says that it is meant."
    )
    error: UserError | None


@strawberry.type
class UpsertReport:
    outcomes: list[UpsertOutcome] = strawberry.field(description="One for each row, in their order.")


UpsertResult = Annotated[UpsertReport | InvalidInput, strawberry.union("UpsertResult")]


async def upsert_appointments(info: Info, appointments: list[PlatformAppointmentInput]) -> UpsertResult:
    info.context.backend()
    if not 1 <= len(appointments) <= _MOST_ROWS:
        number = InvalidValue(
            f"These are {len(appointments):,} appointments; 1 to {_MOST_ROWS} can be sent at once.",
            ("appointments",),
            "Send them a few at a time.",
        )
        return invalid_input(number)
    services = info.context.services
    rows = await _all_judged(appointments)
    good = [row for row in rows if isinstance(row, PlatformAppointment)]
    report = await upserts.upsert(good, services.window(), services.clock())
    announce(services, report.due, report.people, is_news=report.has_changed)
    return UpsertReport(outcomes=list(_outcomes(appointments, rows, iter(report.outcomes))))


async def _all_judged(given: Sequence[PlatformAppointmentInput]) -> Sequence[Judged]:
    """Each row in its turn. A bad one gets another chance: what is odd in it may be there already."""
    rows = [_judged(each, None) for each in given]
    bad = [each for each, row in zip(given, rows, strict=True) if isinstance(row, InvalidValue)]
    known = await _known(bad)
    return [
        _judged(each, known.get(each.platform_id or "") or known.get(each.appointment_id or ""))
        if isinstance(row, InvalidValue)
        else row
        for each, row in zip(given, rows, strict=True)
    ]


def _judged(given: PlatformAppointmentInput, known: Content | None) -> Judged:
    try:
        return judged(given, known)
    except InvalidValue as error:
        return error


async def _known(given: Sequence[PlatformAppointmentInput]) -> Mapping[str, Content]:
    """What the appointments say that these rows name, by either name."""
    named = {name for each in given if (name := each.platform_id) and is_storable(name)}
    ids = {text: i for each in given if (text := each.appointment_id) and (i := identity(text))}
    found = await pages.contents(named, list(ids.values())) if given else {}
    keys: dict[str, str | UUID] = {name: name for name in named} | ids
    return {name: found[key] for name, key in keys.items() if key in found}


def _outcomes(
    given: Sequence[PlatformAppointmentInput],
    rows: Sequence[Judged],
    done: Iterator[Upserted],
) -> Iterator[UpsertOutcome]:
    """``done`` has the outcomes of the good rows, in their order."""
    for index, (each, row) in enumerate(zip(given, rows, strict=True)):
        if isinstance(row, InvalidValue):
            refused = Upserted(each.platform_id or "", None, None, UpsertStatus.REFUSED, refusal=row)
            yield _shown(refused, index)
        else:
            yield _shown(next(done), index)


def _shown(done: Upserted, index: int) -> UpsertOutcome:
    about = done.appointment_id
    return UpsertOutcome(
        platform_id=done.platform_id,
        appointment_id=None if about is None else strawberry.ID(str(about)),
        version=done.version,
        status=done.status,
        overwrote=_groups(done.overwrote),
        kept=_groups(done.kept),
        error=None if done.refusal is None else _error(done.refusal, index),
    )


def _groups(groups: Iterable[Group]) -> list[StateGroup]:
    named = set(map(_group, groups))
    return [group for group in StateGroup if group in named]


def _group(group: Group) -> StateGroup:
    return StateGroup.OCCURRENCE if slot_of(group) is not None else StateGroup(group)


def _error(refusal: Refusal, index: int) -> UserError:
    if isinstance(refusal, InvalidValue):
        return invalid_input(refusal, "appointments", str(index))
    return _stale(refusal)


def _stale(stale: Stale) -> OutOfDate:
    if stale.platform_version is None:
        message = "The appointment has changed since the platform saw it."
    else:
        message = f"A later state of it is known already: version {stale.platform_version} of the platform."
    return OutOfDate(
        code=ErrorCode.OUT_OF_DATE,
        message=message,
        next_step="Read the appointment, and send the present state.",
        current_version=stale.version,
        current_platform_version=maybe_platform_version(stale.platform_version),
    )


@strawberry.type
class UpsertsMutation:
    upsert_appointments: UpsertResult = strawberry.field(
        resolver=upsert_appointments,
        description=f"For the platform's backend: 1 to {_MOST_ROWS} states of appointments, each taken for "
        "what the platform changed in it since the last one it sent; what calendars and users changed "
        "meanwhile stays. A bad row refuses only itself, and sending the same again does no harm. "
        "What GraphQL itself cannot read, such as a number in place of a text, fails the whole request with "
        "the code BAD_REQUEST.",
    )
