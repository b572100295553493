"""Every quirk there is, in one table: a later one is nearer to the calendar server.

Each is switched on until it is switched off again, or armed for the next requests that match.
"""

from types import MappingProxyType

from metonic_simulators.icloud.quirks import (
    bodies,
    changes,
    layout,
    listing,
    multiget,
    scheduling,
    strictness,
    troubles,
    writing,
)
from metonic_simulators.icloud.world import LAYOUT

# Spelling of hrefs comes before what compares them; the layout is last.
_IN_ORDER = (
    *troubles.QUIRKS,
    *strictness.QUIRKS,
    *listing.QUIRKS,
    *changes.QUIRKS,
    *multiget.QUIRKS,
    *writing.QUIRKS,
    *scheduling.QUIRKS,
    *bodies.QUIRKS,
    *layout.QUIRKS,
)
QUIRKS = MappingProxyType({quirk.name: quirk for quirk in _IN_ORDER})

ICLOUD = (
    *("strict-queries", "allprop-untyped", "collection-listed", "limit-ignored", "empty-propstat"),
    *("no-end", "uid-elsewhere", "if-match-star", "schedules"),
    *("duplicate-dtstamp", "recurrence-exception", "re-serialised", LAYOUT),
)
"""What is on when a stand-in starts: what iCloud is known to do all the time."""
