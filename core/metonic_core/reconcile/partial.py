"""Series of which a write reached only a part."""

from dataclasses import replace

from metonic_core.model.content import slot_of
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Mapping
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import as_platform_knows


def partly(mapping: Mapping, event: StoredEvent, terms: Terms) -> Mapping:
    """A copied series that a write reached, and not all of its occurrences.

    Those that are not as they were sent are nobody's edits: the platform's are sent over them once more.
    """
    known = as_platform_knows(event.content, mapping)
    external, local = mapping.external_base or event.content, mapping.local_base or known
    missing = frozenset(g for g in terms.differing(external, event.content) if slot_of(g) is not None)
    return replace(
        mapping,
        external_base=external.take(missing, event.content),
        local_base=local.take(missing, known),
    ).due()
