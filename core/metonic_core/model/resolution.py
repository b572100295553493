"""What was decided about a conflict: by a person, or by the policy of a calendar."""

from dataclasses import dataclass
from enum import StrEnum

from metonic_core.model.content import Group


class ResolutionKind(StrEnum):
    """The ways in which a conflict can be resolved. MERGE picks a side for each group that collides.

    KEEP_BOTH says of look-alikes that they are two.
    """

    KEEP_LOCAL = "keep_local"
    KEEP_EXTERNAL = "keep_external"
    MERGE = "merge"
    MOST_RECENT = "most_recent"
    KEEP_BOTH = "keep_both"


@dataclass(frozen=True, slots=True)
class Resolution:
    """A decision that a run carries out, and what it was about.

    ``asked`` is what was chosen, ``way`` what it comes down to: MOST_RECENT names the side that was newer
    when it was chosen. ``about`` is the fingerprint of the conflict that was shown: it counts for nothing
    else. ``external`` are the groups in which a MERGE takes the event's side.
    """

    asked: ResolutionKind
    way: ResolutionKind
    about: str
    external: frozenset[Group] = frozenset()
    is_automatic: bool = False
