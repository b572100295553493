"""Broker and Redis, looked at by their URLs: the real servers, and what is said where they are not."""

import socket
from contextlib import closing
from pathlib import Path

import pytest
from tests.servers import rabbitmq, redis_server

from metonic_gateway.doctor.finding import Finding, Verdict
from metonic_gateway.doctor.servers import server


async def looked(url: str) -> Finding:
    (found,) = [finding async for finding in server("broker", url)]
    return found


async def test_a_rabbitmq_that_answers_is_fine() -> None:
    assert (await looked(f"amqp://guest:guest@127.0.0.1:{rabbitmq()}/")).verdict is Verdict.OK


async def test_a_redis_that_answers_is_fine(tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        assert (await looked(redis.url)).verdict is Verdict.OK


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
async def test_one_that_is_not_there_is_named_without_its_password(scheme: str) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        found = await looked(f"{scheme}://somebody:s3cret@127.0.0.1:{port}/")

    assert (found.verdict, "127.0.0.1" in found.what) == (Verdict.FAILED, True)
    assert "s3cret" not in f"{found.what} {found.next_step}"


async def test_a_password_that_is_wrong_is_told() -> None:
    found = await looked(f"amqp://guest:wrong@127.0.0.1:{rabbitmq()}/")

    assert (found.verdict, "password" in found.next_step) == (Verdict.FAILED, True)


async def test_a_redis_that_has_no_such_database_is_told_from_one_that_is_away(tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        found = await looked(f"redis://127.0.0.1:{redis.port}/99")

    assert (found.verdict, "does not answer" in found.what) == (Verdict.FAILED, False)
    assert "database" in found.next_step


async def test_a_url_of_another_kind_is_refused() -> None:
    assert (await looked("kafka://127.0.0.1/")).verdict is Verdict.FAILED
