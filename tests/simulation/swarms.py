"""Kinds of histories: each about one trouble, so that what leads there comes together again and again.

Beside them stand the histories about anything. An engine that keeps every rule lives through all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.simulation.acts import BEGINNINGS, KINDS
from tests.simulation.decisions import Kinds
from tests.simulation.faults import Fault
from tests.simulation.values import OCCURRENCES, SHARE_OF_SERIES
from tests.simulation.world import TASTES_IN_SPANS, USUAL, Span

from metonic_core.model.content import LOCATION, NOTES, TIME, TITLE, Group
from metonic_core.testing.conduct import CALDAV, GOOGLE, GRAPH, Conduct, Trouble


@dataclass(frozen=True, slots=True)
class Swarm:
    """What may happen, where, when, and to which groups; where it does not say, chance chooses among all.

    Only histories about anything have events at the edge of their window. ``share_of_series``: how many of
    what people make are series, 0 to 1.
    """

    kinds: Kinds = KINDS
    conducts: Sequence[Conduct] = ()
    groups: frozenset[Group] | None = None
    beginnings: Sequence[Sequence[str]] = field(default=BEGINNINGS)
    spans: Sequence[Span] = (USUAL,)
    share_of_series: float = SHARE_OF_SERIES


def _only(weights: Mapping[str, float]) -> Kinds:
    return tuple((weight, name) for name, weight in weights.items())


ANYTHING = Swarm(spans=TASTES_IN_SPANS)

_HERE = (("new here", "sync"), ("platform: new", "sync"))
_THERE = (("new there", "sync"),)
_EDITS = {"run": 20, "edit here": 10, "edit there": 10}

COLLISIONS = Swarm(
    _only({**_EDITS, "platform: edit": 4, "time": 3}), groups=frozenset({TITLE}), beginnings=_HERE
)
"""Both sides edit the same, while a calendar is being synced."""

CRASHES = Swarm(
    _only({"sync": 3, "run": 14, "crash": 9, Fault.CUT: 6, "edit here": 14, "edit there": 14}),
    groups=frozenset({TITLE, LOCATION, NOTES, TIME}),
    beginnings=(("new here", "new here", "new here", "new here", "sync"),),
)
"""Hardly any run that has something to write comes to its end."""

LOSSES = Swarm(
    _only({"run": 15, "crash": 15, "new there": 10, "edit there": 5}),
    beginnings=(("new there", "new there", "new there", "new there"),),
)
"""Much happens in the calendars, and hardly any run that reads it comes to its end."""

ANSWERS = Swarm(
    _only({"run": 14, "edit here": 10, "edit there": 14, Fault.UNANSWERED: 8, "time": 1}),
    conducts=(GOOGLE, GRAPH),
    groups=frozenset({TITLE}),
    beginnings=(("new here", "new here", "new here", "sync"),),
)
"""Writes land, and nobody is told; people edit on top of them."""

RESTORES = Swarm(
    _only(
        {
            "sync": 15,
            "edit here": 4,
            "edit there": 10,
            "restore there": 15,
            "bring back there": 1,
            "delete there": 1,
        }
    ),
    conducts=(CALDAV, CALDAV),
    groups=frozenset({TITLE}),
    beginnings=(*_HERE, *_THERE),
)
"""People put back what was, and its etag comes back with it."""

LAGS = Swarm(
    _only(
        {
            "run": 25,
            "new here": 5,
            "edit here": 5,
            "delete here": 4,
            "edit there": 3,
            "new there": 3,
            "time": 2,
            Trouble.HIDDEN: 8,
            Trouble.NOISE: 8,
            Trouble.REPLAY: 4,
        }
    ),
    conducts=(GRAPH, GRAPH),
)
"""What was just written does not show, and reports come that say so."""

CHOICES = Swarm(
    _only({"run": 15, "sync": 5, "settings": 20, "edit here": 3, "new there": 3, "new here": 3}),
    beginnings=(("new there", "sync"), ("new here", "new there", "sync")),
)
"""People set their calendars otherwise all the time."""

MASKS = Swarm(
    _only({"run": 15, "sync": 4, "show notes": 8, "edit there": 8, "edit here": 8, "hide here": 2}),
    groups=frozenset({NOTES, TIME}),
    beginnings=_HERE,
)
"""People edit what they are not shown whole, and are shown more and less of it."""

SWITCHES = Swarm(
    _only({"run": 14, "show notes": 14, "edit here": 12}),
    groups=frozenset({TITLE}),
    beginnings=(("new here", "new here", "new here", "sync"),),
)
"""People are shown more and less of what is just being written."""

PARTS = Swarm(
    _only(
        {
            "run": 16,
            "sync": 2,
            "crash": 1,
            Fault.PARTLY: 10,
            "time": 3,
            "edit here": 12,
            "edit there": 8,
            "hide here": 3,
            "show notes": 2,
            "settings": 1,
        }
    ),
    conducts=(GOOGLE, GOOGLE),
    groups=frozenset({TITLE, NOTES, *OCCURRENCES}),
    beginnings=(("new here", "edit here", "edit here", "sync"),),
    share_of_series=1,
)
"""Series are written in part, and edited by everybody before the rest is."""

SWARMS: Mapping[str, Swarm] = {
    "collisions": COLLISIONS,
    "crashes": CRASHES,
    "losses": LOSSES,
    "answers": ANSWERS,
    "restores": RESTORES,
    "lags": LAGS,
    "choices": CHOICES,
    "masks": MASKS,
    "switches": SWITCHES,
    "parts": PARTS,
}
