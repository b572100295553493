"""What a user picks where both sides collide: a side, by field group."""

from collections.abc import Mapping, Sequence

import strawberry

from metonic_core.model.content import Group, occurrence_group
from metonic_core.model.errors import InvalidValue
from metonic_core.reconcile import step
from metonic_gateway.graphql.differences import FieldGroup
from metonic_gateway.graphql.journal import Side
from metonic_gateway.graphql.scalars import Slot
from metonic_gateway.graphql.times import each, slot_asked


@strawberry.input(description="The side that stands in one field group that collides.")
class FieldPick:
    group: FieldGroup
    occurrence: Slot | None = strawberry.field(
        default=None, description="Which occurrence, where the group is OCCURRENCE, as `fields` say it."
    )
    side: Side


Picks = Mapping[Group, step.Side]


def asked_picks(given: Sequence[FieldPick] | None) -> Picks:
    """The side by field group; raises InvalidValue."""
    groups = each(given or (), "picks", _group)
    for index, group in enumerate(groups):
        if group in groups[:index]:
            path = ("picks", str(index))
            raise InvalidValue("A side was picked for that already.", path, "Pick one side for each group.")
    sides = [step.Side(pick.side.value) for pick in given or ()]
    return dict(zip(groups, sides, strict=True))


def _group(pick: FieldPick) -> Group:
    if pick.group is not FieldGroup.OCCURRENCE:
        if pick.occurrence is not None:
            raise InvalidValue(
                "Only the group OCCURRENCE is about one.", ("occurrence",), "Leave it out, or use OCCURRENCE."
            )
        return str(pick.group.value)
    if pick.occurrence is None:
        raise InvalidValue("Which occurrence is meant?", ("occurrence",), "Name the one that collides.")
    return occurrence_group(slot_asked(pick.occurrence, "occurrence"))


def numbered(error: InvalidValue, picks: Picks) -> InvalidValue:
    """The complaint about a pick with its number in place of its group."""
    path = [str(list(picks).index(part)) if part in picks else part for part in error.path]
    return InvalidValue(error.message, tuple(path), error.next_step)
