"""What the codes of copies and of the journal mean to people, and what they can do about it.

One table for both, so that no code of the engine can lack its sentence: a test goes through them all.
"""

from dataclasses import dataclass

from metonic_core.model.mapping import HoldKind
from metonic_core.reconcile.step import ConflictType, Reason
from metonic_core.selection import Exclusion
from metonic_gateway.jobs.troubles import OSCILLATES
from metonic_gateway.store.copies import IN_SYNC, KEPT_APART, MASKED, PENDING
from metonic_gateway.store.states import NEEDS_CALENDAR, NEEDS_SIGN_IN, PAUSED


@dataclass(frozen=True, slots=True)
class Why:
    """``standing`` is said of a copy as it is now, ``done`` of what a run did, where that reads otherwise.

    ``next_step`` is for who wants it otherwise; None where nothing can or need be done.
    """

    standing: str
    done: str | None = None
    next_step: str | None = None


_ANSWER = "Approve or reject the run that holds it."
_MEND = "Change the appointment or the event, then it is tried again."
_DECIDE = "Decide which of them counts, or make both say the same."
_SETTINGS = "Change what is selected for this calendar, or choose to always sync this one."
_DIRECTION = "Set the calendar to be synced both ways."
_DELETED_HERE = "Create it anew, or undo the run that erased its copy."

WHY: dict[str, Why] = {
    IN_SYNC: Why("Appointment and calendar say the same."),
    MASKED: Why(
        "The calendar shows only that you are busy.",
        next_step="Change how this calendar treats private appointments, or its rules.",
    ),
    KEPT_APART: Why(
        "Its time is in step. What it is about is private, so that stays as it is on either side."
    ),
    PENDING: Why("A change is waiting for the next sync."),
    PAUSED: Why(
        "It waits until you let this calendar go on.", next_step="Let the calendar go on in its settings."
    ),
    NEEDS_CALENDAR: Why("No calendar is chosen yet: choose one.", next_step="Choose a calendar."),
    NEEDS_SIGN_IN: Why(
        "It waits until you connect the provider again.", next_step="Connect the provider again."
    ),
    HoldKind.CONFLICT: Why("It was changed here and in the calendar.", next_step=_DECIDE),
    HoldKind.QUARANTINE: Why("It could not be synced, so it is left alone.", next_step=_MEND),
    HoldKind.IGNORED: Why("It is left alone."),
    HoldKind.DETACHED: Why(
        "Its copy was given up.", next_step="Choose to always sync it with this calendar."
    ),
    HoldKind.UNLINKED: Why("It is left in the calendar as it is.", next_step=_SETTINGS),
    HoldKind.OUTSIDE: Why("It lies outside the span of time that is synced."),
    Exclusion.NOT_CONCERNED: Why("It does not concern you any more."),
    Exclusion.NEVER: Why(
        "You chose to keep it out of this calendar.", next_step="Choose otherwise for this appointment."
    ),
    Exclusion.PRIVATE: Why(
        "It is private, and private appointments stay out of this calendar.",
        next_step="Change how this calendar treats private appointments.",
    ),
    Exclusion.MATCHES_RULE: Why(
        "One of your rules keeps it out of this calendar.", next_step="Change the rules of this calendar."
    ),
    Exclusion.IMPORTED_ELSEWHERE: Why(
        "It came from another calendar of yours and is not copied into this one.",
        next_step="Let this calendar get what came from your others.",
    ),
    Exclusion.NOT_SELECTED: Why(
        "This calendar gets only what you choose, and you did not choose it.", next_step=_SETTINGS
    ),
    Exclusion.OTHER_TYPE: Why(
        "Appointments of its type are not selected for this calendar.", next_step=_SETTINGS
    ),
    Exclusion.OTHER_CLIENT: Why(
        "None of the clients that are selected for this calendar takes part.", next_step=_SETTINGS
    ),
    Exclusion.OTHER_DATES: Why(
        "It lies outside the dates that are selected for this calendar.", next_step=_SETTINGS
    ),
    Exclusion.OUTSIDE_WINDOW: Why("It lies outside the span of time that is synced."),
    Exclusion.PULL_ONLY: Why("Nothing is written into this calendar: it is only read.", next_step=_DIRECTION),
    Exclusion.CANCELLED: Why("It was cancelled, so it has no copy.", next_step=_DELETED_HERE),
    ConflictType.TIME_CHANGE: Why(
        "It was moved here and in the calendar, to different times.", next_step=_DECIDE
    ),
    ConflictType.DELETED: Why("It was deleted on one side and stands on the other.", next_step=_DECIDE),
    ConflictType.DATA_MISMATCH: Why(
        "The same was changed here and in the calendar, in different ways.", next_step=_DECIDE
    ),
    ConflictType.CREATED_EXTERNALLY: Why(
        "An event like it is in the calendar already, and may be the same.",
        next_step="Decide whether they are one and whose version counts, or keep both.",
    ),
    Reason.OSCILLATES: Why(OSCILLATES, next_step=_MEND),
    Reason.NEW_HERE: Why("It was new here."),
    Reason.NEW_THERE: Why("It was new in the calendar."),
    Reason.EDITED_HERE: Why("It was changed here."),
    Reason.EDITED_THERE: Why("It was changed in the calendar."),
    Reason.SHOWN_OTHERWISE: Why("The calendar is shown more of it now, or less."),
    Reason.DELETED_HERE: Why("It was cancelled here.", next_step=_DELETED_HERE),
    Reason.CALENDAR_LEFT: Why("Another calendar was chosen."),
    Reason.DELETED_THERE: Why(
        "Its copy was deleted in the calendar, so it is not copied there any more, until you choose to have "
        "it there always.",
        "It was deleted in the calendar.",
        "Choose to always sync it with this calendar.",
    ),
    Reason.DESELECTED: Why("It is not selected for this calendar any more.", next_step=_SETTINGS),
    Reason.HIDDEN: Why("This calendar may not show it any more.", next_step=_SETTINGS),
    Reason.NOT_YOURS_TO_EDIT: Why(
        "It was changed in the calendar by somebody who may not edit it.",
        next_step="Ask the appointment's owner to change it.",
    ),
    Reason.NOT_WRITABLE: Why(
        "Its event may not be changed by you, so it is left in the calendar as it is.",
        "Its event may not be changed by you, so it stayed in the calendar.",
        "Change it in the calendar, or ask who organises it.",
    ),
    Reason.KEPT_FROM_FLOWING: Why(
        "It was changed in the calendar in a way that this calendar does not pass on.",
        next_step="Change the appointment itself.",
    ),
    Reason.ADOPTED: Why("Its copy was in the calendar already."),
    Reason.ORPHAN: Why("It was a copy that no appointment needed any more."),
    Reason.COPY_OF_ANOTHER_LINK: Why("The event is a copy that another connection made."),
    Reason.NO_EVENT: Why("What is in the calendar is no event."),
    Reason.PUSH_ONLY: Why(
        "Nothing is taken from this calendar: it is only written to.", next_step=_DIRECTION
    ),
    Reason.DISCONNECTED: Why("The calendar was disconnected.", next_step="Connect the provider again."),
    Reason.RESOLVED: Why("A conflict about it was resolved so."),
    Reason.PAIRED: Why("It is one thing with another appointment, which has its event now."),
    Reason.OVERWRITTEN_UNSEEN: Why(
        "It was changed in the calendar, and a late write may have replaced that before anybody looked.",
        next_step="Make the change again if it is missing.",
    ),
    Reason.MANY_DELETIONS: Why(
        "It would be deleted along with so many others that it waits for your approval.", next_step=_ANSWER
    ),
    Reason.MANY_EDITS: Why(
        "It was changed in the calendar along with so many others that it waits for your approval.",
        next_step=_ANSWER,
    ),
    Reason.EMPTY_CALENDAR: Why(
        "The calendar was suddenly empty, so it is deleted only with your approval.", next_step=_ANSWER
    ),
    Reason.REJECTED: Why(
        "You rejected what would have been done to it; it stays as it is until a side changes.",
        next_step="Change the appointment or the event, then it is decided anew.",
    ),
    HoldKind.GUARDED: Why("It waits for your approval.", next_step=_ANSWER),
    Reason.UNDONE: Why(
        "You undid what a run had done.", next_step="Undo this run, too, if you want it back."
    ),
}
_OTHER = "other"


def why(reason: str) -> tuple[str, Why]:
    """The code and what it means. A hold's reason may be a sentence of an adapter instead of a code."""
    if reason in WHY:
        return reason, WHY[reason]
    if " " in reason:
        return _OTHER, Why(reason, next_step=_MEND)
    return reason, Why(f"{reason.replace('_', ' ').capitalize()}.")
