"""What Graph sends to the address of a subscription (page "Receive change notifications through webhooks").

It never says what changed in a way that could be relied on, so each message is a reason to look. What
concerns the subscription itself (page "Lifecycle notifications") comes to the same address.
"""

import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from metonic_core.spi import Channel, Fate, Forged, Incoming, Notice, Push

_HANDSHAKE = "validationToken"
# Those of Graph are sentences of less than a hundred characters.
_LONGEST_TOKEN = 1000
_FATES = {"reauthorizationrequired": Fate.DUE, "subscriptionremoved": Fate.OVER}
_NO_NEWS = "reauthorizationrequired"


def read(incoming: Incoming, channel: Channel) -> Notice:
    """The token of a handshake, to be sent back; else whether to look, and what becomes of the subscription.

    Graph puts several messages into one request: those that are for this channel count.
    """
    if _HANDSHAKE in incoming.query:
        return Notice(is_news=False, text=_token(incoming.query[_HANDSHAKE]))
    # All are compared, so that the time it takes does not tell which of them was right.
    judged = [(item, _is_for(item, channel)) for item in _items(incoming.body)]
    lives = [_life(item) for item, is_ours in judged if is_ours]
    if not lives:
        raise Forged("The request does not belong to that channel.")
    fates = {_FATES.get(life, Fate.STANDS) for life in lives}
    fate = next((one for one in (Fate.OVER, Fate.DUE) if one in fates), Fate.STANDS)
    return Notice(is_news=any(life != _NO_NEWS for life in lives), fate=fate)


def _token(text: str) -> str:
    """Whoever knows the address has it said back, as plain text: so no more than Graph needs."""
    if not text.isprintable() or not 0 < len(text) <= _LONGEST_TOKEN:
        raise Forged("That is no token of a handshake.")
    return text


def _items(body: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return
    listed = found.get("value") if isinstance(found, dict) else None
    yield from (item for item in (listed if isinstance(listed, list) else ()) if isinstance(item, dict))


def _is_for(item: Mapping[str, Any], channel: Channel) -> bool:
    """Before Graph has answered, nobody knows how it calls the subscription, and the secret alone tells."""
    expected = {"clientState": channel.secret}
    if channel.resource:
        expected["subscriptionId"] = channel.resource
    right = [_is_equal(item.get(name), value) for name, value in expected.items()]
    return all(right)


def _is_equal(one: object, other: str) -> bool:
    text = one if isinstance(one, str) else ""
    return hmac.compare_digest(*(each.encode("utf-8", "surrogatepass") for each in (text, other)))


def _life(item: Mapping[str, Any]) -> str:
    """What happened in the life of the subscription; empty for a change in the calendar."""
    told = item.get("lifecycleEvent")
    return told.lower() if isinstance(told, str) else ""


# Graph takes less than seven days, by its own clock. It may tell of a change before it shows it.
PUSH = Push(lifetime=timedelta(days=7) - timedelta(hours=1), read=read, look_again=timedelta(minutes=1))
