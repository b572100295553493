"""Channels of a calendar in memory: a service that tells of changes, and the adapter that asks it to.

A channel begins with a handshake that wants its text back, then with a message without news; both come before
whoever asked for it is answered.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from tests.core.conformance.lined import Line, LinedAdapter

from metonic_core.spi import Channel, ChannelAsk, Forged, Incoming, NotFound, Notice, Push, Unacceptable

WEEK = timedelta(days=7)
HELLO = "hello & <welcome>"


def read(incoming: Incoming, channel: Channel) -> Notice:
    """Text in the query is to be said back; else token and resource have to be those of the channel."""
    if "say" in incoming.query:
        return Notice(is_news=False, text=incoming.query["say"])
    if not hmac.compare_digest(incoming.headers.get("x-token", "").encode(), channel.secret.encode()):
        raise Forged
    if channel.resource and incoming.headers.get("x-resource") != channel.resource:
        raise Forged
    return Notice(is_news=incoming.headers["x-state"] == "exists")


@dataclass
class _Open:
    """A channel at the service; ``told`` is how much of the calendar's log was told of through it."""

    ask: ChannelAsk
    expires_at: datetime
    told: int

    @property
    def resource(self) -> str:
        return f"resource of {self.ask.id}"


@dataclass
class TellingLine(Line):
    """``takers`` listen at addresses, ``longest`` is how long a channel lasts at most."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    longest: timedelta = WEEK
    takers: dict[str, Callable[[Incoming], str | None]] = field(default_factory=dict)
    channels: dict[str, _Open] = field(default_factory=dict)

    def listen(self, take: Callable[[Incoming], str | None]) -> str:
        address = f"memory://listening/{len(self.takers)}"
        self.takers[address] = take
        return address

    def open(self, ask: ChannelAsk) -> _Open:
        opened = _Open(ask, min(ask.until, self.now() + self.longest), len(self.calendar.log))
        if self.takers[ask.address](Incoming({}, {"say": HELLO}, b"")) != HELLO:
            raise Unacceptable("Nobody answers at that address.")
        self.channels[ask.id] = opened
        self._send(opened, "sync")
        return opened

    def deliver(self) -> None:
        """Tell every channel of what it was not told of yet, in one message."""
        for channel in self.channels.values():
            if channel.told < len(self.calendar.log) and channel.expires_at > self.now():
                channel.told = len(self.calendar.log)
                self._send(channel, "exists")

    def _send(self, channel: _Open, state: str) -> None:
        headers = {"x-token": channel.ask.secret, "x-resource": channel.resource, "x-state": state}
        self.takers[channel.ask.address](Incoming(headers, {}, b""))


class TellingAdapter(LinedAdapter):
    """Its line leads to a service that tells of changes."""

    push: ClassVar[Push | None] = Push(WEEK, read)
    line: TellingLine

    async def setup_webhook(self, calendar_id: str, ask: ChannelAsk) -> Channel:  # noqa: ARG002 - there is one
        self.line.ask()
        opened = self.line.open(ask)
        return Channel(ask.id, ask.secret, opened.resource, opened.expires_at)

    async def stop_webhook(self, calendar_id: str, channel: Channel) -> None:  # noqa: ARG002 - there is one
        self.line.ask()
        self.line.channels.pop(channel.id, None)


class RenewingAdapter(TellingAdapter):
    """Its service has one channel at a time, and lets it last longer."""

    async def setup_webhook(self, calendar_id: str, ask: ChannelAsk) -> Channel:
        self.line.channels.clear()
        return await super().setup_webhook(calendar_id, ask)

    async def renew_webhook(self, calendar_id: str, channel: Channel, until: datetime) -> Channel | None:  # noqa: ARG002 - there is one
        self.line.ask()
        known = self.line.channels.get(channel.id)
        if known is None:
            raise NotFound("There is no such channel.")
        known.expires_at = min(until, self.line.now() + self.line.longest)
        return replace(channel, expires_at=known.expires_at)
