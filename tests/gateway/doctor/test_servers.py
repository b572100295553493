"""Broker and Redis, looked at by their URLs: the real servers, and what is said where they are not."""

import os
import socket
from contextlib import closing

import pytest

from metonic_gateway.doctor.finding import Finding, Verdict
from metonic_gateway.doctor.servers import server

RABBITMQ, REDIS = "amqp://guest:guest@127.0.0.1:5672/", "redis://127.0.0.1:6379/0"


def require(port: int) -> None:
    """Skip where the service is not there, unless it has to be."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        if os.environ.get("METONIC_REQUIRE_SERVICES") == "1":
            pytest.fail(f"Nothing listens on port {port}.")
        pytest.skip(f"Nothing listens on port {port}.")


async def looked(url: str) -> Finding:
    (found,) = [finding async for finding in server("broker", url)]
    return found


@pytest.mark.parametrize(("url", "port"), [(RABBITMQ, 5672), (REDIS, 6379)], ids=["rabbitmq", "redis"])
async def test_a_server_that_answers_is_fine(url: str, port: int) -> None:
    require(port)

    assert (await looked(url)).verdict is Verdict.OK


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
async def test_one_that_is_not_there_is_named_without_its_password(scheme: str) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        found = await looked(f"{scheme}://somebody:s3cret@127.0.0.1:{port}/")

    assert (found.verdict, "127.0.0.1" in found.what) == (Verdict.FAILED, True)
    assert "s3cret" not in f"{found.what} {found.next_step}"


async def test_a_password_that_is_wrong_is_told() -> None:
    require(5672)

    found = await looked("amqp://guest:wrong@127.0.0.1:5672/")

    assert (found.verdict, "password" in found.next_step) == (Verdict.FAILED, True)


async def test_a_url_of_another_kind_is_refused() -> None:
    assert (await looked("kafka://127.0.0.1/")).verdict is Verdict.FAILED
