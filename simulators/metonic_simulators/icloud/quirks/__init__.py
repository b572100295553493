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
    "unprefixed",
    *("no-end", "uid-elsewhere", "if-match-star", "schedules"),
    *("duplicate-dtstamp", "recurrence-exception", "re-serialised", LAYOUT),
)
"""What is on when a stand-in starts: what iCloud is known to do all the time."""

BEARABLE = (
    *ICLOUD,
    *("principal-without-dsid", "no-sync-collection", "no-ctag"),
    *("bad-token", "silent-reset", "paged", "foreign-member", "limit-loses-the-rest"),
    *("empty-status", "absolute-hrefs", "entry-host-hrefs", "percent-encoded-hrefs", "decoded-hrefs"),
    *("missing-as-propstat", "plain-http-links", "moved-account"),
    *("multiget-capped", "multiget-fails", "slow-multiget", "latency"),
    *("no-etag-on-put", "weak-etag-on-put", "gzip-etags", "if-none-match-ignored"),
)
"""What a good client works with all the time; the others are troubles that pass, or concern one item."""
