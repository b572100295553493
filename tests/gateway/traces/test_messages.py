"""A message carries the trace that it was sent in, and whatever it carries it is worked on."""

import asyncio
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import dramatiq
import pytest
from dramatiq.message import Message
from tests.collector import Collector
from tests.gateway.house import House, eventually, synced
from tests.gateway.traces.recording import lines, recorded
from tests.servers import redis_server

from metonic_gateway.jobs.actors import declare_actors, nudge_through
from metonic_gateway.jobs.broker import EmbeddedBroker, working
from metonic_gateway.jobs.shared_broker import SharedBroker, shared_broker
from metonic_gateway.jobs.traced import traced
from metonic_gateway.store.models import CalendarSyncConfig
from metonic_gateway.telemetry import get_logger
from metonic_gateway.traces import Kind, Traces

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Post:
    """What actors were told by a broker whose traces are recorded."""

    def __init__(self, traces: Traces, broker: SharedBroker | None = None) -> None:
        self.broker = broker or EmbeddedBroker(asyncio.get_running_loop())
        self.outlet = traced(self.broker, self.broker, traces)
        self.got: list[str] = []
        self.log = get_logger("metonic.test")

        @dramatiq.actor(broker=self.broker, queue_name="metonic")
        async def note(text: str) -> None:
            await asyncio.sleep(0)
            with traces.span("run"):
                self.log.info("noted")
            self.got.append(text)

        @dramatiq.actor(broker=self.broker, queue_name="metonic")
        async def hang() -> None:
            self.got.append("hang")
            await asyncio.Event().wait()

        @dramatiq.actor(broker=self.broker, queue_name="metonic")
        async def fail() -> None:
            self.got.append("fail")
            raise ValueError

    def message(self, actor: str, *args: str, **options: object) -> Message[None]:
        return Message(queue_name="metonic", actor_name=actor, args=args, kwargs={}, options=options)

    async def gets(self, count: int) -> None:
        async def is_told() -> bool:
            return len(self.got) >= count

        await eventually(is_told)


async def test_what_works_on_a_message_goes_on_with_the_trace_it_was_sent_in(
    collector: Collector, output: io.StringIO
) -> None:
    async with recorded(collector) as traces:
        post = Post(traces)
        async with working(post.broker, 1):
            with traces.span("webhook", Kind.SERVER):
                post.outlet.enqueue(post.message("note", "one"))
            post.outlet.enqueue(post.message("note", "two"))
            post.outlet.enqueue(post.message("fail"))
            await post.gets(3)
    post.log.info("done")

    webhook = collector.the("webhook")
    (send,) = collector.below(webhook)
    (actor,) = collector.below(send)
    (run,) = collector.below(actor)
    assert (send.name, send.kind, send.says) == ("send", "PRODUCER", {"metonic.actor": "note"})
    assert (actor.name, actor.kind, actor.says) == ("note", "CONSUMER", {"metonic.actor": "note"})
    others = {span.trace for span in collector.named("send")} - {webhook.trace}
    assert len(others) == 2
    failed = collector.the("fail")
    assert (failed.is_failed, failed.says["error.type"]) == (True, "ValueError")
    noted = [line["trace_id"] for line in lines(output) if line["event"] == "noted"]
    assert noted[0] == run.trace
    assert noted[1] in others
    assert [line for line in lines(output) if line["event"] == "done" and "trace_id" not in line]


async def test_what_a_worker_is_cut_off_from_goes_to_another_with_its_trace(
    collector: Collector, tmp_path: Path
) -> None:
    with redis_server(tmp_path) as server:
        async with recorded(collector) as traces:
            for is_first in (True, False):
                async with shared_broker(server.url) as broker:
                    post = Post(traces, broker)
                    if is_first:
                        post.outlet.enqueue(post.message("hang"))
                    async with working(broker, 1):
                        await post.gets(1)

    send = collector.the("send")
    assert [(actor.trace, actor.parent) for actor in collector.named("hang")] == [(send.trace, send.id)] * 2


@pytest.mark.parametrize(
    "traceparent",
    ["", "nonsense", 7, None, [PARENT], {"a": "b"}, "00-" + "0" * 32 + "-b7ad6b7169203331-01", PARENT * 9],
)
async def test_a_message_that_names_no_span_is_worked_on_in_a_trace_of_its_own(
    traceparent: object, collector: Collector
) -> None:
    async with recorded(collector) as traces:
        post = Post(traces)
        async with working(post.broker, 1):
            post.broker.enqueue(post.message("note", "one", traceparent=traceparent))
            post.broker.enqueue(post.message("note", "two"))
            await post.gets(2)

    assert post.got == ["one", "two"]
    actors = collector.named("note")
    assert [actor.parent for actor in actors] == ["", ""]
    assert len({actor.trace for actor in actors}) == 2


async def test_a_span_of_elsewhere_is_gone_on_from(collector: Collector) -> None:
    async with recorded(collector) as traces, working((post := Post(traces)).broker, 1):
        post.broker.enqueue(post.message("note", "one", traceparent=PARENT))
        await post.gets(1)

    actor = collector.the("note")
    assert f"00-{actor.trace}-{actor.parent}-01" == PARENT


async def test_a_calendar_that_is_due_again_gets_a_trace_of_its_own_linked_to_the_first(
    collector: Collector, house: House
) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))

    async def noticed() -> None:
        house.world.before_reading = nothing
        house.later(timedelta(minutes=1))
        await CalendarSyncConfig.filter(id=calendar).update(next_sync_at=house.now, nudge_seq=99)

    house.world.before_reading = noticed
    async with recorded(collector) as traces:
        broker = EmbeddedBroker(asyncio.get_running_loop())
        nudge = nudge_through(traced(broker, broker, traces))
        house.services = replace(house.services, traces=traces, nudge=nudge)
        declare_actors(broker, house.services)

        async def has_run_twice() -> bool:
            return house.world.reads >= reads + 2

        reads = house.world.reads
        async with working(broker):
            nudge([calendar])
            await eventually(has_run_twice)

    first, second = collector.named("send")
    assert (first.links, second.links, second.parent) == ([], [first.trace], "")
    assert second.trace != first.trace
    assert [run.trace for run in collector.named("run")] == [first.trace, second.trace]


async def nothing() -> None:
    return
