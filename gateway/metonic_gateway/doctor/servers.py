"""Broker and Redis, by their URLs alone: whether they answer, and let us in."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pika
from pika.exceptions import AMQPError, ProbableAccessDeniedError, ProbableAuthenticationError
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from metonic_gateway.doctor.finding import Finding, failed, ok

_SECONDS = 5
_LOGIN = "Check user and password in the URL."


async def server(name: str, url: str) -> AsyncIterator[Finding]:
    """The server of an ``amqp://`` or ``redis://`` URL; of the URL no more than the host is shown."""
    scheme, _, _ = url.partition("://")
    where = _where(url)
    match scheme:
        case "amqp" | "amqps":
            problem = await asyncio.to_thread(_rabbitmq, url)
        case "redis" | "rediss":
            problem = await _redis(url)
        case _:
            yield failed(name, "It is of no kind that is known.", "Use an amqp:// or redis:// URL.")
            return
    if problem is None:
        yield ok(name, f"{where} answers, and lets us in.")
    else:
        yield failed(name, f"{where} {problem[0]}", problem[1])


def _where(url: str) -> str:
    return urlsplit(url).hostname or "The server"


def _rabbitmq(url: str) -> tuple[str, str] | None:
    """What is wrong with it, and what to do; None if nothing is."""
    try:
        parameters = pika.URLParameters(url)
        parameters.socket_timeout = parameters.stack_timeout = _SECONDS
        parameters.connection_attempts = 1
        pika.BlockingConnection(parameters).close()
    except ProbableAuthenticationError:
        return "does not let us in.", _LOGIN
    except ProbableAccessDeniedError:
        return "has no such virtual host, or does not let us into it.", "Check the path of the URL."
    except (AMQPError, OSError, ValueError) as error:
        return f"does not answer ({type(error).__name__}).", "See whether RabbitMQ runs there."
    return None


async def _redis(url: str) -> tuple[str, str] | None:
    """Likewise."""
    try:
        async with Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS) as client:
            await client.ping()
    except AuthenticationError:
        return "does not let us in.", _LOGIN
    except ResponseError:
        return (
            "answers, and refuses what it is asked.",
            "Check the number of the database in the URL.",
        )
    except (RedisError, OSError, ValueError) as error:
        return f"does not answer ({type(error).__name__}).", "See whether Redis runs there."
    return None
