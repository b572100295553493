"""Taking back what a run did: a line of its journal becomes an edit of the user whose calendar it was.

Pure. What a line did is in a table by side and act, and each entry is a function from the line and how things
stand now to what takes it back. What moved since is left alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Content, Group, all_groups
from metonic_core.model.series import has_slot
from metonic_core.reconcile.step import Act, Former, Operation, Reason, Side
from metonic_core.reconcile.telling import created, deleted, updated
from metonic_core.selection import Choice, Selection, discretion


class Left(StrEnum):
    """Why something was not taken back."""

    MOVED_SINCE = "moved_since"
    NOT_ENTITLED = "not_entitled"
    NOT_CONCERNED = "not_concerned"
    NOT_WANTED = "not_wanted"
    FORMER_CALENDAR = "former_calendar"
    MOVED_CALENDAR = "moved_calendar"
    ORPHAN = "orphan"
    LINKED = "linked"
    ONLY_THERE = "only_there"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the journal: what was done, and in which link."""

    operation: Operation
    link_id: UUID | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How things are now. ``appointment`` is the line's, None if there is none or it is gone.

    ``choice`` is what the user chose for it in the calendar of the run; ``selection`` what that calendar
    takes, None while none is chosen; ``is_paired``: the calendar has an open row for it; ``is_elsewhere``:
    there is or was a copy of it in another calendar that its user had chosen.
    """

    user_id: UUID
    appointment: Appointment | None
    choice: Choice | None
    selection: Selection | None
    is_paired: bool
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Undone:
    """What takes a line back; nothing of it where nothing is left to be done.

    ``chosen`` is what is chosen for the appointment in the calendar from here on, ``is_drawn`` says that it
    is to be decided anew there though nothing else changes, ``left`` why a part of the line was left alone.
    """

    operation: Operation | None = None
    appointment: Appointment | None = None
    chosen: Former | None = None
    is_drawn: bool = False
    left: Left | None = None


NOTHING = Undone()
_NEVER = Former(Choice.NEVER)
_PASSED_ON = frozenset({Reason.DELETED_HERE, Reason.RESOLVED})
"""Why a run erases the copy of what was cancelled. What it erased for other causes may have been so later."""


def undo(line: Line, now: Standing) -> Undone:
    """What takes this line back as things stand now."""
    return UNDOING[line.operation.side, line.operation.act](line, now)


def _left(why: Left) -> Undone:
    return Undone(left=why)


def _unfit(now: Standing) -> Left | None:
    """Why the user may not edit the appointment, if so: as for any edit of theirs."""
    if now.appointment is None or not now.appointment.concerns(now.user_id):
        return Left.NOT_CONCERNED
    return None if now.appointment.may_edit(now.user_id) else Left.NOT_ENTITLED


def _give_back(line: Line, now: Standing) -> Undone:
    """An edit that came in."""
    done = line.operation
    before, after = (done.said.before, done.said.after) if done.said else (done.before, done.after)
    if before is None or after is None:
        return _left(Left.MOVED_SINCE)
    return _restored(now, done.groups, before, after)


def _take_back(line: Line, now: Standing) -> Undone:
    """An edit that went out, if it was one: a revert, and what only the calendar is shown, are none."""
    said = line.operation.said
    if said is None or said.before is None:
        return _left(Left.ONLY_THERE)
    before, after = said.before, said.after
    groups = frozenset(g for g in all_groups(before, after) if before.get(g) != after.get(g))
    return _restored(now, groups & line.operation.groups, before, after)


def _restored(now: Standing, groups: frozenset[Group], before: Content, after: Content) -> Undone:
    appointment = now.appointment
    if appointment is None or not appointment.concerns(now.user_id):
        return _left(Left.NOT_CONCERNED)
    here = appointment.content
    wrong = frozenset(g for g in groups if here.get(g) != before.get(g))
    standing = frozenset(g for g in wrong if here.get(g) == after.get(g))
    made = here.take(standing, before)
    if not wrong:
        return NOTHING
    if not standing or appointment.is_deleted or not _fits(made, here):
        return _left(Left.MOVED_SINCE)
    if not appointment.may_edit(now.user_id):
        return _left(Left.NOT_ENTITLED)
    edited = replace(appointment, content=made)
    discreet = discretion(now.selection, appointment, edited)
    done = updated(Reason.UNDONE, standing, here, made, discreet)
    return Undone(done, edited, left=Left.MOVED_SINCE if wrong - standing else None)


def _fits(made: Content, here: Content) -> bool:
    """Whether no occurrence that was changed since loses its place in the schedule."""
    if (made.when, made.recurrence) == (here.when, here.recurrence):
        return True
    return all(has_slot(made.when, made.recurrence, o.slot) for o in made.overrides)


def _remove(line: Line, now: Standing) -> Undone:
    """An appointment that the run made: the event that it was made of stays, and is the user's alone.

    What a run brought back is cancelled like any other, unless it was left out of the calendar before.
    """
    appointment = now.appointment
    if appointment is None or appointment.is_deleted:
        return NOTHING
    if why := _unfit(now):
        return _left(why)
    is_met = line.operation.reason is Reason.NEW_THERE
    if (is_met and _has_company(appointment)) or appointment.content != _made(line.operation):
        return _left(Left.MOVED_SINCE)
    chosen = _NEVER if is_met else line.operation.former
    done = deleted(Reason.UNDONE, appointment.content, discretion(now.selection, appointment))
    done = replace(done, former=Former(now.choice) if chosen else None)
    return Undone(done, replace(appointment, is_deleted=True), chosen)


def _made(done: Operation) -> Content | None:
    """What an appointment said when it was made."""
    return done.said.after if done.said else done.after


def _has_company(appointment: Appointment) -> bool:
    """Whether others joined since it was made; a part of a series may have had its people from the first."""
    return appointment.is_shared and appointment.version > 1


def _bring_back(line: Line, now: Standing) -> Undone:
    """An appointment that was cancelled is one again, and is drawn into its calendars like any other.

    Not in favour of another one, which has its event now: the two would be there twice.
    """
    if line.operation.reason is Reason.PAIRED:
        return _left(Left.LINKED)
    appointment = now.appointment
    if appointment is not None and not appointment.is_deleted:
        return NOTHING
    if (why := _unfit(now)) or appointment is None:
        return _left(why or Left.NOT_CONCERNED)
    alive = replace(appointment, is_deleted=False)
    chosen = line.operation.former
    done = created(Reason.UNDONE, alive.content, discretion(now.selection, alive))
    return Undone(replace(done, former=Former(now.choice) if chosen else None), alive, chosen)


def _take_out(line: Line, now: Standing) -> Undone:
    """A copy that the run made is taken out by choosing so, which stays true in runs to come.

    Not one that moved along when another calendar was chosen: nobody wants it out of all of them.
    """
    appointment = now.appointment
    if appointment is None or not appointment.concerns(now.user_id):
        return _left(Left.NOT_CONCERNED)
    if now.selection is None or now.selection.link_id != line.link_id:
        return _left(Left.FORMER_CALENDAR)
    if now.is_elsewhere and line.operation.reason is Reason.NEW_HERE:
        return _left(Left.MOVED_CALENDAR)
    is_undone = line.operation.reason is Reason.UNDONE
    chosen = (line.operation.former if is_undone else None) or _NEVER
    if now.choice is chosen.choice or now.selection.excludes(appointment):
        return NOTHING
    done = Operation(
        Side.EXTERNAL, Act.DELETE, Reason.UNDONE, before=line.operation.after, former=Former(now.choice)
    )
    return Undone(done, chosen=chosen)


def _put_back(line: Line, now: Standing) -> Undone:
    """An event that the run erased is made anew as a copy, in the next generation.

    Where the run passed a cancellation on, that is taken back as an edit that it passed on would be. One that
    came later is somebody's since.
    """
    appointment, former = now.appointment, line.operation.former
    if appointment is None or not appointment.concerns(now.user_id):
        return _left(Left.ORPHAN if line.operation.reason is Reason.ORPHAN else Left.NOT_CONCERNED)
    if now.selection is None or now.selection.link_id != line.link_id:
        has_moved = line.operation.reason is Reason.CALENDAR_LEFT
        return _left(Left.MOVED_CALENDAR if has_moved else Left.FORMER_CALENDAR)
    if former is not None:
        return NOTHING if former.choice is now.choice else Undone(_anew(line, now), chosen=former)
    if appointment.is_deleted:
        is_passed_on = line.operation.reason in _PASSED_ON
        return _bring_back(line, now) if is_passed_on else _left(Left.MOVED_SINCE)
    if now.is_paired:
        return NOTHING
    is_wanted = now.selection.draws(appointment)
    return Undone(_anew(line, now), is_drawn=True) if is_wanted else _left(Left.NOT_WANTED)


def _anew(line: Line, now: Standing) -> Operation:
    content, former = line.operation.before, line.operation.former
    return Operation(
        Side.EXTERNAL,
        Act.CREATE,
        Reason.UNDONE,
        content.groups() if content else frozenset(),
        after=content,
        former=Former(now.choice) if former else None,
    )


def _leave(_line: Line, _now: Standing) -> Undone:
    """Nobody's words were changed: an event that was there became the appointment's, or stopped being it."""
    return _left(Left.LINKED)


UNDOING: dict[tuple[Side, Act], Callable[[Line, Standing], Undone]] = {
    (Side.LOCAL, Act.CREATE): _remove,
    (Side.LOCAL, Act.UPDATE): _give_back,
    (Side.LOCAL, Act.DELETE): _bring_back,
    (Side.LOCAL, Act.LINK): _leave,
    (Side.LOCAL, Act.UNLINK): _leave,
    (Side.EXTERNAL, Act.CREATE): _take_out,
    (Side.EXTERNAL, Act.UPDATE): _take_back,
    (Side.EXTERNAL, Act.DELETE): _put_back,
    (Side.EXTERNAL, Act.LINK): _leave,
    (Side.EXTERNAL, Act.UNLINK): _leave,
}
"""Every pair of side and act has exactly one entry."""
