"""Which of our writes happened: told by the stamp on a copy, by comparing on a user's own event.

A write whose outcome is unknown keeps its intent; the event is read again and asked. The answer to a
write is an observation like any other and goes through the same questions.
"""

from dataclasses import replace

from metonic_core.model.content import Content, Group, all_groups
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import (
    Hold,
    HoldKind,
    Intent,
    Look,
    Mapping,
    Observed,
    Origin,
    Sent,
    WriteKind,
)
from metonic_core.model.marker import Marker
from metonic_core.reconcile.observe import take
from metonic_core.reconcile.overtaking import overtaken
from metonic_core.reconcile.partial import arrived
from metonic_core.reconcile.restraint import is_given_up, refusal, written_lately
from metonic_core.reconcile.step import Act, Operation, Reason, Said, Side
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import as_platform_knows, masked
from metonic_core.spi.changes import Gone, Reading, Seen, Unreadable
from metonic_core.spi.errors import (
    AccessDenied,
    EtagMismatch,
    IdentityTaken,
    NotFound,
    RateLimited,
    Unacceptable,
)
from metonic_core.spi.writes import Failed, Outcome, Removed, Stored, Unknown

Landed = tuple[Mapping, tuple[Operation, ...]]
"""The row, and what the journal now can say was done."""

ERASED = "erased"


def settle(mapping: Mapping, reading: Reading, terms: Terms) -> Landed:
    """What became of the intent, by reading the event anew. Nothing to be read yet: the intent stays.

    Where the event cannot be understood, what was sent stays unconfirmed until it can.
    """
    intent = _intent_of(mapping)
    match reading:
        case Gone() | Unreadable() if waiting := _waiting(mapping, reading, terms):
            return waiting, ()
        case Gone() if intent.kind is WriteKind.DELETE:
            return _removed(mapping, intent)
        case Gone() if intent.kind is WriteKind.CREATE:
            return replace(mapping, intent=None).due(), ()
        case Gone():
            # A 404 now is no deletion yet: the event is read once more before anybody believes it.
            return replace(mapping, intent=None, seen=Look()), ()
        case Seen(event=event) if not _is_refuted(mapping, intent, event, terms):
            return _found(mapping, intent, event, terms)
        case _:
            return take(replace(mapping, intent=None), reading, terms), ()


def _waiting(mapping: Mapping, reading: Gone | Unreadable, terms: Terms) -> Mapping | None:
    """The row with its intent open, while more may be read; to ask in vain gives no next write up."""
    if isinstance(reading, Gone):
        return mapping if terms.may_hide(mapping) else None
    again = replace(mapping, attempts=mapping.attempts + 1)
    return again if reading.is_passing and not is_given_up(again) else None


def _is_refuted(mapping: Mapping, intent: Intent, event: StoredEvent, terms: Terms) -> bool:
    """Whether an update of a user's own event cannot have landed: some of it is as it was, none as sent.

    Then what else is there now was written by somebody who had not seen ours, and is no edit on top of it.
    """
    sent = intent.sent
    if sent is None or not _left_as_it_was(mapping, sent, event, terms):
        return False
    return not any(terms.same(g, sent.content, event.content) for g in _written(mapping, sent, terms))


def _left_as_it_was(mapping: Mapping, sent: Sent, event: StoredEvent, terms: Terms) -> bool:
    """Whether part of what was written to a user's own event is there as it was before."""
    base = mapping.external_base
    if mapping.origin is not Origin.OWN or base is None:
        return False
    return any(terms.same(g, base, event.content) for g in _written(mapping, sent, terms))


def _is_whole(mapping: Mapping, sent: Sent, event: StoredEvent, terms: Terms) -> bool:
    """Whether nothing of what was written is still as before, or as an earlier write of ours left it."""
    if _left_as_it_was(mapping, sent, event, terms):
        return False
    written = _written(mapping, sent, terms)
    missing = frozenset(g for g in written if not terms.same(g, sent.content, event.content))
    earlier = (s for s in mapping.unconfirmed if s.operation != sent.operation)
    return not any(terms.same(g, s.content, event.content) for s in earlier for g in missing & s.groups)


def _written(mapping: Mapping, sent: Sent, terms: Terms) -> frozenset[Group]:
    """The groups that a write was to change."""
    return terms.differing(mapping.external_base or sent.content, sent.content) & sent.groups


def outcome_of(mapping: Mapping, outcome: Outcome, terms: Terms) -> Landed:
    """The row after a write was answered. What is ignored, or refused of a series, counts as a refusal."""
    intent = _intent_of(mapping)
    match outcome:
        case Unknown(error=RateLimited()):
            return mapping, ()
        case Unknown():
            return replace(mapping, attempts=mapping.attempts + 1), ()
        case Stored(event=event):
            made, done = _found(mapping, intent, event, terms)
            is_left = made.is_unfinished or _is_refuted(mapping, intent, event, terms)
            return replace(made, attempts=mapping.attempts + 1) if is_left else made, done
        case Removed(is_missing=is_missing):
            # It may only not show yet.
            return _removed(mapping, intent, Look() if is_missing and terms.visibility_lag else None)
        case Failed(error=error):
            return _refused(mapping, intent, error, terms), ()


def _intent_of(mapping: Mapping) -> Intent:
    if mapping.intent is None:
        raise ValueError("a row without an intent has nothing to settle")
    return mapping.intent


def _refused(mapping: Mapping, intent: Intent, error: Exception, terms: Terms) -> Mapping:
    """Nothing was written by this operation; earlier ones may still land."""
    others = tuple(s for s in mapping.unconfirmed if s.operation != intent.operation)
    before = replace(mapping, intent=None, unconfirmed=others)
    mapping = replace(before, attempts=before.attempts + 1)
    match error:
        case EtagMismatch() | NotFound():
            return replace(mapping, seen=Look())
        case IdentityTaken():
            return replace(mapping, generation=mapping.generation + 1, event_id=None, unconfirmed=()).due()
        case Unacceptable() | AccessDenied():
            hold = Hold(HoldKind.QUARANTINE, error.message)
            refused = refusal(mapping, intent, error.message, terms)
            return replace(mapping, hold=hold, wanted=None, refused=refused)
        case _:
            # It was not even tried: that says nothing about the item.
            return before.due()


def _removed(mapping: Mapping, intent: Intent, seen: Look | None = None) -> Landed:
    done = Operation(Side.EXTERNAL, Act.DELETE, Reason(intent.reason), before=intent.prior)
    return replace(replace(mapping, external_base=intent.prior).closing(ERASED), seen=seen), (done,)


def _found(mapping: Mapping, intent: Intent, event: StoredEvent, terms: Terms) -> Landed:
    match intent.kind:
        case WriteKind.CREATE:
            return _found_created(mapping, intent, event, terms)
        case WriteKind.DELETE:
            return take(replace(mapping, intent=None), Seen(event), terms), ()
        case WriteKind.UPDATE:
            return _answered(mapping, intent, event, terms)


def _found_created(mapping: Mapping, intent: Intent, event: StoredEvent, terms: Terms) -> Landed:
    marker = terms.marker_on(event)
    if marker is None or marker != mapping.marker(marker.operation):
        return _refused(mapping, intent, IdentityTaken("another event has this identity"), terms), ()
    if any(sent.operation == marker.operation for sent in mapping.unconfirmed):
        return _answered(replace(mapping, event_id=event.id), intent, event, terms)
    mapping = take(replace(mapping, intent=None, event_id=event.id, wrote_at=terms.now), Seen(event), terms)
    return adopted(mapping, event, marker), (
        Operation(Side.EXTERNAL, Act.LINK, Reason.ADOPTED, before=event.content),
    )


def adopted(mapping: Mapping, event: StoredEvent, marker: Marker) -> Mapping:
    """A copy of unknown history: the bases are what it holds, so the platform's version is sent over it."""
    row = replace(mapping, local_base=None, external_base=event.content, unconfirmed=(), attempts=0)
    row = replace(row, is_masked=marker.is_masked)
    return replace(row, local_base=as_platform_knows(event.content, row))


def _answered(mapping: Mapping, intent: Intent, event: StoredEvent, terms: Terms) -> Landed:
    """``wanted`` is cleared only if it is still the number that this write answered, and all of it is there.

    An earlier write may have landed instead of this one, and have brought less.
    """
    made, done = confirm(take(replace(mapping, intent=None), Seen(event), terms), terms, intent)
    is_whole = intent.sent is None or _is_whole(mapping, intent.sent, event, terms)
    if is_whole and not made.is_unfinished and made.seen is None and intent.sent not in made.unconfirmed:
        return replace(made, wanted=None if mapping.wanted == intent.answers else mapping.wanted), done
    return made, done


def confirm(mapping: Mapping, terms: Terms, intent: Intent | None = None) -> Landed:
    """The row after asking its observed event which unconfirmed writes it shows.

    Just after a write (``intent``), a value of a user's own event that is neither what was there nor what
    was sent counts as an edit on top of ours.
    """
    if not isinstance(mapping.seen, Observed) or not mapping.unconfirmed:
        return mapping, ()
    event = mapping.seen.event
    if mapping.origin is Origin.COPY:
        sent = _stamped(mapping, event, terms)
    else:
        sent = _recognised(mapping, event, terms, intent)
    if sent is None:
        return mapping, ()
    row, part, event = arrived(mapping, sent, event, terms)
    landed = _landed(row, part, event, terms)
    done = (_journalled(mapping, part, landed),) if part.groups else ()
    if not landed.is_unfinished:
        return landed, done
    # Part of a write is no write that the provider has taken; and what of it looks as if it had not arrived
    # may have, and somebody edited on top of it.
    rest = replace(sent, groups=sent.groups - part.groups)
    lost = overtaken(replace(row, seen=Observed(event), unconfirmed=(rest,)), terms)
    return replace(landed.due(), attempts=mapping.attempts), lost + done


def _journalled(mapping: Mapping, sent: Sent, landed: Mapping) -> Operation:
    act = Act.CREATE if mapping.external_base is None else Act.UPDATE
    after = landed.external_base.only(sent.groups) if landed.external_base else None
    said = _said(mapping, sent)
    return Operation(Side.EXTERNAL, act, Reason(sent.reason), sent.groups, mapping.external_base, after, said)


def _said(mapping: Mapping, sent: Sent) -> Said | None:
    """What had changed on the platform; None for a revert, or where only the calendar is shown otherwise."""
    before, after = mapping.local_base, sent.of_appointment
    groups = [g for g in sent.groups if before and before.get(g) != after.get(g)]
    return Said(before.only(groups), after.only(groups)) if before and groups else None


def _stamped(mapping: Mapping, event: StoredEvent, terms: Terms) -> Sent | None:
    marker = terms.marker_on(event)
    if marker is None or marker != mapping.marker(marker.operation):
        return None
    return next((s for s in mapping.unconfirmed if s.operation == marker.operation), None)


def _recognised(mapping: Mapping, event: StoredEvent, terms: Terms, intent: Intent | None) -> Sent | None:
    """Without a stamp, group by group: the values among those sent that are there now and were not before."""
    base = mapping.external_base or event.content
    found = Sent("", base, frozenset())
    for group in terms.differing(base, event.content):
        matching = [
            s
            for s in mapping.unconfirmed
            if group in s.groups and terms.same(group, s.content, event.content)
        ]
        on_top = intent.sent if intent and intent.sent and group in intent.sent.groups else None
        sent = matching[-1] if matching else on_top
        if sent:
            last = max((found, sent), key=lambda s: _age(mapping, s))
            content = found.content.take([group], sent.content)
            found = replace(last, content=content, groups=found.groups | {group}, local=None)
    return found if found.groups else None


def _age(mapping: Mapping, sent: Sent) -> int:
    return next((i for i, s in enumerate(mapping.unconfirmed) if s.operation == sent.operation), -1)


def _landed(mapping: Mapping, sent: Sent, event: StoredEvent, terms: Terms) -> Mapping:
    """The bases moved to what landed; what the event holds beyond that stays to be decided."""
    local = (mapping.local_base or sent.of_appointment).take(sent.groups, sent.of_appointment)
    local = masked(local) if sent.is_masked else local
    external = _stored(mapping.external_base or sent.content, sent, event.content, terms)
    is_clean = not terms.differing(external, event.content)
    return replace(
        mapping,
        local_base=local,
        external_base=event.content if is_clean else external,
        etag=event.etag if is_clean else mapping.etag,
        seen=None if is_clean else Observed(event),
        unconfirmed=mapping.unconfirmed[_age(mapping, sent) + 1 :],
        wrote_at=terms.now,
        attempts=0,
        written=written_lately(mapping, sent, terms),
        refused=None,
        is_masked=sent.is_masked,
    )


def _stored(base: Content, sent: Sent, event: Content, terms: Terms) -> Content:
    """What was sent as the provider stored it: its own form where it is the same, else as it was sent."""

    def is_stored(group: Group) -> bool:
        return group in sent.groups and terms.same(group, sent.content, event)

    groups = all_groups(base, sent.content, event)
    return base.take(sent.groups, sent.content).take((g for g in groups if is_stored(g)), event)
