"""Channels by which a provider tells us that a calendar changed: a nudge, whatever else it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto


class Forged(Exception):
    """The request does not come from the provider, or belongs to another channel."""


@dataclass(frozen=True, slots=True)
class ChannelAsk:
    """What a channel is to be: ``address`` is our URL for it, ``secret`` comes back with each notification.

    ``id`` is ours, new for each channel: letters, digits and dashes, 36 at most. It shall not last beyond
    ``until``.
    """

    id: str
    address: str
    secret: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as the provider made it; ``resource`` is what it calls it, for the one that ends it.

    Requests may come before the provider has answered that the channel is there, a handshake or a first
    message: then ``resource`` is still empty, and the secret alone tells.
    """

    id: str
    secret: str
    resource: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request to a channel's address; header names are lower case."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


class Fate(Enum):
    """What becomes of a channel of which its provider tells something; DUE: it has to be renewed at once."""

    STANDS = auto()
    DUE = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Notice:
    """What a request says: whether to look at the calendar, and what to answer where more than 204 is due.

    ``text`` is answered with 200, as plain text. A channel that is OVER gets a successor.
    """

    is_news: bool
    text: str | None = None
    fate: Fate = Fate.STANDS


@dataclass(frozen=True, slots=True)
class Push:
    """``lifetime``: how long a channel is asked to last; it is renewed well before it ends.

    ``read`` is pure: what a request says that came in for this channel. It compares secrets in constant time
    and raises Forged. ``look_again``: how long after a notification the calendar may not show the change yet.
    """

    lifetime: timedelta
    read: Callable[[Incoming, Channel], Notice]
    look_again: timedelta | None = None
