"""Requests to the address of a channel, over real HTTP: what the provider sends counts, and nothing else."""

import logging
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import aiohttp
import pytest
from tests.core.conformance.telling import WEEK
from tests.gateway.graphql.statements import counted
from tests.gateway.memory import WORK
from tests.gateway.push.conftest import Scene
from tests.gateway.push.outside import send

from metonic_core.spi import ChannelAsk
from metonic_core.spi.errors import Unavailable
from metonic_gateway.http.webhooks import MOST_BYTES
from metonic_gateway.store.models import CalendarSyncConfig, PushChannel
from metonic_gateway.vault import Place, Vault


async def everything(scene: Scene) -> list[object]:
    """All that a request could have changed, but that something has come through the channel."""
    calendars = await CalendarSyncConfig.all().order_by("id").values()
    channels = [row | {"heard_at": None} for row in await PushChannel.all().order_by("id").values()]
    return [calendars, channels, list(scene.house.nudged), len(await scene.house.runs())]


async def test_a_notification_asks_for_a_run(scene: Scene, told: UUID) -> None:
    scene.later(timedelta(minutes=1))

    assert await scene.exchange.tell(scene.exchange.standing[0]) == (204, "")

    assert scene.house.nudged == [told]
    assert (await scene.house.row(told)).next_sync_at == scene.house.now


async def test_the_first_message_of_a_channel_is_no_news(scene: Scene, told: UUID) -> None:  # noqa: ARG001
    before = await everything(scene)

    assert await scene.exchange.tell(scene.exchange.standing[0], "sync") == (204, "")

    assert await everything(scene) == before


async def test_what_comes_before_the_channel_is_known_to_be_there_is_answered(scene: Scene) -> None:
    answers: list[tuple[int, str]] = []

    async def at_once(ask: ChannelAsk) -> None:
        answers.append(await send(ask.address, {}, say="hello & <welcome>"))
        answers.append(await scene.exchange.tell(ask.id, "sync"))
        answers.append(await scene.exchange.tell(ask.id, "exists", **{"x-token": "wrong"}))

    scene.exchange.before_answering = at_once
    await scene.told()

    forged = (403, "This is not from the provider of this channel.\n")
    assert answers == [(200, "hello & <welcome>"), (204, ""), forged]


async def test_text_that_is_said_back_is_no_page(scene: Scene, told: UUID) -> None:  # noqa: ARG001
    (ask,) = scene.exchange.opened.values()

    async with (
        aiohttp.ClientSession() as session,
        session.post(ask.address, params={"say": "<script>alert(1)</script>"}) as answer,
    ):
        assert answer.content_type == "text/plain"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


REFUSED = [
    {"x-token": "wrong"},
    {"x-token": ""},
    {"x-resource": "another"},
    {"x-token": "w\u00f6rng"},
]


@pytest.mark.parametrize("headers", REFUSED, ids=str)
async def test_what_is_forged_is_refused_and_changes_nothing(
    scene: Scene,
    told: UUID,  # noqa: ARG001
    headers: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    before = await everything(scene)
    (ask,) = scene.exchange.opened.values()

    status, text = await scene.exchange.tell(ask.id, **headers)

    assert (status, text) == (403, "This is not from the provider of this channel.\n")
    assert await everything(scene) == before
    assert ask.secret not in caplog.text
    assert "another" not in caplog.text


async def test_what_nobody_understands_is_refused_and_not_repeated_in_the_log(
    scene: Scene,
    told: UUID,  # noqa: ARG001
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = await everything(scene)
    (ask,) = scene.exchange.opened.values()
    usual = {"x-token": ask.secret, "x-resource": f"resource of {ask.id}"}

    for headers, body in ((usual | {"x-state": "exists"}, b"broken"), (usual, b"")):
        status, text = await send(ask.address, headers, body)
        assert (status, text) == (403, "This is not from the provider of this channel.\n")

    assert await everything(scene) == before
    assert ask.secret not in capsys.readouterr().err


async def test_an_unknown_channel_is_answered_as_if_it_were_there(scene: Scene, told: UUID) -> None:  # noqa: ARG001
    before = await everything(scene)
    (ask,) = scene.exchange.opened.values()

    answer = await send(
        f"{scene.url}/webhooks/memory/{uuid4()}", {"x-token": ask.secret, "x-state": "exists"}
    )

    assert answer == (204, "")
    assert await everything(scene) == before


@pytest.mark.parametrize(
    "path", ["memory/nonsense", "memory/%00", "pear/{id}", "%2e%2e/{id}", "memory/" + "9" * 999]
)
async def test_an_address_that_nobody_was_given_does_not_exist(scene: Scene, told: UUID, path: str) -> None:  # noqa: ARG001
    before = await everything(scene)
    (ask,) = scene.exchange.opened.values()

    status, text = await send(f"{scene.url}/webhooks/{path.format(id=ask.id)}", {"x-token": ask.secret})

    assert (status, ask.id in text) == (404, False)
    assert await everything(scene) == before


async def test_nothing_but_post_is_understood(scene: Scene, told: UUID) -> None:  # noqa: ARG001
    (ask,) = scene.exchange.opened.values()

    async with aiohttp.ClientSession() as session:
        for method in ("GET", "PUT", "DELETE"):
            async with session.request(method, ask.address) as answer:
                assert answer.status == 405


async def _chunks() -> AsyncIterator[bytes]:
    for _ in range(MOST_BYTES // 32_768 + 1):
        yield b" " * 32_768


@pytest.mark.parametrize("is_announced", [True, False])
async def test_a_body_that_is_too_large_is_refused_and_changes_nothing(
    scene: Scene,
    told: UUID,  # noqa: ARG001
    is_announced: bool,  # noqa: FBT001 - a parameter
) -> None:
    before = await everything(scene)
    (ask,) = scene.exchange.opened.values()
    headers = {"x-token": ask.secret, "x-resource": f"resource of {ask.id}", "x-state": "exists"}
    body = b" " * (MOST_BYTES + 1) if is_announced else _chunks()

    async with (
        aiohttp.ClientSession() as session,
        session.post(ask.address, data=body, headers=headers) as answer,
    ):
        assert answer.status == 413
        assert str(MOST_BYTES) in await answer.text()

    assert await everything(scene) == before


async def test_a_channel_that_is_over_counts_no_more(scene: Scene, told: UUID) -> None:  # noqa: ARG001
    scene.later(WEEK)
    before = await everything(scene)

    assert await scene.exchange.tell(scene.exchange.standing[0]) == (204, "")

    assert await everything(scene) == before


async def test_what_comes_late_from_a_calendar_that_was_left_changes_nothing(
    scene: Scene, told: UUID
) -> None:
    scene.house.world.calendars.append(WORK)
    await scene.choose("work")
    await scene.house.sync(told)
    before = await everything(scene)

    assert await scene.exchange.tell(next(iter(scene.exchange.opened))) == (204, "")

    assert await everything(scene) == before


@pytest.mark.parametrize("stopped", [{"is_paused": True}, {"stopped": "needs_sign_in"}, {"is_active": False}])
async def test_a_calendar_that_rests_is_not_disturbed(
    scene: Scene, told: UUID, stopped: dict[str, object]
) -> None:
    await CalendarSyncConfig.filter(id=told).update(**stopped)
    before = await everything(scene)

    assert await scene.exchange.tell(scene.exchange.standing[0]) == (204, "")

    assert await everything(scene) == before


async def test_a_calendar_that_backs_off_keeps_its_time(scene: Scene, told: UUID) -> None:
    scene.house.world.error = Unavailable("The server is down.")
    scene.later(timedelta(minutes=20))
    await scene.house.sync(told)
    scene.house.nudged.clear()
    before = (await scene.house.row(told)).next_sync_at

    assert await scene.exchange.tell(scene.exchange.standing[0]) == (204, "")

    assert (scene.house.nudged, (await scene.house.row(told)).next_sync_at) == ([], before)


async def test_a_secret_that_cannot_be_unsealed_lets_nobody_in(scene: Scene, told: UUID) -> None:  # noqa: ARG001
    (ask,) = scene.exchange.opened.values()
    await PushChannel.filter(id=ask.id).update(secret=Vault({"k2": bytes(32)}).seal("x", Place("", "", "")))
    before = await everything(scene)

    assert (await scene.exchange.tell(ask.id))[0] == 403

    assert await everything(scene) == before


async def test_a_flood_costs_a_statement_each_and_draws_one_run(scene: Scene, told: UUID) -> None:
    (channel,) = scene.exchange.standing
    scene.later(timedelta(minutes=1))
    reads = scene.house.world.reads
    await scene.exchange.tell(channel)

    with counted() as statements:
        for _ in range(50):
            assert await scene.exchange.tell(channel) == (204, "")

    assert len(statements) == 50
    assert all(re.match("SELECT", statement) for statement in statements)
    assert scene.house.nudged == [told]
    for _ in range(5):
        await scene.house.sync(told)
    assert scene.house.world.reads == reads + 1
