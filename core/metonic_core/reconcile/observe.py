"""Taking in what a provider reported or showed. An old version is no news; a hint is only a hint."""

from dataclasses import replace

from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Absent, Hold, HoldKind, Illegible, Look, Mapping, Observed, Origin
from metonic_core.reconcile.partial import observed
from metonic_core.reconcile.restraint import is_given_up
from metonic_core.reconcile.step import Reason
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import withhold
from metonic_core.spi.changes import Change, Foreign, Gone, Reading, Seen, Touched, Unreadable

_ABOUT_WHAT_STOOD_THERE = frozenset({HoldKind.GUARDED, HoldKind.OUTSIDE, HoldKind.IGNORED})
"""Holds that end when nobody knows any more what stands there."""


def changed_id(change: Change) -> str:
    """The id of the event that a change is about."""
    return change.event.id if isinstance(change, Seen) else change.id


def record(
    mapping: Mapping | None, change: Change, terms: Terms, *, has_markers: bool = True
) -> Mapping | None:
    """The row after a report about its event; None where the report is no news.

    Without a row a one-sided one is made, unless the report is a removal.
    """
    if mapping is None:
        if isinstance(change, Gone):
            return None
        row = stranger(changed_id(change), terms)
        return _reported(row, change, terms, must_read=isinstance(change, Seen) and not has_markers)
    if mapping.closed:
        return _report_on_tombstone(mapping, change, terms)
    if _is_old(mapping, change):
        return None
    # Without a revision nobody can tell an old version from a new one, except by reading the event.
    is_undated = isinstance(change, Seen) and change.event.revision is None
    is_unmarked = isinstance(change, Seen) and mapping.appointment_id is None and not has_markers
    return _reported(mapping, change, terms, must_read=is_undated or is_unmarked)


def stranger(event_id: str, terms: Terms) -> Mapping:
    """The row of an event that no row knows: the user's own, until it says otherwise."""
    return Mapping(terms.new_id(), terms.link_id, event_id=event_id, origin=Origin.OWN, met_at=terms.now)


def _reported(mapping: Mapping, change: Change, terms: Terms, *, must_read: bool) -> Mapping:
    match change:
        case Gone(is_firm=True):
            return _absent(mapping, change)
        case Gone() | Touched():
            return replace(mapping, seen=Look(_etag(change)))
        case _:
            return replace(mapping, seen=Look(_etag(change))) if must_read else take(mapping, change, terms)


def _report_on_tombstone(mapping: Mapping, change: Change, terms: Terms) -> Mapping | None:
    """Alive again, or a replay: it is looked at, and may not show at once, as what is new.

    What was erased proves nothing by its etag or its revision. Where it did not show yet when we erased it,
    the provider said that it was gone already, and it stands there.
    """
    if isinstance(change, Gone) or _is_old_revision(mapping, change, may_be_same=True):
        return None
    return replace(mapping, seen=Look(_etag(change)), met_at=terms.now)


def _etag(change: Change) -> str | None:
    match change:
        case Seen(event=event):
            return event.etag
        case Gone():
            return None
        case Touched() | Unreadable() | Foreign():
            return change.etag


def _is_old_revision(mapping: Mapping, change: Change, *, may_be_same: bool = False) -> bool:
    revision = change.event.revision if isinstance(change, Seen) else getattr(change, "revision", None)
    if revision is None or mapping.revision is None:
        return False
    return revision < mapping.revision or (revision == mapping.revision and not may_be_same)


def _is_old(mapping: Mapping, change: Change) -> bool:
    """Only the agreed etag is skipped, and older revisions; older etags come back when text is restored."""
    if _is_old_revision(mapping, change):
        return True
    if isinstance(change, Gone):
        return isinstance(mapping.seen, Absent) or _is_held(mapping, HoldKind.DETACHED)
    match mapping.seen:
        case None:
            return _etag(change) == mapping.etag
        case Observed(event=event):
            return _etag(change) == event.etag
        case Illegible(etag=etag):
            return _etag(change) == etag
        case _:
            return False


def _is_held(mapping: Mapping, kind: HoldKind) -> bool:
    return mapping.hold is not None and mapping.hold.kind is kind


def take(mapping: Mapping, reading: Reading, terms: Terms) -> Mapping:
    """The row after its event was read: what it holds, that it is gone, or that it cannot be understood."""
    match reading:
        case Seen(event=event):
            return _take_event(mapping, event, terms)
        case Gone():
            may_be_there = terms.may_hide(mapping) and not is_later_deletion(mapping, reading)
            return mapping if may_be_there else _absent(mapping, reading)
        case Unreadable(etag=etag, reason=reason, is_passing=is_passing):
            quarantine = Hold(HoldKind.QUARANTINE, reason)
            is_past = mapping.hold is not None and mapping.hold.kind in _ABOUT_WHAT_STOOD_THERE
            hold = quarantine if is_past else mapping.hold or quarantine
            seen = Look() if is_passing else Illegible(etag)
            # What was left alone may be wanted again by now, and is no longer left alone then.
            wanted = mapping.wanted if _is_held(mapping, HoldKind.UNLINKED) else None
            return replace(mapping, seen=seen, hold=hold, wanted=wanted)
        case Foreign(etag=etag):
            hold = Hold(HoldKind.IGNORED, Reason.NO_EVENT)
            return replace(mapping, seen=None, etag=etag, hold=hold, wanted=None)


def is_set_aside(mapping: Mapping) -> bool:
    """Whether it could not be read, or not be written."""
    return _is_held(mapping, HoldKind.QUARANTINE)


def is_later_deletion(mapping: Mapping, gone: Gone) -> bool:
    """Whether it is stated that the event was deleted after all that is known of it.

    That is a version of the event and no absence, so nothing has to become visible first. Without revisions
    it may be an older one, of before the event was restored.
    """
    if not gone.is_firm or gone.revision is None or mapping.revision is None:
        return False
    return gone.revision > mapping.revision


def _absent(mapping: Mapping, gone: Gone) -> Mapping:
    known = [revision for revision in (mapping.revision, gone.revision) if revision is not None]
    # Writes that the provider did not take are counted on: gone may be what was never made.
    hold = None if is_set_aside(mapping) else mapping.hold
    return replace(mapping, seen=Absent(), hold=hold, revision=max(known, default=None)).due()


def _take_event(mapping: Mapping, event: StoredEvent, terms: Terms) -> Mapping:
    if is_given_up(mapping) and event.etag == mapping.etag and _is_no_news(mapping, event, terms):
        # What was written in part, or in vain, is told of as a change, and promises no more of the rest.
        return replace(mapping, seen=None)
    if is_set_aside(mapping):
        mapping = replace(mapping, hold=None, attempts=0)
    if mapping.origin is Origin.OWN and not _is_of_ours(event, terms):
        event = replace(event, content=withhold(event.content, mapping.external_base))
    return replace(
        observed(mapping, event),
        uid=event.uid,
        revision=event.revision if event.revision is not None else mapping.revision,
        can_write=event.can_write and (terms.silent_writes or not event.has_guests),
        can_write_time=event.can_write_time,
    ).due()


def _is_no_news(mapping: Mapping, event: StoredEvent, terms: Terms) -> bool:
    """Whether the event says what is known of it, or as much of the last write as reached it."""
    base = mapping.external_base
    return mapping.is_unfinished or (base is not None and not terms.differing(base, event.content))


def is_echo(tombstone: Mapping, etag: str | None, terms: Terms) -> bool:
    """Whether the event may only seem to be there, because our erasure is still invisible."""
    return etag == tombstone.etag and terms.may_show(tombstone)


def _is_of_ours(event: StoredEvent, terms: Terms) -> bool:
    """Whether what a private event says came from here: a copy, or the second half of one that was split."""
    marker = terms.marker_on(event)
    is_half = event.is_split and marker is not None and marker.link_id == terms.link_id
    return is_half or (marker is not None and terms.issued(marker, event))


def settled_tombstone(mapping: Mapping) -> Mapping:
    """A tombstone whose event was read: nothing further is to be looked at."""
    return replace(mapping, seen=None)


def new_sighting(event: StoredEvent, terms: Terms) -> Mapping:
    """A one-sided row for an event met where only a tombstone was."""
    return _take_event(stranger(event.id, terms), event, terms)
