"""RabbitMQ and Redis between processes: what is sent arrives, whatever else is in the queue or was cut."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import dramatiq
import pika
import pytest
import redis
from dramatiq.common import current_millis
from dramatiq.message import Message
from tests.cable import Cable, cable
from tests.gateway.house import eventually
from tests.servers import rabbitmq, redis_server

from metonic_gateway.jobs import shared_broker as module
from metonic_gateway.jobs.actors import waiting_at
from metonic_gateway.jobs.broker import working
from metonic_gateway.jobs.sending import Sender, sending
from metonic_gateway.jobs.shared_broker import shared_broker
from metonic_simulators.servers import HOST


@dataclass
class Post:
    """A broker's queue. ``put`` adds a body behind the broker's back; ``got`` is what actors were told."""

    url: str
    line: Cable
    put: Callable[[bytes], None]
    count: Callable[[], int]
    queue: str = field(default_factory=lambda: f"test-{uuid4().hex}")
    got: list[str] = field(default_factory=list)
    began: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def working(self, at_once: int) -> AsyncIterator[None]:
        """A worker, as another process would be one."""
        async with shared_broker(self.url) as broker:

            @dramatiq.actor(broker=broker, queue_name=self.queue)
            async def note(text: str) -> None:
                self.got.append(text)

            @dramatiq.actor(broker=broker, queue_name=self.queue)
            async def hang() -> None:
                self.got.append("hang")
                self.began.set()
                await asyncio.Event().wait()

            async with working(broker, at_once):
                yield

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Sender]:
        """Likewise."""
        async with shared_broker(self.url) as broker, sending(broker) as sender:
            yield sender

    def message(self, actor: str, *args: str, **fields: Any) -> Message[None]:  # noqa: ANN401 - of any shape
        given: dict[str, Any] = {"queue_name": self.queue, "args": args, "kwargs": {}, "options": {}}
        return Message(actor_name=actor, **given | fields)

    async def gets(self, *texts: str) -> None:
        """These and no others, in any order: several threads work."""

        async def is_told() -> bool:
            return len(self.got) >= len(texts)

        await eventually(is_told)
        assert sorted(self.got) == sorted(texts)

    async def has(self, *texts: str) -> None:
        async def is_told() -> bool:
            return set(self.got) >= set(texts)

        await eventually(is_told)


@asynccontextmanager
async def at_redis(folder: Path) -> AsyncIterator[Post]:
    with redis_server(folder) as server:
        client = redis.Redis.from_url(server.url)
        async with cable(server.port) as line:
            post = Post(f"redis://{HOST}:{line.port}/0", line, lambda _: None, lambda: 0)

            def put(body: bytes) -> None:
                with suppress(ValueError, TypeError, KeyError, AttributeError):
                    body = json.dumps(_with_id(json.loads(body))).encode()
                key = uuid4().hex
                client.hset(f"metonic:{post.queue}.msgs", key, body)
                client.rpush(f"metonic:{post.queue}", key)

            post.put = put
            post.count = lambda: int(client.llen(f"metonic:{post.queue}"))
            yield post
        client.close()


def _with_id(fields: dict[str, Any]) -> dict[str, Any]:
    fields["options"].setdefault("redis_message_id", uuid4().hex)
    return fields


@asynccontextmanager
async def at_rabbitmq(_folder: Path) -> AsyncIterator[Post]:
    port = rabbitmq()
    connection = pika.BlockingConnection(pika.URLParameters(f"amqp://guest:guest@{HOST}:{port}/"))
    channel = connection.channel()
    async with cable(port) as line:
        post = Post(f"amqp://guest:guest@{HOST}:{line.port}/", line, lambda _: None, lambda: 0)
        post.put = lambda body: channel.basic_publish("", post.queue, body)
        post.count = lambda: _count(connection, post.queue)
        yield post
    for suffix in ("", ".DQ", ".XQ"):
        channel.queue_delete(f"{post.queue}{suffix}")
    connection.close()


def _count(connection: pika.BlockingConnection, queue: str) -> int:
    """On a channel of its own: a queue that is not there yet closes it."""
    try:
        with connection.channel() as channel:
            return int(channel.queue_declare(queue, passive=True).method.message_count)
    except pika.exceptions.ChannelClosedByBroker:
        return 0


@pytest.fixture(params=[at_redis, at_rabbitmq])
async def post(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Post]:
    async with request.param(tmp_path) as post:
        yield post


@pytest.fixture(autouse=True)
def _workers_that_connect_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dramatiq waits for three seconds, or five."""
    monkeypatch.setattr(dramatiq.worker, "CONSUMER_RESTART_DELAY_SECS", 0.2)
    monkeypatch.setattr(dramatiq.worker, "POST_PROCESS_MESSAGE_RETRY_DELAY_SECS", 0.2)


async def test_what_one_process_sends_another_works_on(post: Post) -> None:
    async with post.working(2), post.sending() as sender:
        sender.enqueue(post.message("note", "one"))

        await post.gets("one")


async def test_what_no_actor_can_be_called_with_stops_no_worker(post: Post) -> None:
    good = post.message("note", "good").asdict()
    bodies = [
        b"\x00 no JSON",
        b"[]",
        *(
            json.dumps(good | wrong).encode()
            for wrong in (
                {"actor_name": "unknown"},
                {"actor_name": ["note"]},
                {"options": None},
                {"options": {"eta": current_millis() + 100}},
                {"queue_name": "another"},
                {"args": ["one", "too many"]},
                {"args": [], "kwargs": {"text": "late", "wrong": 1}},
                {"message_timestamp": "now"},
            )
        ),
    ]
    async with post.working(1), post.sending() as sender:
        sender.enqueue(post.message("note", "first"))
        await post.gets("first")

        for body in bodies:
            post.put(body)
        post.put(json.dumps(good).encode())

        await post.gets("first", "good")
    assert post.count() == 0


async def test_what_names_a_span_is_worked_on_by_who_records_none(post: Post) -> None:
    spans = {"one": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "two": "nonsense", "three": 7}
    async with post.working(1), post.sending() as sender:
        for text, span in spans.items():
            sender.enqueue(post.message("note", text, options={"traceparent": span}))

        await post.gets(*spans)


async def test_an_old_message_is_no_news(post: Post) -> None:
    old = post.message("note", "old", message_timestamp=current_millis() - 11 * 60 * 1000)
    async with post.working(1), post.sending() as sender:
        for message in (old, post.message("note", "new")):
            sender.enqueue(message)

        await post.gets("new")


async def test_a_broker_that_is_away_holds_up_nobody_and_gets_all_when_it_is_back(post: Post) -> None:
    async with post.working(2), post.sending() as sender:
        sender.enqueue(post.message("note", "before"))
        await post.gets("before")

        await post.line.cut()
        # Whatever comes behind the one that is tried waits.
        for text in ("tried", "one", "two", "one", "three", "two"):
            sender.enqueue(post.message("note", text))
        await asyncio.sleep(0.1)
        await post.line.mend()

        await post.has("tried", "one", "two", "three")
    # What was done when the line was cut may be done again.
    assert sorted(text for text in post.got if text != "before") == ["one", "three", "tried", "two"]


async def test_what_is_asked_for_again_while_the_broker_is_away_is_not_old_when_it_is_back(
    post: Post,
) -> None:
    async with post.working(1), post.sending() as sender:
        sender.enqueue(post.message("note", "before"))
        await post.gets("before")

        await post.line.cut()
        sender.enqueue(post.message("note", "tried"))
        await asyncio.sleep(0.1)
        sender.enqueue(post.message("note", "due", message_timestamp=current_millis() - 11 * 60 * 1000))
        sender.enqueue(post.message("note", "due"))
        await post.line.mend()

        await post.has("tried", "due")


async def test_a_broker_that_never_comes_back_holds_up_no_end(post: Post) -> None:
    async with asyncio.timeout(20), post.working(2), post.sending() as sender:
        sender.enqueue(post.message("note", "before"))
        await post.gets("before")

        await post.line.cut()
        sender.enqueue(post.message("note", "lost"))


async def test_what_a_worker_is_cut_off_from_goes_to_another(post: Post) -> None:
    async with post.sending() as sender:
        async with post.working(1):
            sender.enqueue(post.message("hang"))
            sender.enqueue(post.message("note", "behind it"))
            await asyncio.wait_for(post.began.wait(), 10)

        async with post.working(2):
            await post.gets("hang", "hang", "behind it")


async def test_a_queue_that_is_full_takes_no_more(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING", 3)
    async with post.sending() as sender:
        for number in range(10):
            sender.enqueue(post.message("note", str(number)))

        async def is_full() -> bool:
            return post.count() == 3

        await eventually(is_full)
    assert post.count() == 3


async def test_what_waits_is_counted_and_nothing_where_nobody_has_sent_anything(post: Post) -> None:
    async with shared_broker(post.url) as broker:
        before = await asyncio.to_thread(broker.waiting, post.queue)
        for text in "abc":
            await asyncio.to_thread(broker.enqueue, post.message("note", text))

        assert (before, await asyncio.to_thread(broker.waiting, post.queue)) == (0, 3)


async def test_a_broker_that_is_away_has_no_count(post: Post) -> None:
    async with shared_broker(post.url) as broker:
        await post.line.cut()

        assert await waiting_at(broker)() is None
