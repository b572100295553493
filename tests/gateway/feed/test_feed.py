"""A subscriber is nudged about its topics, once for many changes, and never holds up a publisher."""

import asyncio
from collections.abc import AsyncIterator

from metonic_gateway.feed import Feed


async def test_a_subscriber_is_nudged_about_its_topics_only() -> None:
    feed = Feed()

    with feed.subscribe(["a", "b"]) as nudges:
        for topic in ("c", "b", "a"):
            feed.publish(topic)

        assert [await anext(nudges), await anext(nudges)] == ["b", "a"]


async def test_a_subscriber_that_waits_is_woken() -> None:
    feed = Feed()

    with feed.subscribe(["a"]) as nudges:
        waiting = asyncio.ensure_future(anext(nudges))
        await asyncio.sleep(0)
        assert not waiting.done()

        feed.publish("a")

        assert await waiting == "a"


async def test_a_slow_subscriber_holds_one_nudge_per_topic() -> None:
    feed = Feed()

    with feed.subscribe(["a", "b"]) as nudges:
        for _ in range(1000):
            feed.publish("a")
            feed.publish("b")
        assert [await anext(nudges), await anext(nudges)] == ["a", "b"]

        assert await is_quiet(nudges)


async def test_a_change_after_a_nudge_was_taken_nudges_again() -> None:
    feed = Feed()

    with feed.subscribe(["a"]) as nudges:
        for _ in range(2):
            feed.publish("a")
            assert await anext(nudges) == "a"


async def test_every_subscriber_is_nudged() -> None:
    feed = Feed()

    with feed.subscribe(["a"]) as one, feed.subscribe(["a"]) as two:
        feed.publish("a")

        assert [await anext(one), await anext(two)] == ["a", "a"]


async def test_a_change_between_subscribing_and_listening_is_not_missed() -> None:
    feed = Feed()

    with feed.subscribe(["a"]) as nudges:
        feed.publish("a")

        async for topic in nudges:
            assert topic == "a"
            break


async def test_who_leaves_is_forgotten_and_the_others_stay() -> None:
    feed = Feed()

    with feed.subscribe(["a"]) as staying:
        with feed.subscribe(["a", "b"]) as leaving:
            pass
        feed.publish("a")
        feed.publish("b")

        assert await anext(staying) == "a"
        assert await is_quiet(leaving)


async def test_a_cancelled_wait_loses_no_nudge() -> None:
    feed = Feed()

    with feed.subscribe(["a"]) as nudges:
        assert await is_quiet(nudges)
        feed.publish("a")

        assert await anext(nudges) == "a"


async def is_quiet(nudges: AsyncIterator[str]) -> bool:
    waiting = asyncio.ensure_future(anext(nudges))
    await asyncio.sleep(0)
    return waiting.cancel()
