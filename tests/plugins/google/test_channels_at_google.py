"""Channels before what stands in for Google: its messages come over HTTP and are understood."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.listening import listening
from tests.plugins.google.standing import GoogleStand
from tests.plugins.standing import opened

from metonic_core.spi import ChannelAsk, Forged, Incoming, Unacceptable
from metonic_core.testing.checks.contents import LESSON
from metonic_google.provider import PROVIDER
from metonic_google.push import read

LATER = datetime.now(UTC) + timedelta(days=3)


class Receiver:
    """Where messages come in."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[Incoming] = asyncio.Queue()
        self.address = ""

    async def next(self) -> Incoming:
        return await asyncio.wait_for(self.came.get(), 10)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    async with listening(made.came.put_nowait) as made.address:
        yield made


@pytest.fixture
async def stand() -> AsyncIterator[GoogleStand]:
    async with opened(GoogleStand(PROVIDER)) as made:
        yield made


def ask(receiver: Receiver, channel_id: str = "channel-1") -> ChannelAsk:
    return ChannelAsk(channel_id, receiver.address, "a secret", LATER)


async def test_a_channel_opens_without_news_and_then_tells_of_them(
    stand: GoogleStand, receiver: Receiver
) -> None:
    channel = await stand.adapter.setup_webhook(stand.calendar_id, ask(receiver))
    first = await receiver.next()
    await stand.put(LESSON)
    second = await receiver.next()

    assert [read(one, channel).is_news for one in (first, second)] == [False, True]
    assert abs(channel.expires_at - LATER) < timedelta(seconds=1)


async def test_a_message_is_for_one_channel_only(stand: GoogleStand, receiver: Receiver) -> None:
    await stand.adapter.setup_webhook(stand.calendar_id, ask(receiver))
    message = await receiver.next()
    other = await stand.adapter.setup_webhook(stand.calendar_id, ask(receiver, "channel-2"))

    with pytest.raises(Forged):
        read(message, other)


async def test_a_channel_that_was_stopped_can_be_stopped_again(
    stand: GoogleStand, receiver: Receiver
) -> None:
    channel = await stand.adapter.setup_webhook(stand.calendar_id, ask(receiver))

    await stand.adapter.stop_webhook(stand.calendar_id, channel)
    await stand.adapter.stop_webhook(stand.calendar_id, channel)


async def test_an_id_that_is_taken_opens_no_second_channel(stand: GoogleStand, receiver: Receiver) -> None:
    await stand.adapter.setup_webhook(stand.calendar_id, ask(receiver))

    with pytest.raises(Unacceptable):
        await stand.adapter.setup_webhook(stand.calendar_id, ask(receiver))
