"""Series of which a write reached only a part.

What is missing is nobody's edit: the series stays unfinished until one write has reached all of it. Until
then occurrences may repeat what their series said before, and that is no word of their own.
"""

from dataclasses import replace

from metonic_core.model.content import GROUPS, TIME, Content, all_groups, slot_of
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Mapping, Observed, Origin, Sent
from metonic_core.model.repeated import without_repeated
from metonic_core.reconcile.terms import Terms


def observed(mapping: Mapping, event: StoredEvent) -> Mapping:
    """The row with that event observed, which tells whether all of it was written."""
    if not event.is_partial:
        return replace(mapping, seen=Observed(event), unfinished=None)
    former = mapping.unfinished or ()
    own = replace(event, content=without_repeated(event.content, former))
    return replace(mapping, seen=Observed(own), unfinished=former)


def arrived(
    mapping: Mapping, sent: Sent, event: StoredEvent, terms: Terms
) -> tuple[Mapping, Sent, StoredEvent]:
    """The row, what of the write has arrived, and the event that shows it, as people have it.

    Of an occurrence that is not as it was sent, nothing has: its bases stay, and it is compared as if it had
    not been sent at all. What was edited there meanwhile is an edit, and everything else is due.
    """
    if not event.is_partial or mapping.origin is not Origin.COPY:
        return mapping, sent, event
    base = mapping.external_base or replace(sent.content, overrides=())
    local = mapping.local_base or replace(sent.of_appointment, overrides=())
    former = dict.fromkeys([*(mapping.unfinished or ()), _of_series(base), _of_series(sent.content)])
    row = replace(mapping, external_base=base, local_base=local, unfinished=tuple(former))
    own = replace(event, content=without_repeated(event.content, former))
    meant = base.take(sent.groups, sent.content)
    occurrences = frozenset(g for g in all_groups(meant, own.content) if slot_of(g) is not None)
    missing = terms.differing(meant, own.content) & occurrences
    return row, replace(sent, groups=sent.groups - missing), own


def _of_series(content: Content) -> Content:
    """What occurrences can repeat of it."""
    return content.only(group for group in GROUPS if group != TIME)
