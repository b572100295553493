"""Pain 11, a read that failed or was cut short is taken for deletions: absence has to be confirmed."""

import pytest
from aiohttp import web
from tests.e2e.smoke.proxy import Exchange
from tests.gateway.graphql.operations import SYNC_NOW
from tests.stage import Person

NOTHING = """<?xml version="1.0"?><multistatus xmlns="DAV:"><sync-token>http://radicale.org/ns/sync/0</sync-token>
</multistatus>"""
XML = "application/xml"
ANSWERS = {
    "an empty calendar": web.Response(status=207, text=NOTHING, content_type=XML),
    "half of an answer": web.Response(status=207, text=NOTHING[:90], content_type=XML),
    "a page of a hotel": web.Response(status=200, text="<html>Welcome</html>", content_type="text/html"),
    "a server in trouble": web.Response(status=500),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_a_list_that_names_no_event_deletes_none(trainer: Person, answer: web.Response) -> None:
    await trainer.create("Yoga")
    for name in ("one", "two"):
        await trainer.device.put(f"{name}.ics", f"SUMMARY:{name}", "DTSTART:20261203T090000Z")
    await trainer.sync()
    await trainer.api.call(SYNC_NOW, provider="apple", complete=True)

    def instead(exchange: Exchange) -> web.Response | None:
        # The answer is made anew: it can be sent only once.
        is_list = exchange.method == "REPORT" and b"sync-collection" in exchange.sent
        return (
            web.Response(status=answer.status, body=answer.body, headers=answer.headers) if is_list else None
        )

    trainer.line.instead = instead
    await trainer.sync()
    trainer.answered_again()
    await trainer.sync()

    assert await trainer.titles() == ["Yoga", "one", "two"]
    assert await trainer.device.titles() == ["Yoga", "one", "two"]
    assert await trainer.conflicts() == []
