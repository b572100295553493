"""What the reason codes of copies mean to people."""

from metonic_core.reconcile.step import ConflictType, Reason
from metonic_core.selection import Exclusion
from metonic_gateway.jobs.troubles import OSCILLATES
from metonic_gateway.store.copies import IN_SYNC, PAUSED, PENDING
from metonic_gateway.store.states import NEEDS_CALENDAR, NEEDS_SIGN_IN

_SENTENCES: dict[str, str] = {
    IN_SYNC: "Appointment and calendar say the same.",
    PENDING: "A change is waiting for the next sync.",
    PAUSED: "It waits until you let this calendar go on.",
    NEEDS_CALENDAR: "No calendar is chosen yet: choose one.",
    NEEDS_SIGN_IN: "It waits until you connect the provider again.",
    Exclusion.NOT_CONCERNED: "It does not concern you any more.",
    Exclusion.PRIVATE: "It is private, and private appointments stay out of this calendar.",
    Exclusion.IMPORTED_ELSEWHERE: "It came from another calendar of yours and is not copied into this one.",
    Exclusion.OUTSIDE_WINDOW: "It lies outside the span of time that is synced.",
    Exclusion.NEVER: "You chose to keep it out of this calendar.",
    Exclusion.NOT_SELECTED: "This calendar gets only what you choose, and you did not choose it.",
    Exclusion.OTHER_TYPE: "Appointments of its type are not selected for this calendar.",
    Exclusion.OTHER_CLIENT: "None of the clients that are selected for this calendar takes part.",
    Exclusion.OTHER_DATES: "It lies outside the dates that are selected for this calendar.",
    Exclusion.PULL_ONLY: "Nothing is written into this calendar: it is only read.",
    Exclusion.CANCELLED: "It was cancelled, so it has no copy.",
    Reason.DELETED_THERE: "Its copy was deleted in the calendar, so it is not copied there any more, "
    "until you choose to have it there always.",
    Reason.NOT_YOURS_TO_EDIT: "It was changed in the calendar by somebody who may not edit it.",
    Reason.NOT_WRITABLE: "Its event may not be changed by you, so it is left in the calendar as it is.",
    ConflictType.TIME_CHANGE: "It was moved here and in the calendar, to different times.",
    ConflictType.DELETED: "It was deleted on one side and changed on the other.",
    ConflictType.DATA_MISMATCH: "The same was changed here and in the calendar, in different ways.",
    ConflictType.CREATED_EXTERNALLY: "An event like it is in the calendar already, and may be the same.",
    Reason.COPY_OF_ANOTHER_LINK: "The event is a copy that another connection made.",
    Reason.PUSH_ONLY: "Nothing is taken from this calendar: it is only written to.",
    Reason.NO_EVENT: "What is in the calendar is no event.",
    Reason.OSCILLATES: OSCILLATES,
    Reason.RESOLVED: "A conflict about it was resolved so that its event is left alone.",
    Reason.DESELECTED: "It is not selected for this calendar any more.",
    Reason.MANY_DELETIONS: "It would be deleted along with so many others that it waits for your approval.",
    Reason.EMPTY_CALENDAR: "The calendar was suddenly empty, so it is deleted only with your approval.",
    Reason.MANY_EDITS: "It was changed in the calendar along with so many others that it waits for your "
    "approval.",
    Reason.REJECTED: "You rejected what would have been done to it; it stays as it is until a side changes.",
}
_OTHER = "other"


def sentence(reason: str) -> tuple[str, str]:
    """The code and the sentence. A hold's reason may be a sentence of an adapter instead of a code."""
    if reason in _SENTENCES:
        return reason, _SENTENCES[reason]
    return (_OTHER, reason) if " " in reason else (reason, f"{reason.replace('_', ' ').capitalize()}.")
