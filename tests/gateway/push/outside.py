"""A provider that tells of changes: it keeps the channels that it was asked for, and sends real requests."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import aiohttp
from tests.core.conformance import telling
from tests.core.conformance.telling import WEEK
from tests.gateway.memory import MemoryAdapter, World, memory_provider

from metonic_core.spi import (
    Channel,
    ChannelAsk,
    Fate,
    Incoming,
    NotFound,
    Notice,
    Provider,
    ProviderError,
    Push,
)


async def nothing_yet() -> None:
    return


async def nothing(_ask: ChannelAsk) -> None:
    return


@dataclass
class Exchange:
    """``opened`` holds every channel ever asked for, by its id, ``closed`` the ids of those that were ended.

    ``error`` is the answer to whoever asks for a channel, ``closing_error`` to whoever ends one, and
    ``longest`` is for how long a channel lasts at most. ``before_answering`` runs when a channel is there and
    whoever asked for it does not know yet. ``renews``: a channel can be made to last longer.
    """

    opened: dict[str, ChannelAsk] = field(default_factory=dict)
    calendars: dict[str, str] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    error: BaseException | None = None
    closing_error: ProviderError | None = None
    longest: timedelta = WEEK
    now: datetime | None = None
    before_answering: Callable[[ChannelAsk], Awaitable[None]] = nothing
    renews: bool = False
    renewed: list[str] = field(default_factory=list)
    before_renewing: Callable[[], Awaitable[None]] = nothing_yet

    @property
    def standing(self) -> list[str]:
        """The ids of the channels that are open, the oldest first."""
        return [each for each in self.opened if each not in self.closed]

    async def tell(self, channel: str, state: str = "exists", **headers: str) -> tuple[int, str]:
        """Status and body of the answer to a notification."""
        ask = self.opened[channel]
        usual = {"x-token": ask.secret, "x-resource": f"resource of {channel}", "x-state": state}
        return await send(ask.address, usual | headers)


async def send(address: str, headers: dict[str, str], body: bytes = b"", **query: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data=body, headers=headers, params=query) as answer,
    ):
        return answer.status, await answer.text()


_FATES = {"renew": Fate.DUE, "over": Fate.OVER}


def read(incoming: Incoming, channel: Channel) -> Notice:
    """As a calendar in memory has it; what comes with a certain body nobody understands."""
    notice = telling.read(incoming, channel)
    if incoming.body == b"broken":
        raise ValueError("a notification that nobody understands, about Dinner with Sophie")
    return replace(notice, fate=_FATES.get(incoming.headers.get("x-state", ""), Fate.STANDS))


class PushAdapter(MemoryAdapter):
    def __init__(self, exchange: Exchange, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._exchange = exchange

    async def setup_webhook(self, calendar_id: str, ask: ChannelAsk) -> Channel:
        exchange = self._exchange
        if exchange.error is not None:
            raise exchange.error
        assert ask.id not in exchange.opened
        exchange.opened[ask.id] = ask
        exchange.calendars[ask.id] = calendar_id
        await exchange.before_answering(ask)
        lasts_until = min(ask.until, (exchange.now or ask.until) + exchange.longest)
        return Channel(ask.id, ask.secret, f"resource of {ask.id}", lasts_until)

    async def renew_webhook(self, calendar_id: str, channel: Channel, until: datetime) -> Channel | None:  # noqa: ARG002 - each is of one calendar
        exchange = self._exchange
        if not exchange.renews:
            return None
        if exchange.error is not None:
            raise exchange.error
        if channel.id in exchange.closed:
            raise NotFound("There is no such channel.")
        await exchange.before_renewing()
        exchange.renewed.append(channel.id)
        return replace(channel, expires_at=min(until, (exchange.now or until) + exchange.longest))

    async def stop_webhook(self, calendar_id: str, channel: Channel) -> None:
        exchange = self._exchange
        if exchange.closing_error is not None:
            raise exchange.closing_error
        assert channel.resource == f"resource of {channel.id}"
        assert (exchange.calendars[channel.id], exchange.opened[channel.id].secret) == (
            calendar_id,
            channel.secret,
        )
        exchange.closed.append(channel.id)


def telling_provider(world: World, exchange: Exchange, look_again: timedelta | None = None) -> Provider:
    return replace(
        memory_provider(world),
        adapter=lambda client, account: PushAdapter(exchange, world, client, account),
        push=Push(WEEK, read, look_again),
    )
