"""Writes that would lead nowhere are not made: the provider will not take them, or the value does not stay.

Nor is what a run leaves to the next one, which goes only one way.

Nothing here keeps a text: what was written and what was refused is known by keyed digests.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from metonic_core.model.codec import encode
from metonic_core.model.content import TIME, Content, Group, slot_of
from metonic_core.model.mapping import Hold, HoldKind, Intent, Mapping, Refused, Sent, WriteKind, Written
from metonic_core.reconcile.step import Reason, Step, Write
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Direction
from metonic_core.spi.writes import Unfit

# A write that never lands would else be repeated with every run; an edit, or the daily read, tries again.
_MOST_ATTEMPTS = 3

# Somebody puts back what we write: a rule of the provider, or a second sync tool. A person who does so twice
# in a day is answered twice; whoever goes on has the last word until the platform says something new.
_MOST_REPEATS = 2
_LATELY = timedelta(hours=24)


def one_way(only: Direction | None, row: Mapping, step: Step) -> Step | None:
    """The part of a step that goes that way; the rest stays due. None where all of it does.

    What came in and what goes out in one step belong together, so nothing goes out before the other came in.
    Nor can the write be left out that stamps what was just made, or that carries a resolution out. What may
    not be shown is taken out whichever way the run goes.
    """
    if only is None or step.hides:
        return step
    if only is Direction.PUSH:
        return None if step.appointment is not None else step
    if step.write is None:
        return step
    if step.is_import or step.resolved is not None:
        return None
    return replace(step, mapping=replace(step.mapping, wanted=row.wanted), write=None)


def restrained(step: Step, terms: Terms) -> Step:
    """The step; without its write, and the row held, where writing would lead nowhere."""
    if step.write is None:
        return step
    row, refused = step.mapping, _refused(step.mapping, step.write, terms)
    why = refused.why if refused else _why_not(step, step.write, terms)
    if why is None:
        return step
    hold = Hold(HoldKind.QUARANTINE, why)
    held = replace(row, hold=hold, wanted=None, refused=refused or row.refused)
    # What is set aside is asked about no longer; what was decided is noted all the same.
    return replace(step, mapping=held, write=None, conflict=step.conflict if step.resolved else None)


def _refused(row: Mapping, write: Write, terms: Terms) -> Refused | None:
    """The refusal of this very write: one that was given, or that is foreseen."""
    attempt = _attempt(row, write, terms)
    if row.refused and row.refused.attempt == attempt:
        return row.refused
    unfit = next(_unfit(write, terms), None)
    return Refused(attempt, f"{unfit.reason} {unfit.suggestion}") if unfit else None


def _unfit(write: Write, terms: Terms) -> Iterator[Unfit]:
    """What of it the provider cannot hold; a series that moves takes its occurrences along."""
    is_moved = write.kind is WriteKind.CREATE or TIME in write.groups
    for unfit in terms.fit(write.content) if write.content else ():
        is_along = is_moved and slot_of(unfit.group) is not None
        if write.kind is WriteKind.CREATE or unfit.group in write.groups or is_along:
            yield unfit


def _why_not(step: Step, write: Write, terms: Terms) -> str | None:
    """What may not be shown there is taken out of the calendar by each run, until it is gone."""
    if is_given_up(step.mapping) and not step.hides:
        return f"The provider has not taken this change {_MOST_ATTEMPTS} times in a row."
    return Reason.OSCILLATES if _oscillates(step.mapping, write, terms) else None


def is_given_up(row: Mapping) -> bool:
    """Whether what is due was tried so often that it is left for a day, or until somebody edits it."""
    return row.attempts >= _MOST_ATTEMPTS


def _oscillates(row: Mapping, write: Write, terms: Terms) -> bool:
    """Whether this very change was written into a group again and again, and did not stay."""
    if write.kind is not WriteKind.UPDATE or write.content is None or row.external_base is None:
        return False
    lately = [w.change for w in _since(row, terms)]
    changes = (_change(row, g, row.external_base, write.content, terms) for g in write.groups)
    return any(lately.count(change) >= _MOST_REPEATS for change in changes)


def written_lately(row: Mapping, sent: Sent, terms: Terms) -> tuple[Written, ...]:
    """What was written into the event in the last day, with a write over its present base that has landed."""
    base = row.external_base
    if base is None:
        return ()
    groups = sorted(g for g in sent.groups if base.get(g) != sent.content.get(g))
    made = (Written(g, _change(row, g, base, sent.content, terms), terms.now) for g in groups)
    return (*_since(row, terms), *made)


def _since(row: Mapping, terms: Terms) -> Iterable[Written]:
    return (w for w in row.written if abs(terms.now - w.at) < _LATELY)


def _change(row: Mapping, group: Group, old: Content, new: Content, terms: Terms) -> str:
    said = [str(row.id), group, encode(old.get(group)), encode(new.get(group))]
    return terms.markers.digest(json.dumps(said))


def refusal(row: Mapping, intent: Intent, why: str, terms: Terms) -> Refused:
    """What to remember of a write that the provider will not take."""
    content, groups = (intent.sent.content, intent.sent.groups) if intent.sent else (None, frozenset[Group]())
    write = Write(intent.kind, Reason(intent.reason), content, groups, intent.etag)
    return Refused(_attempt(row, write, terms), why)


def _attempt(row: Mapping, write: Write, terms: Terms) -> str:
    """Names a write by what it would send, and to which version of the event."""
    values = {g: encode(write.content.get(g)) for g in sorted(write.groups)} if write.content else {}
    return terms.markers.digest(json.dumps([str(row.id), write.kind, write.etag, values]))
