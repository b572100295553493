"""What decisions about the pairs of one link depend on beside the pairs themselves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from metonic_core.model.content import Content, Group, all_groups
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Mapping
from metonic_core.model.marker import Marker, MarkerKey
from metonic_core.selection import Selection
from metonic_core.spi.writes import Unfit

Same = Callable[[Group, Content, Content], bool]
Fit = Callable[[Content], Sequence[Unfit]]


@dataclass(frozen=True, slots=True)
class Terms:
    """``same``, ``fit`` and ``event_id`` are the adapter's. ``new_id`` makes keys, ``now`` is the present.

    ``asked_at`` is when the provider was asked for what is decided about, where that was earlier.
    """

    selection: Selection
    same: Same
    fit: Fit
    event_id: Callable[[UUID], str | None]
    markers: MarkerKey
    new_id: Callable[[], UUID]
    now: datetime
    asked_at: datetime | None = None
    visibility_lag: timedelta = timedelta(0)
    silent_writes: bool = False

    @property
    def link_id(self) -> UUID:
        return self.selection.link_id

    def differing(self, a: Content, b: Content) -> frozenset[Group]:
        """The groups in which the two are not the same for this provider."""
        return frozenset(g for g in all_groups(a, b) if not self.same(g, a, b))

    def marker_on(self, event: StoredEvent) -> Marker | None:
        """Our marker on the event, if it carries one that we signed."""
        return self.markers.read(event.marker) if event.marker else None

    def issued(self, marker: Marker, event: StoredEvent) -> bool:
        """Whether the event has the identity that we gave to the copy of that marker."""
        is_named = event.id == self.event_id(marker.identity)
        return marker.link_id == self.link_id and (
            is_named or str(marker.identity) in {event.uid, event.identity}
        )

    def may_hide(self, mapping: Mapping) -> bool:
        """Whether its event is so young here that the provider may not show it yet, whoever made it."""
        return self._is_recent(mapping.wrote_at) or self._is_recent(mapping.met_at)

    def may_show(self, tombstone: Mapping) -> bool:
        """Whether the provider may still show what we erased."""
        return self._is_recent(tombstone.wrote_at)

    def _is_recent(self, at: datetime | None) -> bool:
        # What is to come further ahead than that was written by a clock that was ahead.
        return at is not None and abs((self.asked_at or self.now) - at) < self.visibility_lag
