"""Pain 11, a read that failed or was cut short is taken for deletions: absence has to be confirmed."""

import pytest
from tests.e2e.smoke.proxy import Exchange
from tests.gateway.graphql.operations import SYNC_NOW
from tests.stage import Person

NOTHING = """<?xml version="1.0"?><multistatus xmlns="DAV:"><sync-token>http://radicale.org/ns/sync/0</sync-token>
</multistatus>"""
ANSWERS = {
    "an empty calendar": (207, NOTHING),
    "half of an answer": (207, NOTHING[:90]),
    "a page of a hotel": (200, "<html>Welcome</html>"),
    "a server in trouble": (500, ""),
}


def asks_for_all(exchange: Exchange) -> bool:
    return exchange.method == "REPORT" and b"sync-collection" in exchange.sent


@pytest.mark.parametrize(("status", "body"), ANSWERS.values(), ids=ANSWERS)
async def test_a_list_that_names_no_event_deletes_none(trainer: Person, status: int, body: str) -> None:
    await trainer.create("Yoga")
    for name in ("one", "two"):
        await trainer.device.put(f"{name}.ics", f"SUMMARY:{name}", "DTSTART:20261203T090000Z")
    await trainer.sync()
    await trainer.api.call(SYNC_NOW, provider="apple", complete=True)

    refused = trainer.refused(asks_for_all, status, body)
    await trainer.sync()
    trainer.answered_again()
    await trainer.sync()

    assert refused
    assert await trainer.titles() == ["Yoga", "one", "two"]
    assert await trainer.device.titles() == ["Yoga", "one", "two"]
    assert await trainer.conflicts() == []
