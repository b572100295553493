"""Channels: Google posts headers without a body, and never says what changed (guide "Push notifications")."""

import hmac
from datetime import UTC, datetime
from typing import Any

from metonic_core.spi import Channel, ChannelAsk, Forged, Incoming, Notice
from metonic_google.items import name_of

_ID, _TOKEN, _RESOURCE, _STATE = (
    f"x-goog-{name}" for name in ("channel-id", "channel-token", "resource-id", "resource-state")
)
_NO_NEWS = "sync"


def read(incoming: Incoming, channel: Channel) -> Notice:
    """Whether to look. The first message only says that the channel is open; it may outrun its answer.

    Then nobody knows yet what Google calls the resource, and the token alone tells.
    """
    expected = {_ID: channel.id, _TOKEN: channel.secret}
    if channel.resource:
        expected[_RESOURCE] = channel.resource
    # All are compared, so that the time it takes does not tell which of them was right.
    right = [_is_equal(incoming.headers.get(name, ""), value) for name, value in expected.items()]
    if not all(right):
        raise Forged("The request does not belong to that channel.")
    return Notice(is_news=incoming.headers.get(_STATE, "").lower() != _NO_NEWS)


def _is_equal(one: str, other: str) -> bool:
    return hmac.compare_digest(*(text.encode("utf-8", "surrogatepass") for text in (one, other)))


def asked(ask: ChannelAsk) -> dict[str, Any]:
    """The body of a watch request; ``expiration`` is in milliseconds since 1970."""
    return {
        "id": ask.id,
        "type": "web_hook",
        "address": ask.address,
        "token": ask.secret,
        "expiration": str(int(ask.until.timestamp() * 1000)),
    }


def opened(ask: ChannelAsk, answer: dict[str, Any]) -> Channel:
    """The channel as Google made it: it may end earlier than asked."""
    try:
        until = datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        until = ask.until
    return Channel(ask.id, ask.secret, name_of(answer, "resourceId"), until)
