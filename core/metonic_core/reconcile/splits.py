"""A series that somebody split: "this and following" leaves a shorter series and makes a new one.

The new one of a copy of ours carries our marker under an identity that we did not issue, and so does a user's
duplicate. It is told apart by what the provider says of it, and by beginning where the first one ends now.
"""

from dataclasses import replace
from datetime import timedelta

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import TIME, Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Mapping, Observed, Origin, WriteKind
from metonic_core.model.repeated import without_repeated
from metonic_core.model.series import occurs_in
from metonic_core.model.when import Window
from metonic_core.reconcile.resting import about
from metonic_core.reconcile.step import Reason, Step, Write
from metonic_core.reconcile.telling import created
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Direction, as_platform_knows, discretion, flow, masked, projected, unmasked

_FAR = timedelta(days=366 * 10)


def is_second_half(event: StoredEvent, first: Appointment, claim: Mapping, terms: Terms) -> bool:
    """Whether the event goes on where the copy of that appointment ends, by an edit that may flow in."""
    now = claim.seen.event.content if isinstance(claim.seen, Observed) else claim.external_base
    return (
        event.is_split
        and claim.origin is Origin.COPY
        and now is not None
        and not _goes_on(now, event.content)
        and event.content.occurs_in(terms.selection.window)
        and terms.selection.excludes(first) is None
        and flow(claim, first, terms.selection, TIME).is_inbound
    )


def _goes_on(first: Content, second: Content) -> bool:
    """Whether the first series has occurrences where the second has begun: then they are two of a kind."""
    begun = second.when.starts_at
    return occurs_in(Window(begun, begun + _FAR), first.when, first.recurrence, ())


def follow(mapping: Mapping, event: StoredEvent, first: Appointment, claim: Mapping, terms: Terms) -> Step:
    """A second appointment like the first, with everybody who takes part; the event becomes its copy.

    What of a copy does not flow in is as in the first. The event is stamped anew, so that a duplicate of it
    is no second half again.
    """
    selection, claim = terms.selection, replace(claim, is_masked=_is_masked(event, claim, terms))
    known = as_platform_knows(without_repeated(event.content, claim.unfinished or ()), claim)
    if claim.is_masked or selection.masks(first):
        known = unmasked(known, first.content)
    taken = [g for g in known.groups() if flow(claim, first, selection, g).is_inbound]
    content = replace(first.content, overrides=()).take(taken, known)
    made = replace(first, id=terms.new_id(), version=1, content=content)
    row = replace(
        mapping,
        appointment_id=made.id,
        origin=Origin.COPY,
        local_base=masked(content) if claim.is_masked else content,
        external_base=event.content,
        etag=event.etag,
        seen=None,
        hold=None,
        wanted=None,
        enters_at=None,
        is_masked=claim.is_masked,
    )
    done = created(Reason.NEW_THERE, content, discretion(selection, first, made))
    return Step(row, made, is_import=True, write=_stamp(row, made, event, terms), operations=(done,))


def _is_masked(event: StoredEvent, claim: Mapping, terms: Terms) -> bool:
    """Whether it says no more than "Busy": it carries the stamp of the copy that it was split from."""
    marker = terms.marker_on(event)
    return claim.is_masked or (marker is not None and marker.is_masked)


def _stamp(row: Mapping, made: Appointment, event: StoredEvent, terms: Terms) -> Write | None:
    if not row.can_write or terms.selection.direction is Direction.PULL:
        return None
    shown = projected(made, Origin.COPY, terms.selection)
    moved = terms.differing(event.content, shown)
    groups = frozenset(g for g in moved if flow(row, made, terms.selection, g).is_outbound)
    write = Write(WriteKind.UPDATE, Reason.ADOPTED, shown, groups, event.etag)
    return about(write, row, made, terms)
