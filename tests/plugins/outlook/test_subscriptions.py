"""Subscriptions before what stands in for Graph: which are ended for another one, and why there is none."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.listening import listening
from tests.plugins.outlook.standing import ALICE, GraphStand

from metonic_core.spi import (
    Answer,
    CalendarGone,
    ChannelAsk,
    Incoming,
    Misconfigured,
    ProviderError,
    Unacceptable,
)
from metonic_outlook.push import read
from metonic_simulators.graph import ids, seeding

LATER = datetime.now(UTC) + timedelta(days=3)


@pytest.fixture
async def address() -> AsyncIterator[str]:
    def take(incoming: Incoming) -> str | None:
        return incoming.query.get("validationToken")

    async with listening(take) as found:
        yield found


def ask(address: str, number: int = 1) -> ChannelAsk:
    return ChannelAsk(f"channel-{number}", address, f"secret-{number}", LATER)


def standing(stand: GraphStand) -> list[str]:
    return list(stand.graph.subscriptions.all)


async def test_a_second_one_of_the_calendar_takes_the_place_of_the_first_and_of_no_other(
    stand: GraphStand, address: str
) -> None:
    world, user = stand.graph.world, stand.graph.user(ALICE)
    other = seeding.put_calendar(world, {"owner": ALICE, "name": "Other"})
    kept = await stand.adapter.setup_webhook(world.calendar_id(user, other), ask(address))
    first = await stand.adapter.setup_webhook(stand.calendar_id, ask(address, 2))

    second = await stand.adapter.setup_webhook(stand.calendar_id, ask(address, 3))

    assert first.resource not in standing(stand)
    assert sorted(standing(stand)) == sorted([kept.resource, second.resource])
    await stand.adapter.stop_webhook(stand.calendar_id, first)


async def test_one_that_stands_on_a_later_page_is_found(stand: GraphStand, address: str) -> None:
    world, user = stand.graph.world, stand.graph.user(ALICE)
    for number in range(3):
        other = seeding.put_calendar(world, {"owner": ALICE, "name": f"Other {number}"})
        await stand.adapter.setup_webhook(world.calendar_id(user, other), ask(address))
    first = await stand.adapter.setup_webhook(stand.calendar_id, ask(address, 2))
    stand.graph.turn_on("short-pages", size=1)

    second = await stand.adapter.setup_webhook(stand.calendar_id, ask(address, 3))

    assert first.resource not in standing(stand)
    assert second.resource in standing(stand)
    assert len(standing(stand)) == 4


async def test_a_subscription_is_of_one_calendar_and_names_ids_that_stay(
    stand: GraphStand, address: str
) -> None:
    await stand.adapter.setup_webhook(stand.calendar_id, ask(address))

    (one,) = stand.graph.subscriptions.all.values()
    assert (one.calendar, one.kind) == (stand.shelf, ids.IMMUTABLE)
    assert one.lifecycle == one.address == address
    assert one.changes == {"created", "updated", "deleted"}


async def test_a_calendar_that_is_gone_has_none(stand: GraphStand, address: str) -> None:
    await stand.delete_calendar()

    with pytest.raises(CalendarGone):
        await stand.adapter.setup_webhook(stand.calendar_id, ask(address))


def refused(status: int, code: str, message: str) -> Answer:
    body = {"error": {"code": code, "message": message}}
    return Answer(status, {}, json.dumps(body).encode(), "https://graph.microsoft.com/")


REFUSALS = [
    (refused(400, "ValidationError", "Subscription validation request timed out."), Misconfigured),
    (refused(400, "InvalidRequest", "Notification URL must use the https scheme: secret-1"), Misconfigured),
    (refused(400, "InvalidRequest", "Resource is not supported: secret-1"), Unacceptable),
    (
        refused(400, "ValidationError", "Subscription expiration can only be 60 minutes in the future."),
        Unacceptable,
    ),
    (refused(405, "secret-1", "secret-1"), Unacceptable),
]


@pytest.mark.parametrize(("answer", "kind"), REFUSALS)
async def test_a_refusal_says_whose_fault_it_is_and_nothing_secret(
    stand: GraphStand, address: str, answer: Answer, kind: type[ProviderError]
) -> None:
    stand.client.instead = answer

    with pytest.raises(ProviderError) as told:
        await stand.adapter.setup_webhook(stand.calendar_id, ask(address))

    assert type(told.value) is kind
    assert "secret-1" not in told.value.message


async def test_what_is_told_is_understood(stand: GraphStand) -> None:
    came: list[Incoming] = []

    def take(incoming: Incoming) -> str | None:
        came.append(incoming)
        return incoming.query.get("validationToken")

    async with listening(take) as address:
        channel = await stand.adapter.setup_webhook(stand.calendar_id, ask(address))
        for event in ("reauthorizationRequired", "missed", "subscriptionRemoved"):
            stand.graph.subscriptions.live(channel.resource, event)
            await stand.delivered()

    told = [read(one, channel) for one in came]
    assert [notice.fate.name for notice in told] == ["STANDS", "STANDS", "DUE", "STANDS", "OVER"]
    assert [notice.is_news for notice in told] == [False, False, False, True, True]
