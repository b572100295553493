"""Taking a run back, part by part, for as long as it takes; what is cut off is gone on with."""

from uuid import UUID

from metonic_core.reconcile.undo import Left
from metonic_gateway.services import CHANGES, Services, run_topic, status_topic
from metonic_gateway.store import taking_back
from metonic_gateway.store.taking_back import Complaints, Part, Told
from metonic_gateway.telemetry import get_logger

_log = get_logger(__name__)

_IN_PLACE = "Nothing to do, or make the change yourself."

LEFT: dict[Left, Told] = {
    Left.MOVED_SINCE: (
        "moved_since",
        "It was changed again since, so what is there now was left as it is.",
        "Change it yourself if you want the former state; the run's operations say what that was.",
    ),
    Left.NOT_ENTITLED: ("not_entitled", "You may not change this appointment (any more).", "Ask its owner."),
    Left.NOT_CONCERNED: (
        "not_found",
        "The appointment is not there any more, or does not concern you any more.",
        "Nothing to do.",
    ),
    Left.NOT_WANTED: (
        "cannot_undo",
        "It does not belong into this calendar now, so it gets no event there.",
        "Change the calendar's settings, or choose to always sync it.",
    ),
    Left.FORMER_CALENDAR: (
        "cannot_undo",
        "It is in a calendar that you do not sync with any more.",
        "Delete it there yourself, or choose that calendar again and then undo the run once more.",
    ),
    Left.MOVED_CALENDAR: (
        "cannot_undo",
        "It moved along when you chose another calendar, so its copy was left where it is.",
        "Choose the former calendar again, then it moves back.",
    ),
    Left.ORPHAN: (
        "cannot_undo",
        "It was a copy that no appointment needed.",
        "Nothing to do: the run's operations say what it held.",
    ),
    Left.LINKED: (
        "cannot_undo",
        "Which event belongs to which appointment is not taken back.",
        _IN_PLACE,
    ),
    Left.ONLY_THERE: (
        "cannot_undo",
        "The run only brought the calendar to what the appointment said; the appointment had not changed.",
        "If the calendar was right, change the appointment; the run's operations say what the calendar said.",
    ),
    Left.UNREADABLE: ("failed", "This could not be taken back.", "Make the change yourself."),
}


def _more(number: int) -> Told:
    return "cannot_undo", f"{number} more could not be taken back.", "Compare the operations of both runs."


COMPLAINTS = Complaints(
    LEFT.__getitem__,
    _more,
    (
        "cannot_undo",
        "A part of what the run did is longer ago than is kept, so it was not taken back.",
        "Make those changes yourself.",
    ),
)


async def undo_run(services: Services, undo_id: UUID) -> None:
    """Take a run back to its end; whatever goes wrong is logged, and tried again by who looks for it."""
    try:
        while True:
            part = await taking_back.take_back(undo_id, COMPLAINTS, services.window(), services.clock())
            if part is None:
                return
            _tell(services, undo_id, part)
            if part.is_last:
                _log.info("run_undone", undo=undo_id)
                return
    except Exception:  # noqa: BLE001 - it stays where it is, and is gone on with
        _log.exception("undo_failed", undo=undo_id)


def _tell(services: Services, undo_id: UUID, part: Part) -> None:
    services.nudge(part.due)
    services.feed.publish(run_topic(undo_id))
    for user_id in part.people | {part.user_id}:
        services.feed.publish(status_topic(user_id))
    if part.has_changed:
        services.feed.publish(CHANGES)
