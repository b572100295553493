"""Asking about held runs and answering them, as a frontend does."""

from uuid import UUID

from tests.gateway.graphql.client import Api
from tests.gateway.guard.stock import erase, held_run, run, stocked
from tests.gateway.house import House

ANSWER = """mutation ($id: ID!) {
  %s(runId: $id) {
    __typename
    ... on SyncRun { id state reason kind }
    ... on UserError { code nextStep }
  }
}"""
APPROVE, REJECT = ANSWER % "approveSyncRun", ANSWER % "rejectSyncRun"
STATUS = """{ syncStatus(provider: "memory") {
  state attention { code message nextStep } heldRun { id state } currentRun { reason } lastRun { state }
} }"""


async def holding(house: House, *, of: int = 50, erased: int = 40) -> tuple[UUID, str]:
    """A calendar with a held run."""
    calendar = await stocked(house, of)
    erase(house, *range(erased))
    await run(house, calendar)
    return calendar, str((await held_run()).id)


async def copies(api: Api) -> set[tuple[str, str]]:
    query = "{ appointments(first: 50) { nodes { copies { state reasonCode } } } }"
    nodes = (await api.call(query))["nodes"]
    return {(copy["state"], copy["reasonCode"]) for node in nodes for copy in node["copies"]}
