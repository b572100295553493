"""Answering a run that is held."""

from collections.abc import Awaitable
from dataclasses import replace

import strawberry

from metonic_gateway.graphql.arguments import identity
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import (
    ErrorCode,
    NotFound,
    OutOfDate,
    no_calendar_chosen,
    not_connected,
    paused,
    sign_in_required,
)
from metonic_gateway.graphql.runs.mutations import RunResult
from metonic_gateway.graphql.runs.types import shown_run
from metonic_gateway.services import status_topic
from metonic_gateway.store import answering, history
from metonic_gateway.store.answering import Answered, NothingWaits, Resting
from metonic_gateway.store.states import DISCONNECTED, DISCONNECTING, NEEDS_CALENDAR, NEEDS_SIGN_IN


async def approve_sync_run(info: Info, run_id: strawberry.ID) -> RunResult:
    viewer, asked = await info.context.viewer(), identity(run_id)
    if asked is None:
        return _no_run()
    return await _answered(info, answering.approve(viewer.id, asked, info.context.services.clock()))


async def reject_sync_run(info: Info, run_id: strawberry.ID) -> RunResult:
    viewer, asked = await info.context.viewer(), identity(run_id)
    if asked is None:
        return _no_run()
    return await _answered(info, answering.reject(viewer.id, asked, info.context.services.clock()))


async def _answered(info: Info, answer: Awaitable[Answered | None]) -> RunResult:
    viewer, services = await info.context.viewer(), info.context.services
    try:
        made = await answer
    except NothingWaits:
        return _nothing_waits()
    except Resting as error:
        return resting(error)
    found = None if made is None else await history.run(viewer.id, made.run_id)
    if made is None or found is None:
        return _no_run()
    services.nudge([made.calendar_id])
    services.feed.publish(status_topic(viewer.id))
    return shown_run(found)


def resting(error: Resting) -> RunResult:
    """Nothing was asked for, as nothing would be done; it waits as before."""
    if error.why in {DISCONNECTING, DISCONNECTED}:
        return not_connected(error.provider)
    if error.why == NEEDS_SIGN_IN:
        return sign_in_required(error.provider)
    if error.why == NEEDS_CALENDAR:
        return no_calendar_chosen(error.provider)
    return replace(paused(), path=["runId"])


def _no_run() -> NotFound:
    return NotFound(
        code=ErrorCode.NOT_FOUND,
        message="There is no such run.",
        next_step="Take the id of `heldRun` in the status of the calendar.",
    )


def _nothing_waits() -> OutOfDate:
    return OutOfDate(
        code=ErrorCode.OUT_OF_DATE,
        message="Nothing of this run waits for an answer any more; nothing was done.",
        next_step="Look at `heldRun` in the status of the calendar: a later run may have taken its place.",
        current_version=None,
    )


@strawberry.type
class AnsweringMutation:
    approve_sync_run: RunResult = strawberry.field(
        resolver=approve_sync_run,
        description="Let a held run do what its plan says. Answers the run that does it. What has changed on "
        "either side since it was shown is decided anew, and may be held again. Once more is no error. Of a "
        "calendar that is not synced now nothing is approved.",
    )
    reject_sync_run: RunResult = strawberry.field(
        resolver=reject_sync_run,
        description="Leave what a held run would do undone. Each item stays as it is, shown as IGNORED, and "
        "is decided anew when one of its sides changes. Once more is no error.",
    )
