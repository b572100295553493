"""Adapters that are wrong about being told of changes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from tests.core.conformance.lined import Intercepted, LinedAdapter
from tests.core.conformance.telling import WEEK, RenewingAdapter, TellingAdapter, read

from metonic_core.spi import Channel, ChannelAsk, Forged, Incoming, NotFound, Notice, Push


def trusting(incoming: Incoming, channel: Channel) -> Notice:  # noqa: ARG001 - that is what is wrong with it
    if "say" in incoming.query:
        return Notice(is_news=False, text=incoming.query["say"])
    return Notice(is_news=incoming.headers.get("x-state", "exists") == "exists")


class Trusting(TellingAdapter):
    """Looks at nothing that a request brings."""

    push = Push(WEEK, trusting)


def _comparing(is_right: Callable[[str, str], bool]) -> Push:
    """One that compares tokens in a way of its own."""

    def compared(incoming: Incoming, channel: Channel) -> Notice:
        if "say" in incoming.query:
            return Notice(is_news=False, text=incoming.query["say"])
        if not is_right(channel.secret, incoming.headers.get("x-token", "")):
            raise Forged
        return Notice(is_news=incoming.headers["x-state"] == "exists")

    return Push(WEEK, compared)


class Beginning(TellingAdapter):
    """Is content with a token that begins as it should."""

    push = _comparing(lambda secret, token: token.startswith(secret))


class Lax(TellingAdapter):
    """Does not tell capitals from small letters."""

    push = _comparing(lambda secret, token: token.lower() == secret.lower())


def eager(incoming: Incoming, channel: Channel) -> Notice:
    return replace(read(incoming, channel), is_news=True)


class Eager(TellingAdapter):
    """Takes every message for news."""

    push = Push(WEEK, eager)


def deaf(incoming: Incoming, channel: Channel) -> Notice:
    return replace(read(incoming, channel), is_news=False)


class Deaf(TellingAdapter):
    """Takes no message for news."""

    push = Push(WEEK, deaf)


def impatient(incoming: Incoming, channel: Channel) -> Notice:
    if incoming.headers.get("x-resource") != channel.resource and "say" not in incoming.query:
        raise Forged
    return read(incoming, channel)


class Impatient(TellingAdapter):
    """Refuses what comes before it knows how the service calls the channel."""

    push = Push(WEEK, impatient)


class Claiming(LinedAdapter):
    """Says that its service tells of changes, and opens no channel."""

    push: ClassVar[Push | None] = Push(WEEK, read)


class Forgetting(TellingAdapter):
    """Ends nothing that it is asked to end."""

    async def stop_webhook(self, calendar_id: str, channel: Channel) -> None:  # noqa: ARG002
        self.line.ask()


class Sweeping(TellingAdapter):
    """Ends all channels of the calendar with one of them."""

    async def stop_webhook(self, calendar_id: str, channel: Channel) -> None:  # noqa: ARG002
        self.line.channels.clear()


class Single(TellingAdapter):
    """Has one channel at most: a new one ends the one before."""

    async def setup_webhook(self, calendar_id: str, ask: ChannelAsk) -> Channel:
        self.line.channels.clear()
        return await super().setup_webhook(calendar_id, ask)


class Hopeful(TellingAdapter):
    """Takes a channel to last as long as it asked."""

    async def setup_webhook(self, calendar_id: str, ask: ChannelAsk) -> Channel:
        return replace(await super().setup_webhook(calendar_id, ask), expires_at=ask.until)


class Endless(TellingAdapter):
    """Asks for more than it was asked to."""

    async def setup_webhook(self, calendar_id: str, ask: ChannelAsk) -> Channel:
        longer = replace(ask, until=ask.until + timedelta(days=30))
        return await super().setup_webhook(calendar_id, longer)


class Fussy(TellingAdapter):
    """Cannot end what has ended."""

    async def stop_webhook(self, calendar_id: str, channel: Channel) -> None:
        if channel.id not in self.line.channels:
            raise NotFound("There is no such channel.")
        await super().stop_webhook(calendar_id, channel)


class Installed(TellingAdapter):
    """Takes a page of a portal for a channel."""

    async def setup_webhook(self, calendar_id: str, ask: ChannelAsk) -> Channel:
        try:
            return await super().setup_webhook(calendar_id, ask)
        except Intercepted:
            return Channel(ask.id, ask.secret, "", ask.until)


class Done(TellingAdapter):
    """Takes a page of a portal for the end of a channel."""

    async def stop_webhook(self, calendar_id: str, channel: Channel) -> None:
        try:
            await super().stop_webhook(calendar_id, channel)
        except Intercepted:
            return


class Unending(RenewingAdapter):
    """Takes what is gone for renewed."""

    async def renew_webhook(self, calendar_id: str, channel: Channel, until: datetime) -> Channel | None:
        try:
            return await super().renew_webhook(calendar_id, channel, until)
        except NotFound:
            return replace(channel, expires_at=until)


class Unprolonged(RenewingAdapter):
    """Renews, and says that it ends as it did before."""

    async def renew_webhook(self, calendar_id: str, channel: Channel, until: datetime) -> Channel | None:
        await super().renew_webhook(calendar_id, channel, until)
        return channel


class Renaming(RenewingAdapter):
    """Renews, and calls the channel by another name."""

    async def renew_webhook(self, calendar_id: str, channel: Channel, until: datetime) -> Channel | None:
        renewed = await super().renew_webhook(calendar_id, channel, until)
        return renewed and replace(renewed, id=renewed.resource)
