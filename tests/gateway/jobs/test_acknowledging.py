"""How a worker tells Redis which messages have ended: together, and at the latest when it ends."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.errors import ConnectionClosed
from tests.gateway.jobs.test_shared_brokers import Post
from tests.gateway.jobs.test_the_bell import Server, are_waiting, served

from metonic_gateway.jobs import waking as module
from metonic_gateway.jobs.shared_broker import RedisNudgeBroker, SharedBroker, shared_broker


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with served(tmp_path) as started:
        yield started


async def put(broker: SharedBroker, post: Post, count: int) -> None:
    for number in range(count):
        await asyncio.to_thread(broker.enqueue, post.message("note", str(number)))


async def taken(consumer: Consumer, count: int) -> list[MessageProxy]:
    found = [await asyncio.to_thread(next, consumer) for _ in range(count)]
    messages = [message for message in found if message is not None]
    assert len(messages) == count
    return messages


async def test_messages_that_ended_are_acknowledged_together(server: Server) -> None:
    post, client = server

    def heard() -> int:
        return int(client.info("stats")["total_reads_processed"])

    async with shared_broker(post.url) as broker:
        await put(broker, post, 16)
        consumer = broker.consume(post.queue, prefetch=16)
        messages = await taken(consumer, 16)

        before = heard()
        for message in messages:
            consumer.ack(message)
        assert heard() == before + 1
        await asyncio.to_thread(next, consumer)

        # The acknowledgements, a look for more, a ring, and the two questions of this test.
        assert heard() <= before + 5
    assert client.hlen(f"metonic:{post.queue}.msgs") == 0
    assert client.keys("*__acks__*") == []


async def test_a_message_that_ended_makes_room_at_once(server: Server) -> None:
    post, _ = server
    async with shared_broker(post.url) as broker:
        await put(broker, post, 2)
        consumer = broker.consume(post.queue, prefetch=1)
        (first,) = await taken(consumer, 1)

        consumer.ack(first)

        (second,) = await taken(consumer, 1)
        assert (first.args, second.args) == (("0",), ("1",))


async def test_what_ended_while_redis_was_away_is_acknowledged_when_it_is_back(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_IDLE_SECONDS", 0.01)
    post, client = server
    async with shared_broker(post.url) as broker:
        await put(broker, post, 2)
        consumer = broker.consume(post.queue, prefetch=2)
        one, two = await taken(consumer, 2)
        await post.line.cut()
        consumer.ack(one)
        with pytest.raises(ConnectionClosed):
            await asyncio.to_thread(next, consumer)
        with pytest.raises(ConnectionClosed):
            await asyncio.to_thread(consumer.close)
        consumer.ack(two)
        await post.line.mend()

        await asyncio.to_thread(next, broker.consume(post.queue, prefetch=2))

    assert client.hlen(f"metonic:{post.queue}.msgs") == 0


async def test_a_redis_that_has_forgotten_the_script_is_told_all_the_same(server: Server) -> None:
    post, client = server
    async with shared_broker(post.url) as broker:
        assert isinstance(broker, RedisNudgeBroker)
        await put(broker, post, 2)
        messages = await taken(broker.consume(post.queue, prefetch=2), 2)
        client.script_flush()

        ids = [message.options["redis_message_id"] for message in messages]
        await asyncio.to_thread(broker.ack_together, post.queue, ids)

    assert client.hlen(f"metonic:{post.queue}.msgs") == 0


async def test_a_worker_that_ends_leaves_nothing_unacknowledged(server: Server) -> None:
    post, client = server
    async with post.working(2), post.sending() as sender:
        await are_waiting(client)
        sender.enqueue(post.message("note", "last"))
        await post.gets("last")

    assert client.hlen(f"metonic:{post.queue}.msgs") == 0
