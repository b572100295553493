"""What the entries of the pairs' table mean: each is a function from the comparison to a step."""

from dataclasses import replace
from functools import partial

from metonic_core.model.appointment import Appointment, stamped
from metonic_core.model.content import TIME, Group, slot_of
from metonic_core.model.mapping import Hold, HoldKind, Look, Mapping, Origin, WriteKind
from metonic_core.model.series import Override
from metonic_core.model.when import When
from metonic_core.reconcile.conflicts import frozen
from metonic_core.reconcile.merge import Comparison, Merge, merge
from metonic_core.reconcile.overtaking import overtaken
from metonic_core.reconcile.resting import about
from metonic_core.reconcile.step import Act, ConflictType, Operation, Reason, Side, Step, Write
from metonic_core.reconcile.telling import deleted, updated
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import HIDING, Choice, Direction, projected


def create(mapping: Mapping, appointment: Appointment, terms: Terms) -> Step:
    content = projected(appointment, mapping.origin, terms.selection)
    groups = content.groups()
    write = Write(WriteKind.CREATE, Reason.NEW_HERE, content, groups)
    held = replace(mapping, hold=None, alike_id=None)
    return Step(held, write=about(write, mapping, appointment, terms))


def bring_together(pair: Comparison) -> Step:
    if pair.colliding:
        is_time = any(_is_about_time(pair, group) for group in pair.colliding)
        return frozen(pair, ConflictType.TIME_CHANGE if is_time else ConflictType.DATA_MISMATCH)
    merged = merge(pair)
    return pull_then_withdraw(pair) if _leads_out(pair, merged) else brought_together(pair, merged)


def _leads_out(pair: Comparison, merged: Merge) -> bool:
    """Whether what came in leaves the appointment out of the calendar that it came from."""
    selection = pair.terms.selection
    if not merged.pulled or selection.direction is Direction.PULL:
        return False
    return selection.excludes(merged.appointment) is not None


def _is_about_time(pair: Comparison, group: Group) -> bool:
    """Of one occurrence: whether the two sides disagree about when, or whether, it takes place."""
    if slot_of(group) is None:
        return group == TIME
    here, there = (content.override(slot_of(group)) for content in (pair.local, pair.external))
    return _takes_place(here) != _takes_place(there)


def _takes_place(override: Override | None) -> tuple[bool, When | None]:
    return (False, None) if override is None else (override.is_cancelled, override.when)


def brought_together(pair: Comparison, merged: Merge, resolved: frozenset[Group] = frozenset()) -> Step:
    """The step that stores what was pulled and sends the rest; ``resolved`` are groups that collided.

    Who resolved them has seen all that the event says, so all of it comes in by that decision, and may lead
    out of the calendar as any edit does.
    """
    if resolved and _leads_out(pair, merged):
        return _withdrawn(pair, merged, Reason.RESOLVED, merged.mapping)
    pulls = _pulled(pair, merged, Reason.RESOLVED if resolved else Reason.EDITED_THERE)
    done = overtaken(pair.mapping, pair.terms) + pulls
    if not merged.to_send and not pair.is_to_be_finished:
        return Step(
            replace(merged.mapping, wanted=None), merged.appointment if pulls else None, operations=done
        )
    reason = Reason.EDITED_HERE if pair.edited_here else Reason.SHOWN_OTHERWISE
    if resolved & merged.to_send:
        reason = Reason.RESOLVED
    elif merged.reverted or pair.owed & merged.to_send:
        may_edit = pair.appointment.may_edit(pair.terms.selection.user_id)
        reason = Reason.KEPT_FROM_FLOWING if may_edit else Reason.NOT_YOURS_TO_EDIT
    write = Write(WriteKind.UPDATE, reason, merged.shown, merged.to_send, merged.mapping.etag)
    write = about(write, merged.mapping, merged.appointment, pair.terms)
    return Step(merged.mapping, merged.appointment if pulls else None, write=write, operations=done)


def _pulled(pair: Comparison, merged: Merge, reason: Reason = Reason.EDITED_THERE) -> tuple[Operation, ...]:
    if not (groups := merged.pulled):
        return ()
    after = merged.appointment.content
    return (updated(reason, groups, pair.local, after, partial(pair.told, groups)),)


def lose_kept(pair: Comparison) -> Step:
    """Deleted there, untouched here."""
    if _is_imported(pair) and not pair.appointment.is_shared:
        return cancel(pair, Reason.DELETED_THERE)
    return lose_edited(pair)


def cancel(pair: Comparison, reason: Reason) -> Step:
    """The appointment goes as its event did."""
    cancelled = replace(pair.appointment, is_deleted=True)
    done = deleted(reason, pair.local, partial(pair.told, frozenset()))
    closed = pair.mapping.closing(Reason.DELETED_THERE)
    # The provider says that it is gone, not since when.
    return Step(closed, stamped(pair.appointment, cancelled, None), operations=(done,))


def _is_imported(pair: Comparison) -> bool:
    return pair.mapping.origin is Origin.OWN and pair.appointment.imported_from == pair.terms.link_id


def lose_edited(pair: Comparison) -> Step:
    """Deleted there, by somebody entitled: ask. Else only this copy is given up."""
    if pair.appointment.may_edit(pair.terms.selection.user_id):
        return frozen(pair, ConflictType.DELETED)
    return detach(pair)


def detach(pair: Comparison) -> Step:
    """Give this copy up; the appointment stays, and the copy is taken up again if it comes back."""
    hold = Hold(HoldKind.DETACHED, Reason.DELETED_THERE)
    done = Operation(Side.EXTERNAL, Act.UNLINK, Reason.DELETED_THERE, before=pair.external_base)
    # Without its etag: an event that comes back as it was is news.
    return Step(replace(pair.mapping, hold=hold, etag=None, seen=None, wanted=None), operations=(done,))


def erase(pair: Comparison, reason: Reason = Reason.DELETED_HERE) -> Step:
    """The appointment was deleted: its copy goes, and so does the event it was imported from.

    Not one that its user left out before: it is theirs alone since.
    """
    if _is_theirs_alone(pair):
        return _left_alone(pair, reason)
    is_linked = pair.mapping.origin is Origin.OWN and pair.appointment.imported_from != pair.terms.link_id
    return _unlink(pair, reason) if is_linked else _erased(pair, reason)


def _erased(pair: Comparison, reason: Reason) -> Step:
    """What may not be written may not be erased either: its guests would hear of it."""
    if not pair.mapping.can_write:
        return _unlink(pair, Reason.NOT_WRITABLE)
    reason, event = _not_to_be_shown(pair) or reason, pair.event
    # What was seen stays so until it is gone: if it may stay after all, that is still to be decided about.
    mapping = replace(pair.mapping, etag=event.etag if event else pair.mapping.etag, hold=None)
    lost = overtaken(pair.mapping, pair.terms)
    write = Write(WriteKind.DELETE, reason, etag=mapping.etag, before=event.content if event else None)
    return Step(mapping, write=write, operations=lost)


def _not_to_be_shown(pair: Comparison) -> Reason | None:
    """Why the calendar may not show what its copy says, whatever else became of the appointment."""
    selection, alive = pair.terms.selection, replace(pair.appointment, is_deleted=False)
    if pair.mapping.origin is Origin.OWN:
        return None
    if not alive.concerns(selection.user_id):
        return Reason.NOT_CONCERNED
    is_telling = not pair.mapping.is_masked and selection.hides(alive)
    return Reason.HIDDEN if is_telling or selection.excludes(alive) in HIDING else None


def _unlink(pair: Comparison, reason: Reason) -> Step:
    """The event stays where it is and keeps its bases; it is not met again as a new one."""
    done = Operation(Side.EXTERNAL, Act.UNLINK, reason, before=pair.external)
    return Step(replace(pair.mapping, hold=Hold(HoldKind.UNLINKED, reason), wanted=None), operations=(done,))


def _is_theirs_alone(pair: Comparison) -> bool:
    """Whether the user's own event was left out, or is to be: of two commands given at once both count."""
    choice = pair.terms.selection.choices.get(pair.appointment.id)
    return _is_unlinked(pair) or (pair.mapping.origin is Origin.OWN and choice is Choice.NEVER)


def _left_alone(pair: Comparison, reason: Reason) -> Step:
    return wait(pair) if _is_unlinked(pair) else _unlink(pair, reason)


def ask_about_deletion(pair: Comparison) -> Step:
    """Nothing is asked about what would not be in this calendar any more if it stood."""
    if _is_theirs_alone(pair):
        return _left_alone(pair, Reason.DELETED_HERE)
    if pair.terms.selection.excludes(replace(pair.appointment, is_deleted=False)):
        return withdraw(pair)
    return frozen(pair, ConflictType.DELETED)


def withdraw(pair: Comparison) -> Step:
    """No longer for this calendar: a copy goes, a user's own event stays."""
    if pair.mapping.origin is Origin.COPY:
        return _erased(pair, Reason.DESELECTED)
    return wait(pair) if _is_unlinked(pair) else _unlink(pair, Reason.DESELECTED)


def _is_unlinked(pair: Comparison) -> bool:
    """Whether the user's own event was left alone before: it merges from its bases when selected again."""
    return (
        pair.mapping.origin is Origin.OWN
        and pair.mapping.hold is not None
        and pair.mapping.hold.kind is HoldKind.UNLINKED
    )


def let_go(pair: Comparison) -> Step:
    """Gone there, and not for this calendar any more. What was imported rests, until it is chosen again."""
    return withdraw(pair) if _is_imported(pair) else close(pair)


def pull_then_withdraw(pair: Comparison) -> Step:
    if _is_unlinked(pair):
        return wait(pair)
    merged = merge(pair)
    return _withdrawn(pair, merged, Reason.EDITED_THERE, _still_colliding(pair, merged))


def _withdrawn(pair: Comparison, merged: Merge, reason: Reason, row: Mapping) -> Step:
    """What was pulled is stored, and the event is taken out, ``row`` being what is agreed by then."""
    lost, pulls = overtaken(pair.mapping, pair.terms), _pulled(pair, merged, reason)
    step = withdraw(Comparison(row, merged.appointment, pair.terms))
    # What went over something unseen is said already.
    done = tuple(o for o in step.operations if o.reason is not Reason.OVERWRITTEN_UNSEEN)
    return replace(step, appointment=merged.appointment if pulls else None, operations=lost + pulls + done)


def _still_colliding(pair: Comparison, merged: Merge) -> Mapping:
    """What collides is asked about if the event may stay after all: it is no base, and stays seen."""
    base = merged.mapping.external_base
    if base is None or not pair.colliding:
        return merged.mapping
    base = base.take(pair.colliding, pair.external_base)
    return replace(merged.mapping, external_base=base, seen=pair.mapping.seen)


def pull_and_wait(pair: Comparison) -> Step:
    """Nothing goes out: the event stays, and what is said there is still heard."""
    if _is_unlinked(pair):
        return wait(pair)
    return brought_together(pair, merge(pair))


def recreate_once(pair: Comparison) -> Step:
    """A copy that was deleted there is made anew, in the next generation; deleted again, it is given up."""
    if pair.mapping.is_recreated or pair.terms.selection.excludes_new(pair.appointment):
        return detach(pair)
    step = make_anew(pair, Reason.PUSH_ONLY)
    return replace(step, mapping=replace(step.mapping, is_recreated=True))


def make_anew(pair: Comparison, reason: Reason) -> Step:
    """A copy in the next generation in place of the event that was lost."""
    lost = Operation(Side.EXTERNAL, Act.UNLINK, reason, before=pair.external_base)
    made = create(reborn(pair.mapping), pair.appointment, pair.terms)
    write = replace(made.write, reason=reason) if made.write else None
    return replace(made, write=write, operations=(lost,))


def reborn(mapping: Mapping) -> Mapping:
    """The row of a copy that is made anew, as one that never had an event."""
    return Mapping(
        mapping.id,
        mapping.link_id,
        mapping.appointment_id,
        generation=mapping.generation + 1,
        wanted=mapping.wanted,
        drawn=mapping.drawn,
        read_round=mapping.read_round,
        resolved_at=mapping.resolved_at,
        is_recreated=mapping.is_recreated,
    )


def close(pair: Comparison) -> Step:
    """Gone on both sides. What a write of ours may have overwritten before is in the journal at least."""
    lost = Operation(Side.EXTERNAL, Act.UNLINK, Reason.DELETED_THERE, before=pair.external_base)
    done = (lost,) if pair.mapping.unconfirmed else ()
    return Step(pair.mapping.closing(Reason.DELETED_THERE), operations=done)


def wait(pair: Comparison) -> Step:
    """Nothing is done now: the event is to be read first, or the direction or a choice lets the pair rest.

    Reading the event, or another setting, makes the row due again; what was seen and a hold stay.
    """
    return Step(replace(pair.mapping, wanted=None))


def wait_as_linked(pair: Comparison) -> Step:
    """The same, for what belongs here: if it was left alone, it is no longer, and is read anew.

    Where nobody can read it, it is that which holds it from then on.
    """
    hold = pair.mapping.hold
    if hold is None or hold.kind is not HoldKind.UNLINKED:
        return wait(pair)
    return Step(replace(pair.mapping, hold=None, seen=Look(), wanted=None))
