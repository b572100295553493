"""What a late write of ours may have replaced before anybody looked."""

from metonic_core.model.content import Group
from metonic_core.model.mapping import Mapping, Observed
from metonic_core.reconcile.step import Act, Operation, Reason, Side
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import as_platform_knows


def overtaken(mapping: Mapping, terms: Terms) -> tuple[Operation, ...]:
    """What stood in the event, was never agreed, and is not there any more.

    Problem: a write that is not confirmed may have landed over it and been replaced in its turn before
    anybody looked. Solution: the journal keeps it before the base moves on.
    """
    base, agreed = mapping.external_base, mapping.local_base
    if base is None or not mapping.unconfirmed or not isinstance(mapping.seen, Observed):
        return ()
    known = as_platform_knows(base, mapping)
    gone = terms.differing(base, mapping.seen.event.content) & _sent_groups(mapping)
    lost = frozenset(g for g in gone if agreed is None or not terms.same(g, agreed, known))
    if not lost:
        return ()
    return (Operation(Side.EXTERNAL, Act.UPDATE, Reason.OVERWRITTEN_UNSEEN, lost, base),)


def _sent_groups(mapping: Mapping) -> frozenset[Group]:
    return frozenset().union(*(sent.groups for sent in mapping.unconfirmed))
