"""An event that no appointment is paired with: a copy of ours, or the user's own and to be imported."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from metonic_core.model.appointment import Appointment
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import (
    Absent,
    Hold,
    HoldKind,
    Look,
    Mapping,
    Observation,
    Observed,
    Origin,
    WriteKind,
)
from metonic_core.model.marker import Marker
from metonic_core.reconcile.importing import ABSORBED, imported
from metonic_core.reconcile.landing import adopted
from metonic_core.reconcile.meeting import NOBODY, Meeting, met, parted
from metonic_core.reconcile.splits import follow, is_second_half
from metonic_core.reconcile.step import Act, Operation, Reason, Side, Step, Write
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Direction, withhold


@dataclass(frozen=True, slots=True)
class Lone:
    """A one-sided row, what its marker leads to, and whom it meets that looks like it.

    The marker leads to an appointment, and to the open row that stands for it.
    """

    mapping: Mapping
    appointment: Appointment | None = None
    claim: Mapping | None = None
    meeting: Meeting = NOBODY


def decide_event(lone: Lone, terms: Terms) -> Step:
    """The next step for a row without an appointment."""
    return parted(lone.mapping, _judged(lone, terms), lone.meeting)


def _judged(lone: Lone, terms: Terms) -> Step:
    match lone.mapping.seen:
        case Absent():
            return Step(lone.mapping.closing(Reason.DELETED_THERE))
        case Observed(event=event):
            return _decide_seen(lone, event, terms)
        case None:
            # An erasure that was refused: the event has to be judged as it is now.
            return Step(replace(lone.mapping, seen=Look(), wanted=None))
        case _:
            return Step(replace(lone.mapping, wanted=None))


def _decide_seen(lone: Lone, event: StoredEvent, terms: Terms) -> Step:
    marker, first, claim = terms.marker_on(event), lone.appointment, lone.claim
    if marker and marker.link_id != terms.link_id:
        return _ignored(lone.mapping, event, Reason.COPY_OF_ANOTHER_LINK)
    if marker and terms.issued(marker, event):
        return _own_copy(lone, event, marker, terms)
    if marker and first and claim and is_second_half(event, first, claim, terms):
        return follow(lone.mapping, event, first, claim, terms)
    # What looked like a half of ours when it was read, and is none, is the user's: private is private.
    return _import(lone, replace(event, content=withhold(event.content, None)), terms)


def _ignored(mapping: Mapping, event: StoredEvent, reason: Reason) -> Step:
    hold = Hold(HoldKind.IGNORED, reason)
    return Step(replace(mapping, etag=event.etag, seen=None, hold=hold, wanted=None))


def _own_copy(lone: Lone, event: StoredEvent, marker: Marker, terms: Terms) -> Step:
    """A copy that we made and no row knows of: wanted, it is adopted; else it is an orphan."""
    claim, appointment = lone.claim, lone.appointment
    if claim and claim.intent and claim.external_base is None:
        return Step(lone.mapping)
    linked = Operation(Side.EXTERNAL, Act.LINK, Reason.ADOPTED, before=event.content)
    if appointment is None or terms.selection.excludes(appointment):
        return _orphan(lone.mapping, event, terms)
    if claim is None:
        row = replace(
            lone.mapping, appointment_id=appointment.id, origin=Origin.COPY, generation=marker.generation
        )
        return Step(adopted(row, event, marker).due(), operations=(linked,))
    if claim.external_base is None:
        row = replace(
            claim,
            event_id=event.id,
            uid=event.uid,
            generation=marker.generation,
            seen=Observed(event),
            met_at=lone.mapping.met_at,
            hold=None,
        )
        is_known = any(sent.operation == marker.operation for sent in row.unconfirmed)
        # What a row remembers to have sent is no copy of unknown history: it is asked what it shows of that.
        adopter, done = (row, ()) if is_known else (adopted(row, event, marker), (linked,))
        # The absorbed row is stored first: two open rows never hold the same event.
        return Step(lone.mapping.closing(ABSORBED), operations=done, others=(adopter.due(),))
    return _orphan(lone.mapping, event, terms)


def _orphan(mapping: Mapping, event: StoredEvent, terms: Terms) -> Step:
    if terms.selection.direction is Direction.PULL:
        return _ignored(mapping, event, Reason.PULL_ONLY)
    row = replace(mapping, origin=Origin.COPY, external_base=event.content, etag=event.etag, seen=None)
    return Step(row, write=Write(WriteKind.DELETE, Reason.ORPHAN, etag=event.etag))


def _import(lone: Lone, event: StoredEvent, terms: Terms) -> Step:
    """The user's own event becomes an appointment of theirs, if any of it lies in the window."""
    mapping, content = lone.mapping, event.content
    if terms.selection.direction is Direction.PUSH:
        return _ignored(mapping, event, Reason.PUSH_ONLY)
    if not content.occurs_in(terms.selection.window):
        is_ahead = content.when.starts_at >= terms.selection.window.end
        step = _ignored(mapping, event, Reason.OUTSIDE_WINDOW)
        hold = Hold(HoldKind.OUTSIDE, Reason.OUTSIDE_WINDOW)
        return Step(replace(step.mapping, hold=hold, enters_at=content.when.starts_at if is_ahead else None))
    return met(mapping, lone.meeting, terms) or imported(mapping, event, terms)


def renames(kin: Iterable[Mapping]) -> Iterator[tuple[Mapping, Mapping]]:
    """Events met under another id in the round in which their pair's event went, by UID.

    Yields the absorbed row, then the pair with its event's new id, in the order in which they are stored.
    """
    by_uid: dict[str | None, list[Mapping]] = defaultdict(list)
    for row in kin:
        by_uid[row.uid].append(row)
    for rows in by_uid.values():
        gone = [r for r in rows if isinstance(r.seen, Absent) and r.appointment_id is not None]
        new = [r for r in rows if isinstance(r.seen, Observed) and r.appointment_id is None]
        for pair, sighting in zip(gone, new, strict=False):
            moved = replace(
                pair,
                event_id=sighting.event_id,
                seen=_as_known(pair, sighting.seen),
                met_at=sighting.met_at,
                revision=sighting.revision,
                can_write=sighting.can_write,
                can_write_time=sighting.can_write_time,
            )
            yield sighting.closing(ABSORBED), moved.due()


def _as_known(pair: Mapping, seen: Observation | None) -> Observation | None:
    """What was read apart from its pair: a private event keeps what the pair already knew of it."""
    if pair.origin is Origin.COPY or not isinstance(seen, Observed):
        return seen
    content = withhold(seen.event.content, pair.external_base)
    return Observed(replace(seen.event, content=content))


def revived(
    tombstone: Mapping, appointment: Appointment | None, event: StoredEvent, terms: Terms
) -> Mapping | None:
    """A tombstone as an open row again, if its appointment lives and still belongs here; else None.

    The caller knows that no other open row holds the appointment.
    """
    if appointment is None or terms.selection.excludes(appointment):
        return None
    return replace(tombstone, closed=None, seen=Observed(event)).due()
