"""Lines of the journal about an appointment: the calendar's user reads no more in them than it shows.

What an undo has to compare or give back is kept beside it.
"""

from metonic_core.model.content import Content, Group
from metonic_core.reconcile.step import Act, Operation, Reason, Said, Side
from metonic_core.selection import Discretion


def created(reason: Reason, content: Content, discreet: Discretion) -> Operation:
    told = discreet(content)
    said = None if told == content else Said(None, content)
    return Operation(Side.LOCAL, Act.CREATE, reason, told.groups(), after=told, said=said)


def updated(
    reason: Reason, groups: frozenset[Group], before: Content, after: Content, discreet: Discretion
) -> Operation:
    """``groups`` are those that were changed."""
    said = Said(before.only(groups), after.only(groups))
    told_before, told_after = discreet(before), discreet(after).only(groups)
    is_all = told_before == before and told_after == said.after
    return Operation(
        Side.LOCAL, Act.UPDATE, reason, groups, told_before, told_after, None if is_all else said
    )


def deleted(reason: Reason, content: Content, discreet: Discretion) -> Operation:
    return Operation(Side.LOCAL, Act.DELETE, reason, before=discreet(content))
