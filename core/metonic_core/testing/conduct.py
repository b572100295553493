"""How calendar services behave, as far as the engine can tell: three conducts, and what may trouble each.

GOOGLE reports full states with growing revisions, but of a series only that something of it changed; takes
ids of our choosing and never twice, says firmly what was deleted, also to who reads it, shows what was just
written after some seconds at the latest, and says so when it has forgotten where a reader was. GRAPH gives
ids of its own and knows a create again by its transaction id, only names in its feed what was created so,
and that something of a series changed, shows no revisions, nor what lies outside the window, only stops
showing what was deleted, and may not show for a while what was just written. CALDAV reports hints, makes
its etags of the content, and forgets in silence.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from metonic_core.spi.provider import Capabilities


class Trouble(StrEnum):
    """What a calendar can do to its reader.

    EXPIRED: the cursor is no longer known. RESET: everything is reported as if it were new, and deletions are
    forgotten. REPLAY: an old report comes again. NOISE: an event that is there is reported as not shown any
    more. HIDDEN: what was just made is not shown yet, what was just deleted still is.
    """

    EXPIRED = "expired"
    RESET = "reset"
    REPLAY = "replay"
    NOISE = "noise"
    HIDDEN = "hidden"


class OfSeries(StrEnum):
    """What the feed says of a series that changed.

    TOLD: all, as of every event. NAMED: which version it has, to be read whole. HINTED: that it changed, as
    only its parts have versions there; it has no revision either. GATHERED: the same, but where all is listed
    its parts make it whole.
    """

    TOLD = "told"
    NAMED = "named"
    HINTED = "hinted"
    GATHERED = "gathered"

    @property
    def is_of_parts(self) -> bool:
        """Whether occurrences that differ are resources of their own, each with its version."""
        return self in {OfSeries.HINTED, OfSeries.GATHERED}


@dataclass(frozen=True, slots=True)
class Conduct:
    """``reports_states``: full states in the feed instead of hints; ``shows_markers``: with their markers.

    ``names_copies``: of what was created with an identity it has only the name. ``gives_ids``: ids are
    the service's own, and a create is known again by its identity. ``troubles``: what may happen to a
    reader. ``tidies_later``: what was written gets the service's own form some time later, with a new
    etag, instead of at once. ``keeps_tombstones``: who reads what was deleted is told that it was, and
    when, instead of finding nothing. ``is_windowed``: the feed is about the window that it was begun
    with, and what is moved out of that is not shown any more. ``visibility_lag`` and ``is_silent`` are as
    in the capabilities: where writes are not silent, each write to an event with guests sends a mail.
    What did not show yet when all was read is told as a change once it does. ``renews_cursors``: each answer
    has a cursor of its own, also where nothing changed.
    """

    reports_states: bool
    has_revisions: bool
    shows_markers: bool
    gives_ids: bool
    removes_firmly: bool
    hashes_etags: bool
    tidies_later: bool
    is_silent: bool
    troubles: frozenset[Trouble]
    visibility_lag: timedelta = timedelta(0)
    page_size: int = 3
    names_copies: bool = False
    is_windowed: bool = False
    keeps_tombstones: bool = False
    of_series: OfSeries = OfSeries.TOLD
    renews_cursors: bool = False

    @property
    def capabilities(self) -> Capabilities:
        """What such a service would declare; batches are small, so that there are many of them."""
        return Capabilities(
            batch_size=3,
            silent_writes=self.is_silent,
            visibility_lag=self.visibility_lag,
            settle_after=timedelta(seconds=30),
            forgets_silently=Trouble.RESET in self.troubles,
        )


GOOGLE = Conduct(
    reports_states=True,
    has_revisions=True,
    shows_markers=True,
    gives_ids=False,
    removes_firmly=True,
    hashes_etags=False,
    tidies_later=True,
    is_silent=True,
    troubles=frozenset({Trouble.EXPIRED, Trouble.REPLAY, Trouble.HIDDEN}),
    visibility_lag=timedelta(seconds=10),
    keeps_tombstones=True,
    of_series=OfSeries.GATHERED,
    renews_cursors=True,
)

GRAPH = Conduct(
    reports_states=True,
    has_revisions=False,
    shows_markers=False,
    gives_ids=True,
    removes_firmly=False,
    hashes_etags=False,
    tidies_later=True,
    is_silent=False,
    troubles=frozenset({Trouble.EXPIRED, Trouble.REPLAY, Trouble.NOISE, Trouble.HIDDEN}),
    visibility_lag=timedelta(seconds=20),
    names_copies=True,
    is_windowed=True,
    of_series=OfSeries.HINTED,
    renews_cursors=True,
)

CALDAV = Conduct(
    reports_states=False,
    has_revisions=False,
    shows_markers=False,
    gives_ids=False,
    removes_firmly=True,
    hashes_etags=True,
    tidies_later=False,
    is_silent=False,
    troubles=frozenset({Trouble.RESET}),
)
