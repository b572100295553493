"""What waits to be sent goes to Redis in order and is rung for together, whatever becomes of the rest."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis
from tests.gateway.house import eventually
from tests.gateway.jobs.test_shared_brokers import Post
from tests.gateway.jobs.test_the_bell import Server, served

from metonic_gateway.jobs import sending as sending_module
from metonic_gateway.jobs import shared_broker as module
from metonic_gateway.jobs.sending import Sender
from metonic_gateway.jobs.shared_broker import RedisNudgeBroker, shared_broker


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with served(tmp_path) as started:
        yield started


def bell(post: Post) -> str:
    return f"metonic:{post.queue}.bell"


def enqueue(sender: Sender, post: Post, count: int) -> list[str]:
    texts = [str(number) for number in range(count)]
    for text in texts:
        sender.enqueue(post.message("note", text))
    return texts


async def test_what_is_sent_together_is_rung_for_once(server: Server) -> None:
    post, client = server
    async with shared_broker(post.url) as broker:
        sender = Sender(broker)
        texts = enqueue(sender, post, 150)
        sender.start()
        await asyncio.to_thread(sender.end)

    asked = client.info("commandstats")
    assert (post.count(), client.llen(bell(post))) == (150, 100)
    assert asked["cmdstat_lpush"]["calls"] == 2
    # Once before the first message, and with each ring.
    assert asked["cmdstat_llen"]["calls"] == 3
    async with post.working(1):
        await post.gets(*texts)
    assert post.got == texts


async def test_what_was_sent_before_the_broker_went_away_is_rung_for_and_not_sent_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending_module, "_FIRST_PAUSE_SECONDS", 0.01)
    post, client = server
    rung: list[int] = []
    async with shared_broker(post.url) as broker:
        assert isinstance(broker, RedisNudgeBroker)
        put = broker.do_enqueue

        def put_but_for_the_third(*told: object) -> None:
            rung.append(int(client.llen(bell(post))))
            if len(rung) == 3:
                raise redis.ConnectionError
            put(*told)

        monkeypatch.setattr(broker, "do_enqueue", put_but_for_the_third)
        sender = Sender(broker)
        texts = enqueue(sender, post, 5)
        sender.start()
        await asyncio.to_thread(sender.end)

    assert rung == [0, 0, 0, 2, 2, 2]
    assert client.llen(bell(post)) == 5
    async with post.working(1):
        await post.gets(*texts)
    assert post.got == texts


async def test_what_a_full_queue_has_taken_is_rung_for(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING", 3)
    post, client = server
    async with shared_broker(post.url) as broker:
        sender = Sender(broker)
        enqueue(sender, post, 5)
        sender.start()

        async def is_rung_for() -> bool:
            return int(client.llen(bell(post))) == 3

        await eventually(is_rung_for)
        assert post.count() == 3
        await asyncio.to_thread(sender.end)
    assert post.count() == 3
