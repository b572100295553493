"""What about a connected calendar waits for its user: the most urgent thing of all there is."""

from datetime import datetime

import strawberry

from metonic_gateway.graphql.errors import ErrorCode, error_code, no_calendar_chosen
from metonic_gateway.graphql.scalars import DateTime, date_time
from metonic_gateway.store.history import Run
from metonic_gateway.store.overview import Overview, Problem, Tally
from metonic_gateway.store.states import NEEDS_CALENDAR


@strawberry.type(description="What keeps a calendar, or items of it, from being synced.")
class Attention:
    code: ErrorCode
    message: str = strawberry.field(description="What happened; a sentence to show.")
    next_step: str = strawberry.field(description="What to do now; a sentence to show.")
    since: DateTime


def attention_of(calendar: Overview, tally: Tally) -> Attention | None:
    """What keeps the whole calendar from being synced goes before what keeps an item."""
    if calendar.problem is not None:
        return _problem(calendar.problem)
    if calendar.stopped == NEEDS_CALENDAR:
        told = no_calendar_chosen(calendar.provider)
        return _attention(told.code, told.message, told.next_step, calendar.updated_at)
    return None if calendar.stopped is not None else _of_items(calendar, tally)


def _of_items(calendar: Overview, tally: Tally) -> Attention | None:
    if tally.held:
        return _held(*tally.held)
    if tally.open_conflicts:
        return _conflicts(tally.open_conflicts, tally.conflict_since or calendar.updated_at)
    if tally.quarantined:
        return _items_left(tally.quarantined, tally.quarantined_since or calendar.updated_at)
    return None if tally.left_behind is None else _problem(tally.left_behind)


def needs_attention(calendar: Overview, tally: Tally) -> bool:
    return attention_of(calendar, tally) is not None


def _problem(problem: Problem) -> Attention:
    return _attention(error_code(problem.code), problem.message, problem.next_step, problem.since)


def _held(run: Run, number: int) -> Attention:
    return _attention(
        ErrorCode.HELD,
        "1 change that nobody asked for waits for your approval."
        if number == 1
        else f"{number} changes that nobody asked for wait for your approval.",
        "Look at the plan of the held run, and approve or reject it. Everything else is synced meanwhile.",
        run.completed_at or run.requested_at,
    )


def _conflicts(number: int, since: datetime) -> Attention:
    return _attention(
        ErrorCode.CONFLICTS,
        "1 conflict waits for your decision."
        if number == 1
        else f"{number} conflicts wait for your decision.",
        "Compare the two versions of each, and say which side stands.",
        since,
    )


def _items_left(number: int, since: datetime) -> Attention:
    return _attention(
        ErrorCode.ITEMS_LEFT,
        "1 item is left alone because something is wrong with it."
        if number == 1
        else f"{number} items are left alone because something is wrong with them.",
        "Look at what is in quarantine, and change what is wrong with it: then it is tried again.",
        since,
    )


def _attention(code: ErrorCode, message: str, next_step: str, since: datetime) -> Attention:
    return Attention(code=code, message=message, next_step=next_step, since=date_time(since))
