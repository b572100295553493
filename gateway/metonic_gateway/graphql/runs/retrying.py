"""Asking once more for a run that failed."""

import strawberry

from metonic_gateway.graphql.arguments import identity
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import ErrorCode, InvalidInput, no_such_run
from metonic_gateway.graphql.runs.answering import resting
from metonic_gateway.graphql.runs.mutations import RunResult
from metonic_gateway.graphql.runs.types import shown_run
from metonic_gateway.services import status_topic
from metonic_gateway.store import history
from metonic_gateway.store.answering import Resting
from metonic_gateway.store.retrying import CannotRetry, Refusal, request

_REFUSED: dict[Refusal, tuple[str, str]] = {
    Refusal.PREVIEW: ("A preview does nothing that could be tried again.", "Ask for another: `previewSync`."),
    Refusal.UNDO: (
        "This run takes another one back.",
        "Ask for that again: `undoSyncRun` with its `undoOf`.",
    ),
    Refusal.NOT_ENDED: ("The run has not ended yet.", "Wait for its end; `syncProgress` tells it."),
    Refusal.WORKED: (
        "The run left nothing undone.",
        "Sync again with `syncNow`, if you do not want to wait.",
    ),
}


async def retry_sync(info: Info, run_id: strawberry.ID) -> RunResult:
    viewer = await info.context.viewer()
    services, asked = info.context.services, identity(run_id)
    if asked is None:
        return no_such_run()
    try:
        made = await request(viewer.id, asked, services.clock())
    except CannotRetry as error:
        return _refused(error.why)
    except Resting as error:
        return resting(error)
    found = None if made is None else await history.run(viewer.id, made.run_id)
    if made is None or found is None:
        return no_such_run()
    services.nudge([made.calendar_id])
    services.feed.publish(status_topic(viewer.id))
    return shown_run(found)


def _refused(why: Refusal) -> InvalidInput:
    message, next_step = _REFUSED[why]
    return InvalidInput(code=ErrorCode.CANNOT_RETRY, message=message, next_step=next_step, path=["runId"])


@strawberry.type
class RetryMutation:
    retry_sync: RunResult = strawberry.field(
        resolver=retry_sync,
        description="Try again what a run left undone, at once: it failed, or is PARTIAL. The answer is the "
        "run that does so, the same one however often it is asked for until it has ended. Its calendar does "
        "not wait any longer for the time of `nextSyncAt`, not even where the provider asked for a pause, "
        "and of what is left alone, the items that the run complained of are tried again. Of a calendar "
        "that is not synced now nothing is tried.",
    )
