"""Switches and records over HTTP, as somebody outside Python uses them."""

from typing import Any

from tests.simulators.phone import Phone, event

from metonic_simulators.icloud import QUIRKS


async def _ask(phone: Phone, method: str, path: str, body: object = None) -> tuple[int, Any]:
    async with phone.session.request(method, f"{phone.stand_in.url}-/{path}", json=body) as answer:
        return answer.status, await answer.json() if answer.content_type == "application/json" else None


async def test_quirks_are_listed_with_what_they_do(phone: Phone) -> None:
    _, quirks = await _ask(phone, "GET", "quirks")

    assert [quirk["name"] for quirk in quirks] == list(QUIRKS)
    assert [quirk["name"] for quirk in quirks if quirk["on"]] == ["icloud-layout"]
    (paged,) = [quirk for quirk in quirks if quirk["name"] == "paged"]
    assert paged["options"] == {"size": 2}
    assert paged["says"]
    assert "RFC 6578" in paged["source"]


async def test_a_quirk_is_turned_on_and_off(phone: Phone) -> None:
    await phone.put_all("a.ics", "b.ics")

    _, on = await _ask(phone, "PUT", "quirks/paged", {"size": 1})
    page = await phone.changes()
    _, off = await _ask(phone, "DELETE", "quirks/paged")

    assert (on["on"], on["options"], off["on"]) == (True, {"size": 1}, False)
    assert "507" in page.status_of(phone.calendar)
    assert phone.calendar not in (await phone.changes()).members


async def test_a_fault_is_armed_and_shown_until_it_is_spent(phone: Phone) -> None:
    fault = {"quirk": "failing", "times": 2, "method": "PUT", "path": "*/a.ics", "options": {"status": 503}}

    status, armed = await _ask(phone, "POST", "faults", fault)
    refused = await phone.put("a.ics", event("a"))
    _, left = await _ask(phone, "GET", "faults")
    await _ask(phone, "DELETE", "faults")

    assert (status, armed) == (201, [fault])
    assert refused.status == 503
    assert left == [fault | {"times": 1}]
    assert (await phone.put("a.ics", event("a"))).status == 201


async def test_log_and_outbox_are_read_and_reset(phone: Phone) -> None:
    phone.stand_in.turn_on("schedules")
    invitation = event("m", "ORGANIZER:mailto:alice@example.com", "ATTENDEE:mailto:bob@example.com")
    await phone.put("m.ics", invitation)

    _, log = await _ask(phone, "GET", "log")
    _, outbox = await _ask(phone, "GET", "outbox")
    await _ask(phone, "POST", "reset")

    assert log[-1]["method"] == "PUT"
    assert phone.stand_in.password not in str(log)
    assert [(mail["method"], mail["recipient"]) for mail in outbox] == [("REQUEST", "mailto:bob@example.com")]
    assert await _ask(phone, "GET", "log") == (200, [])
    assert await _ask(phone, "GET", "outbox") == (200, [])


async def test_what_cannot_be_done_is_said(phone: Phone) -> None:
    unusable = [
        await _ask(phone, "PUT", "quirks/no-such"),
        await _ask(phone, "PUT", "quirks/paged", {"size": "many"}),
        await _ask(phone, "PUT", "quirks/paged", ["size"]),
        await _ask(phone, "POST", "faults", {"quirk": "failing", "time": 2}),
        await _ask(phone, "POST", "faults", {"quirk": "failing", "times": "2"}),
        await _ask(phone, "POST", "faults", {"quirk": "failing", "options": 2}),
    ]

    assert [(status, bool(said["message"])) for status, said in unusable] == [(400, True)] * len(unusable)
    assert (await _ask(phone, "GET", "nothing"))[0] == 404
    assert phone.stand_in.faults == []
