"""Listening as the gateway listens: a channel, and what comes through it."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from metonic_core.spi.errors import Unacceptable
from metonic_core.spi.provider import Provider
from metonic_core.spi.push import Channel, ChannelAsk, Incoming, Notice, Push
from metonic_core.testing.checks.contents import lesson
from metonic_core.testing.checks.expecting import expect, named, skip
from metonic_core.testing.stand import Stand

LIFE = timedelta(days=1)


def push_of(provider: Provider) -> Push:
    return provider.push or skip("the plugin declares no push: the service does not tell of changes")


@dataclass
class Told:
    """What came in for a channel, judged as the gateway judges it."""

    push: Push
    channel: Channel
    came: list[Incoming] = field(default_factory=list)
    notices: list[Notice | Exception] = field(default_factory=list)

    def take(self, incoming: Incoming) -> str | None:
        self.came.append(incoming)
        notice = judged(self.push, incoming, self.channel)
        self.notices.append(notice)
        return notice.text if isinstance(notice, Notice) else None

    @property
    def news(self) -> list[Incoming]:
        judged = zip(self.came, self.notices, strict=True)
        return [one for one, notice in judged if isinstance(notice, Notice) and notice.is_news]

    def expect_none_refused(self) -> None:
        __tracebackhide__ = True
        refused = [notice for notice in self.notices if isinstance(notice, Exception)]
        expect(
            not refused,
            f"{len(refused)} of {len(self.came)} requests that the service sent through a channel were "
            f"refused: {', '.join(map(named, refused[:1]))}.",
            "accept in `read` whatever the service sends through the channel; before setup_webhook has "
            "returned, Channel.resource is empty.",
        )


def judged(push: Push, incoming: Incoming, channel: Channel) -> Notice | Exception:
    """What `read` makes of it; whatever it raises is a refusal."""
    try:
        return push.read(incoming, channel)
    except Exception as error:  # noqa: BLE001 - so does the gateway
        return error


async def open_channel(stand: Stand, until: datetime | None = None) -> Told:
    """A channel of that calendar, and what comes through it from the beginning."""
    channel_id, secret = str(uuid4()), secrets.token_urlsafe(32)
    push, ends = push_of(stand.provider), until or stand.now() + LIFE
    told = Told(push, Channel(channel_id, secret, "", ends))
    ask = ChannelAsk(channel_id, await stand.listen(told.take), secret, ends)
    try:
        told.channel = await stand.adapter.setup_webhook(stand.calendar_id, ask)
    except Unacceptable as error:
        skip(f"no channel can be opened for the stand's calendar: {error.message}")
    await stand.delivered()
    return told


async def change(stand: Stand, number: int = 0) -> str:
    """Another client makes an event, and whoever is told of it has been."""
    event_id = await stand.put(lesson(number))
    await stand.delivered()
    return event_id
