"""What a message says that it is called in Redis, where that is no name: it stops no worker."""

import json
from pathlib import Path

import dramatiq
import pytest
from tests.gateway.jobs.test_shared_brokers import at_redis


@pytest.mark.parametrize("wrong", [None, True, "\ud800"])
async def test_a_message_with_an_id_that_cannot_be_told_stops_no_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: object
) -> None:
    monkeypatch.setattr(dramatiq.worker, "CONSUMER_RESTART_DELAY_SECS", 0.2)
    async with at_redis(tmp_path) as post, post.working(1), post.sending() as sender:
        sender.enqueue(post.message("note", "first"))
        await post.gets("first")

        odd = post.message("note", "odd").asdict() | {"options": {"redis_message_id": wrong}}
        post.put(json.dumps(odd).encode())
        await post.gets("first", "odd")
        sender.enqueue(post.message("note", "good"))

        await post.gets("first", "odd", "good")
