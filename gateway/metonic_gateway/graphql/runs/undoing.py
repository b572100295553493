"""Taking a run back."""

from uuid import UUID

import strawberry

from metonic_gateway.graphql.arguments import identity
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import ErrorCode, InvalidInput, no_such_run, not_connected
from metonic_gateway.graphql.runs.mutations import RunResult
from metonic_gateway.graphql.runs.types import shown_run
from metonic_gateway.services import status_topic
from metonic_gateway.store import history
from metonic_gateway.store.undoing import Refusal, request

_REFUSED: dict[Refusal, tuple[ErrorCode, str, str]] = {
    Refusal.NOT_FINISHED: (
        ErrorCode.CANNOT_UNDO,
        "The run has not finished yet.",
        "Wait for its end; `syncProgress` tells it.",
    ),
    Refusal.NOTHING_KEPT: (
        ErrorCode.CANNOT_UNDO,
        "There is nothing to take back: it changed nothing, or longer ago than the 30 days that are kept.",
        "Make the change yourself.",
    ),
}


async def undo_sync_run(info: Info, run_id: strawberry.ID) -> RunResult:
    viewer = await info.context.viewer()
    services, asked = info.context.services, identity(run_id)
    if asked is None:
        return no_such_run()
    undo = await request(viewer.id, asked, services.clock())
    if not isinstance(undo, UUID):
        return await _refused(undo, viewer.id, asked)
    services.undo(undo)
    services.feed.publish(status_topic(viewer.id))
    found = await history.run(viewer.id, undo)
    return no_such_run() if found is None else shown_run(found)


async def _refused(why: Refusal, user_id: UUID, run_id: UUID) -> RunResult:
    run = await history.run(user_id, run_id)
    if why is Refusal.NOT_FOUND or run is None:
        return no_such_run()
    if why is Refusal.DISCONNECTED:
        return not_connected(run.provider)
    code, message, next_step = _REFUSED[why]
    return InvalidInput(code=code, message=message, next_step=next_step, path=["runId"])


@strawberry.type
class UndoMutation:
    undo_sync_run: RunResult = strawberry.field(
        resolver=undo_sync_run,
        description="Take back what a run did, as an edit of the viewer's: appointments get what stood "
        "there before, unless it was changed again since; what was cancelled or erased comes back, what was "
        "made or imported is taken out. The answer is a run of the kind UNDO, the same one however often it "
        "is asked for; its `errors` name what was left alone, and why. The calendars follow with their next "
        "runs. What it did can be undone in its turn.",
    )
