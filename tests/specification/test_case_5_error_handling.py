"""Test case 5: Error Handling. Each trouble is told, and what waited is done as soon as it is over."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.e2e.smoke.proxy import Stage as How
from tests.gateway.graphql.client import next_of
from tests.stage import Person, sign_in

from metonic_gateway.accounts.egress import Egress, Limits

LATER = timedelta(hours=7)
WATCH = """subscription { syncStatusChanged(provider: "apple") {
  state attention { code message nextStep } } }"""
LAST = "{ syncHistory(first: 1) { nodes { id status canRetry } } }"
RETRY = "mutation ($id: ID!) { retrySync(runId: $id) { ... on SyncRun { id reason } } }"
TROUBLES = {401: "SIGN_IN_REQUIRED", 429: "RATE_LIMITED", 500: "UNREACHABLE"}


async def _is_made_good(person: Person) -> None:
    """After the longest back-off the change that waited is in the calendar, once."""
    person.answered_again()
    await person.sync(LATER)

    assert await person.device.titles() == ["Pilates"]
    status = await person.status()
    assert (status["state"], status["attention"], status["consecutiveFailures"]) == ("IDLE", None, 0)


@pytest.fixture
async def editor(trainer: Person) -> Person:
    """Somebody whose change waits to be written."""
    lesson = await trainer.create("Yoga")
    await trainer.sync()
    await trainer.update(lesson, title="Pilates")
    return trainer


async def test_invalid_credentials(editor: Person) -> None:
    editor.answered(401)
    await editor.sync()

    status = await editor.status()
    assert (status["state"], status["attention"]["code"]) == ("NEEDS_SIGN_IN", "SIGN_IN_REQUIRED")
    editor.answered_again()
    await sign_in(editor.api, editor.line, editor.name)
    await _is_made_good(editor)


async def test_a_wrong_password_connects_nothing_and_says_so(trainer: Person) -> None:
    told = await sign_in(trainer.api.as_user("client-1"), trainer.line, trainer.name, "wrong")

    assert (told["code"], bool(told["message"]), bool(told["nextStep"])) == ("SIGN_IN_FAILED", True, True)
    assert await trainer.api.as_user("client-1").call("{ connectedCalendars { id } }") == []


async def test_rate_limit_exceeded(editor: Person) -> None:
    editor.answered(429, **{"Retry-After": "7200"})
    await editor.sync()
    asked = len(editor.line.of(editor.name))
    await editor.sync(timedelta(minutes=90))
    asked_too_early = len(editor.line.of(editor.name)) - asked

    assert (await editor.status())["attention"]["code"] == "RATE_LIMITED"
    assert asked_too_early == 0
    await _is_made_good(editor)


async def test_network_timeout(editor: Person) -> None:
    gate = editor.line.gate(How.BEFORE, lambda exchange: exchange.user == editor.name)
    patient = editor.house.services
    async with Egress(allow_private_addresses=True, limits=Limits(seconds=0.2)) as egress:
        editor.house.services = replace(patient, egress=egress)
        await editor.sync()
    editor.house.services = patient
    gate.drop()

    status = await editor.status()
    assert (status["state"], status["attention"]["code"]) == ("BACKING_OFF", "UNREACHABLE")
    await _is_made_good(editor)


async def test_provider_api_down(editor: Person) -> None:
    editor.answered(500)
    for failures in (1, 2, 3):
        await editor.sync(LATER)
        assert (await editor.status())["consecutiveFailures"] == failures

    assert (await editor.status())["attention"]["nextStep"]
    await _is_made_good(editor)


async def test_it_is_tried_again_by_itself_soon_at_first_and_then_later(editor: Person) -> None:
    editor.answered(500)
    wait = LATER
    for failures in range(4):
        await editor.sync(wait)
        wait = datetime.fromisoformat((await editor.status())["nextSyncAt"]) - editor.house.now
        assert timedelta(0) <= wait <= timedelta(seconds=30) * 2**failures

    editor.answered_again()
    await editor.sync(wait)

    assert await editor.device.titles() == ["Pilates"]


async def test_who_does_not_want_to_wait_tries_again_at_once(editor: Person) -> None:
    editor.answered(500)
    for _ in range(6):
        await editor.sync(LATER)
    (run,) = (await editor.api.call(LAST))["nodes"]
    editor.answered_again()

    asked = await editor.api.call(RETRY, id=run["id"])
    await editor.sync(timedelta(0))

    assert (run["status"], run["canRetry"], asked["reason"]) == ("FAILED", True, "RETRY")
    assert await editor.device.titles() == ["Pilates"]
    status = await editor.status()
    assert (status["state"], status["consecutiveFailures"]) == ("IDLE", 0)


@pytest.mark.parametrize(("status", "code"), TROUBLES.items())
async def test_who_watches_is_told_of_the_error_and_of_its_end(
    editor: Person, status: int, code: str
) -> None:
    async with editor.api.subscribed(WATCH) as socket:
        editor.answered(status)
        await editor.sync()
        told = (await next_of(socket))["data"]["syncStatusChanged"]
        while told["attention"] is None:
            told = (await next_of(socket))["data"]["syncStatusChanged"]
        editor.answered_again()
        await sign_in(editor.api, editor.line, editor.name)
        await editor.sync(LATER)
        over = told
        while over["state"] != "IDLE":
            over = (await next_of(socket))["data"]["syncStatusChanged"]

    assert told["attention"]["code"] == code
    assert told["attention"]["nextStep"]
    assert over["attention"] is None
