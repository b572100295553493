"""Pain 15, a slow first sync that says nothing: events come in batches, who watches is told of each."""

from tests.gateway.graphql.client import next_of
from tests.gateway.graphql.operations import SYNC_NOW
from tests.stage import Person

EVENTS = 60
WATCH = "subscription ($id: ID!) { syncProgress(runId: $id) { phase done total } }"


async def test_many_events_come_in_by_few_requests_and_progress_is_told(trainer: Person) -> None:
    for number in range(EVENTS):
        await trainer.device.put(f"{number}.ics", f"SUMMARY:{number}", "DTSTART:20261203T090000Z")
    run = (await trainer.api.call(SYNC_NOW, provider="apple", complete=True))["id"]
    before = len(trainer.line.of(trainer.name))
    told = []

    async with trainer.api.subscribed(WATCH, id=run) as socket:
        told.append((await next_of(socket))["data"]["syncProgress"])
        await trainer.sync()
        while told[-1]["phase"] != "FINISH":
            told.append((await next_of(socket))["data"]["syncProgress"])

    # The list, twice fifty texts at most, and what a complete read has to make sure of.
    assert len(trainer.line.of(trainer.name)) - before <= 4
    assert {"phase": "APPLY", "done": EVENTS, "total": EVENTS} in told
    assert (await trainer.history())[0]["itemsPulled"] == EVENTS
