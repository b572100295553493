"""Saying which side of a conflict stands: for one, for several, for all. The next run does it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

import strawberry

from metonic_core.model.errors import InvalidValue
from metonic_core.model.resolution import Resolution, ResolutionKind
from metonic_core.reconcile.resolving import resolution_of
from metonic_core.reconcile.step import Conflict
from metonic_gateway.graphql.appointments.announcing import announce
from metonic_gateway.graphql.arguments import identity
from metonic_gateway.graphql.calendars.types import ConflictResolution
from metonic_gateway.graphql.conflicts.picks import FieldPick, Picks, asked_picks, numbered
from metonic_gateway.graphql.conflicts.types import SyncConflict, shown_conflict
from metonic_gateway.graphql.connection import LARGEST
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import (
    InvalidInput,
    NotFound,
    OutOfDate,
    UserError,
    conflict_out_of_date,
    conflict_over,
    invalid_input,
    no_conflict,
    unknown_provider,
)
from metonic_gateway.graphql.scalars import ProviderName
from metonic_gateway.store import resolving
from metonic_gateway.store.resolving import AT_ONCE, Choose, Decided, Moved, Refusal, Unknown
from metonic_gateway.store.users import User


@strawberry.input(description="A conflict in the version that was shown.")
class ConflictVersion:
    id: strawberry.ID
    if_version: int


@strawberry.input(one_of=True)
class ConflictTarget:
    conflicts: strawberry.Maybe[list[ConflictVersion]] = strawberry.field(
        description=f"1 to {AT_ONCE}, each once."
    )
    all_of: strawberry.Maybe[ProviderName] = strawberry.field(
        description="All open ones in the viewer's calendar of that provider, as they are by now."
    )
    everything: strawberry.Maybe[bool] = strawberry.field(
        description="True: all open ones in all calendars of the viewer, as they are by now."
    )


@strawberry.type(description="A conflict that stays as it is.")
class ConflictRefused:
    conflict_id: strawberry.ID
    error: UserError


@strawberry.type
class ConflictsResolved:
    resolved_count: int
    resolved: list[SyncConflict] = strawberry.field(description=f"The first {LARGEST} of them.")
    refused_count: int
    refused: list[ConflictRefused] = strawberry.field(description=f"The first {LARGEST} of them.")


ConflictResult = Annotated[
    SyncConflict | InvalidInput | NotFound | OutOfDate, strawberry.union("ConflictResult")
]
ConflictsResult = Annotated[ConflictsResolved | InvalidInput, strawberry.union("ConflictsResult")]


async def resolve_conflict(
    info: Info,
    conflict_id: strawberry.ID,
    resolution: ConflictResolution,
    if_version: int,
    picks: list[FieldPick] | None = None,
) -> ConflictResult:
    viewer = await info.context.viewer()
    try:
        choose = _choose(resolution, asked_picks(picks))
    except InvalidValue as error:
        return invalid_input(error)
    found = identity(conflict_id)
    if found is None:
        return no_conflict()
    now = info.context.services.clock()
    decided = await resolving.decide(viewer.id, {found: if_version}, choose, now)
    _tell(info, viewer, decided)
    if decided.resolved:
        return shown_conflict(decided.resolved[0])
    return _refusal(decided.refused[found])


async def resolve_conflicts(
    info: Info, target: ConflictTarget, resolution: ConflictResolution
) -> ConflictsResult:
    viewer = await info.context.viewer()
    try:
        if resolution is ConflictResolution.MERGE:
            raise InvalidValue(  # noqa: TRY301 - told like every other complaint
                "Which side stands in which field is said of one conflict at a time.",
                ("resolution",),
                "Use `resolveConflict`, or another resolution.",
            )
        choose = _choose(resolution, {})
        if target.conflicts is not None:
            return await _several(info, viewer, target.conflicts.value, choose)
        if target.everything is not None and not target.everything.value:
            raise InvalidValue(  # noqa: TRY301 - likewise
                "`everything` can only be true.", ("target", "everything"), "Name what is meant."
            )
    except InvalidValue as error:
        return invalid_input(error)
    provider = None if target.all_of is None else target.all_of.value
    known = info.context.services.registry.providers
    if provider is not None and provider not in known:
        return replace(unknown_provider(known), path=["target", "allOf"])
    return await _all(info, viewer, provider, choose)


def _choose(resolution: ConflictResolution, picks: Picks) -> Choose:
    def choose(conflict: Conflict) -> Resolution:
        try:
            return resolution_of(conflict, ResolutionKind(resolution.value), picks)
        except InvalidValue as error:
            raise numbered(error, picks) from None

    return choose


async def _several(
    info: Info, viewer: User, named: Sequence[ConflictVersion], choose: Choose
) -> ConflictsResolved:
    """Unusable ids are answered like those that are not there."""
    if not 1 <= len(named) <= AT_ONCE:
        raise InvalidValue(
            f"1 to {AT_ONCE} conflicts can be named, and these are {len(named):,}.",
            ("target", "conflicts"),
            "Name those that are meant, in several requests if need be.",
        )
    versions: dict[UUID, int] = {}
    unknown: list[strawberry.ID] = []
    for index, each in enumerate(named):
        found = identity(each.id)
        if found in versions:
            path = ("target", "conflicts", str(index))
            raise InvalidValue("That conflict is named already.", path, "Name each once.")
        if found is None:
            unknown.append(each.id)
        else:
            versions[found] = each.if_version
    decided = await resolving.decide(viewer.id, versions, choose, info.context.services.clock())
    _tell(info, viewer, decided)
    return _shown(decided, [ConflictRefused(conflict_id=i, error=no_conflict()) for i in unknown])


async def _all(info: Info, viewer: User, provider: str | None, choose: Choose) -> ConflictsResolved:
    """A part at a time, each for itself: what is decided stays so, whatever becomes of the rest."""
    now = info.context.services.clock()
    whole = Decided()
    while part := await resolving.decide_next(viewer.id, provider, whole.reached, choose, now):
        _tell(info, viewer, part)
        whole = whole.and_then(part)
    return _shown(whole, [])


def _tell(info: Info, viewer: User, decided: Decided) -> None:
    if decided.resolved:
        announce(info.context.services, decided.due, [viewer.id], is_news=False)


def _shown(decided: Decided, unknown: Sequence[ConflictRefused]) -> ConflictsResolved:
    refused = [
        ConflictRefused(conflict_id=strawberry.ID(str(i)), error=_refusal(why))
        for i, why in decided.refused.items()
    ]
    return ConflictsResolved(
        resolved_count=len(decided.resolved),
        resolved=[shown_conflict(each) for each in decided.resolved[:LARGEST]],
        refused_count=len(refused) + len(unknown),
        refused=[*unknown, *refused][:LARGEST],
    )


def _refusal(why: Refusal) -> InvalidInput | NotFound | OutOfDate:
    match why:
        case Moved(now=present):
            told = conflict_over if present.is_over else conflict_out_of_date
            return told(present.version, shown_conflict(present))
        case Unknown():
            return no_conflict()
        case InvalidValue():
            return invalid_input(why)


@strawberry.type
class ConflictsMutation:
    resolve_conflict: ConflictResult = strawberry.field(
        resolver=resolve_conflict,
        description="Say which side stands. The next run does it, soon, if both sides still are what was "
        "shown by then; else the conflict is open again in another version. MERGE needs a side for each "
        "field group that collides (`picks`). Until it is done it can be decided otherwise.",
    )
    resolve_conflicts: ConflictsResult = strawberry.field(
        resolver=resolve_conflicts,
        description="The same for several at once, but for MERGE. Those for which it cannot be done are "
        "refused, the others are resolved.",
    )
