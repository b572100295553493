"""How a worker hears of a message that comes through Redis: by a bell, and without it a little later."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
import redis
from dramatiq.broker import Consumer, MessageProxy
from tests.cable import cable
from tests.gateway.house import eventually
from tests.gateway.jobs.test_shared_brokers import Post
from tests.servers import redis_server

from metonic_gateway.jobs import shared_broker as module
from metonic_gateway.jobs import waking
from metonic_gateway.jobs.shared_broker import BrokerFull, RedisNudgeBroker, shared_broker
from metonic_simulators.servers import HOST

Server = tuple[Post, "redis.Redis"]


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Server]:
    with redis_server(folder) as started, redis.Redis.from_url(started.url) as client:
        async with cable(started.port) as line:
            post = Post(f"redis://{HOST}:{line.port}/0", line, lambda _: None, lambda: 0)
            post.count = lambda: int(client.llen(f"metonic:{post.queue}"))
            yield post, client


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with served(tmp_path) as started:
        yield started


async def are_waiting(client: "redis.Redis", workers: int = 1) -> None:
    """Until so many workers wait for a bell, each for that of its queue and of what is delayed."""

    async def is_so() -> bool:
        return int(client.info("clients")["blocked_clients"]) == 2 * workers

    await eventually(is_so)


async def test_a_worker_that_waits_hears_of_a_message_at_once(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waking, "_IDLE_SECONDS", 4)
    post, client = server
    took = []
    async with post.working(2), post.sending() as sender:
        for number in range(5):
            await are_waiting(client)
            began = perf_counter()
            sender.enqueue(post.message("note", str(number)))
            await post.has(str(number))
            took.append(perf_counter() - began)

    assert median(took) < 0.2


async def test_a_bell_that_nobody_listens_to_stays_short_and_is_heard_out(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_RINGS", 10)
    post, client = server
    bell = f"metonic:{post.queue}.bell"
    async with shared_broker(post.url) as broker:
        for number in range(30):
            await asyncio.to_thread(broker.enqueue, post.message("note", str(number)))

    assert client.llen(bell) == 10
    async with post.working(2):
        await post.gets(*map(str, range(30)))
        await are_waiting(client)
    assert client.llen(bell) == 0


async def test_what_was_not_rung_for_is_found_all_the_same(server: Server) -> None:
    post, client = server
    async with post.working(2), post.sending() as sender:
        await are_waiting(client)
        client.acl_setuser("default", enabled=True, commands=["-lpush", "-blpop"])
        sender.enqueue(post.message("note", "one"))
        await post.gets("one")
        sender.enqueue(post.message("note", "two"))

        # Once each: what could not be rung for was sent.
        await post.gets("one", "two")


async def test_a_queue_is_not_filled_beyond_its_bound_where_the_bell_is_broken(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING", 3)
    post, client = server
    client.acl_setuser("default", enabled=True, commands=["-lpush"])
    async with shared_broker(post.url) as broker:
        for number in range(3):
            await asyncio.to_thread(broker.enqueue, post.message("note", str(number)))
        with pytest.raises(BrokerFull):
            await asyncio.to_thread(broker.enqueue, post.message("note", "too many"))

    assert post.count() == 3


async def test_workers_that_wait_are_woken_one_for_each_message(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waking, "_IDLE_SECONDS", 4)
    post, client = server
    async with shared_broker(post.url) as here, shared_broker(post.url) as there:
        listening = [
            asyncio.create_task(asyncio.to_thread(next, broker.consume(post.queue, prefetch=1)))
            for broker in (here, there)
        ]

        async def are_both() -> bool:
            return int(client.info("clients")["blocked_clients"]) == 2

        await eventually(are_both)
        await asyncio.to_thread(here.enqueue, post.message("note", "one"))
        await asyncio.wait(listening, return_when=asyncio.FIRST_COMPLETED)
        assert [task.done() for task in listening].count(True) == 1
        await asyncio.to_thread(here.enqueue, post.message("note", "two"))
        await asyncio.wait_for(asyncio.gather(*listening), 2)


async def test_rings_that_nobody_waited_for_cost_a_worker_a_few_commands(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waking, "_IDLE_SECONDS", 4)
    post, client = server
    bell = f"metonic:{post.queue}.bell"
    async with post.working(2), post.sending() as sender:
        await are_waiting(client)
        client.config_resetstat()
        client.lpush(bell, *[1] * 50)

        async def are_gone() -> bool:
            return not client.exists(bell)

        await eventually(are_gone)
        await are_waiting(client)
        asked = client.info("commandstats")
        sender.enqueue(post.message("note", "one"))
        await post.gets("one")

    # A look when it was rung for, and one when the rest was dropped.
    assert asked["cmdstat_evalsha"]["calls"] == 2
    assert asked["cmdstat_del"]["calls"] == 1
    assert asked["cmdstat_blpop"]["calls"] <= 3


@pytest.mark.parametrize("rings", [1, 2])
@pytest.mark.parametrize("moment", range(7))
async def test_a_message_is_taken_at_once_whenever_it_was_put(
    moment: int, rings: int, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``moment``: before which command of a worker that looks, is rung for nothing, and waits."""
    monkeypatch.setattr(waking, "_IDLE_SECONDS", 4)
    post, client = server
    client.lpush(f"metonic:{post.queue}.bell", *[1] * rings)
    async with shared_broker(post.url) as here, shared_broker(post.url) as there:
        assert isinstance(here, RedisNudgeBroker)
        ask, asked = here.client.execute_command, itertools.count()

        def put_meanwhile(*command: object, **options: object) -> object:
            if next(asked) == moment:
                there.enqueue(post.message("note", "one"))
            return ask(*command, **options)

        await asyncio.to_thread(here.do_qsize, post.queue)
        monkeypatch.setattr(here.client, "execute_command", put_meanwhile)
        taking = asyncio.create_task(asyncio.to_thread(first, here.consume(post.queue)))
        # What has not been put by then is put as it waits.
        await asyncio.wait([taking], timeout=0.5)
        if next(asked) <= moment:
            await asyncio.to_thread(there.enqueue, post.message("note", "one"))

        assert (await asyncio.wait_for(taking, 1)).args == ("one",)


def first(consumer: Consumer) -> MessageProxy:
    return next(message for message in consumer if message is not None)


async def test_rings_that_were_dropped_too_early_are_made_good(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, client = server
    bell = f"metonic:{post.queue}.bell"
    client.lpush(bell, 1, 1)
    async with shared_broker(post.url) as here, shared_broker(post.url) as there:
        assert isinstance(here, RedisNudgeBroker)
        drop = here.client.delete

        def drop_others(*keys: str) -> object:
            for text in ("one", "two"):
                there.enqueue(post.message("note", text))
            return drop(*keys)

        monkeypatch.setattr(here.client, "delete", drop_others)
        await asyncio.to_thread(first, here.consume(post.queue, prefetch=1))

    # For whoever was about to wait.
    assert client.llen(bell) == 1
