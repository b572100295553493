"""Channels: they open, overlap, say when they end, and end."""

from datetime import timedelta
from uuid import uuid4

from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.errors import NotFound, ProviderError, RateLimited, Unavailable
from metonic_core.spi.provider import Provider
from metonic_core.spi.push import ChannelAsk
from metonic_core.testing.checks.capabilities import ACCOUNT, NoClient
from metonic_core.testing.checks.expecting import error_of, expect, expect_error, named, skip
from metonic_core.testing.checks.listening import LIFE, Told, change, open_channel, push_of
from metonic_core.testing.stand import Stand

_SLACK = timedelta(minutes=1)
_STOP = "have stop_webhook end the channel that it is given, by its id and resource, and no other."


class Channels:
    """What ``setup_webhook`` and ``stop_webhook`` do."""

    provider: Provider

    async def test_who_declares_push_opens_channels(self) -> None:
        push_of(self.provider)

        adapter = self.provider.adapter(NoClient(), ACCOUNT)
        expect(
            type(adapter).setup_webhook is not CalendarAdapter.setup_webhook,
            "The plugin declares push, and has no setup_webhook.",
            "write setup_webhook, or leave Provider.push None: channels are asked for in vain else.",
        )

    async def test_a_channel_is_answered_as_it_was_asked_for(self, stand: Stand) -> None:
        until = stand.now() + LIFE

        channel = (await open_channel(stand, until)).channel

        expect(
            stand.now() < channel.expires_at <= until + _SLACK,
            f"A channel was to end at {until} at the latest, and is said to end at {channel.expires_at}.",
            "ask the service for ChannelAsk.until, and answer with the end that it names, in UTC.",
        )

    async def test_a_channel_that_ends_earlier_says_so(self, stand: Stand) -> None:
        push_of(stand.provider)
        life = timedelta(hours=2)
        await stand.limit_channels(life)

        channel = (await open_channel(stand)).channel

        expect(
            channel.expires_at <= stand.now() + life + _SLACK,
            f"The service let a channel live for {life}, and it is said to end at {channel.expires_at}.",
            "answer setup_webhook with the end that the service names and not with what was asked for: the "
            "channel is renewed by that, and is silent afterwards.",
        )

    async def test_a_channel_outlives_the_opening_of_its_successor(self, stand: Stand) -> None:
        if _renews(stand):
            skip("the plugin renews its channels, so that none has a successor")
        first, second = await open_channel(stand), await open_channel(stand)
        await change(stand)

        silent = [name for name, told in (("first", first), ("second", second)) if not told.news]
        expect(
            not silent,
            f"A calendar had two channels, and the {' and the '.join(silent)} told nothing of a change.",
            "let setup_webhook open one more channel and end none: it is renewed by one that overlaps it.",
        )

        await self._stopped(stand, first)
        before = len(second.news)
        await change(stand, 1)

        expect(
            len(second.news) > before,
            "A channel was stopped, and its successor told nothing of a change.",
            _STOP,
        )

    async def test_a_channel_that_is_renewed_lasts_longer_and_tells_on(self, stand: Stand) -> None:
        told = await _renewable(stand)
        before, until = told.channel, stand.now() + LIFE

        renewed = await stand.adapter.renew_webhook(stand.calendar_id, before, until)

        expect(
            renewed is not None and (renewed.id, renewed.secret) == (before.id, before.secret),
            f"A channel was renewed, and renew_webhook answered {renewed!r}.",
            "answer with the same channel and its new end: by its id and secret its requests are known.",
        )
        told.channel = renewed or before
        expect(
            before.expires_at < told.channel.expires_at <= until + _SLACK,
            f"A channel was to end at {until} instead of {before.expires_at}, and is said to end at "
            f"{told.channel.expires_at}.",
            "answer with the end that the service names.",
        )
        await change(stand)
        told.expect_none_refused()
        expect(
            told.news,
            "A channel was renewed, and told nothing of a change.",
            "renew the channel that is given, and no other.",
        )

    async def test_a_channel_that_is_gone_is_not_renewed(self, stand: Stand) -> None:
        told = await _renewable(stand)
        await self._stopped(stand, told)

        await expect_error(
            stand.adapter.renew_webhook(stand.calendar_id, told.channel, stand.now() + LIFE),
            NotFound,
            "A channel was over, and was to be renewed",
            "raise NotFound for a channel that the service does not know: another one is opened then.",
        )

    async def test_a_channel_that_was_stopped_is_silent(self, stand: Stand) -> None:
        told = await open_channel(stand)
        await self._stopped(stand, told)
        before = len(told.came)

        await change(stand)

        expect(
            len(told.came) == before,
            f"A channel was stopped, and {len(told.came) - before} requests came through it afterwards.",
            _STOP,
        )

    async def test_a_channel_that_is_over_can_be_stopped_again(self, stand: Stand) -> None:
        told = await open_channel(stand)
        await self._stopped(stand, told)

        error = await error_of(stand.adapter.stop_webhook(stand.calendar_id, told.channel))

        expect(
            error is None,
            f"A channel that was over was stopped once more, and that raised {error and named(error)}.",
            "take a channel that the service does not know (404, 410) for ended.",
        )

    async def _stopped(self, stand: Stand, told: Told) -> None:
        _skip_unless_stoppable(stand)
        await stand.adapter.stop_webhook(stand.calendar_id, told.channel)
        await stand.delivered()

    async def test_trouble_with_a_channel_is_told_as_any_other(self, stand: Stand) -> None:
        push_of(stand.provider)
        ask = ChannelAsk(str(uuid4()), await stand.listen(lambda _: None), "a-secret", stand.now() + LIFE)
        mend = "raise the same errors in setup_webhook as elsewhere: it is tried again, and the sync goes on."

        await stand.answer(500)
        await self._expect_setup_error(stand, ask, Unavailable, 500, mend)
        await stand.recover()
        await stand.answer(429, retry_after=37)
        await self._expect_setup_error(stand, ask, RateLimited, 429, mend)

    async def _expect_setup_error(
        self, stand: Stand, ask: ChannelAsk, kind: type[ProviderError], status: int, mend: str
    ) -> None:
        __tracebackhide__ = True
        call = stand.adapter.setup_webhook(stand.calendar_id, ask)
        await expect_error(call, kind, f"The service answered {status} when a channel was asked for", mend)

    async def test_a_page_of_a_portal_is_no_channel(self, stand: Stand) -> None:
        push_of(stand.provider)
        ask = ChannelAsk(str(uuid4()), await stand.listen(lambda _: None), "a-secret", stand.now() + LIFE)
        await stand.intercept(b"<!DOCTYPE html><html></html>", "text/html")

        await expect_error(
            stand.adapter.setup_webhook(stand.calendar_id, ask),
            Unavailable,
            "A portal answered with a page of HTML when a channel was asked for",
            "take a channel for opened only when the service's own answer says so.",
        )

    async def test_a_page_of_a_portal_ends_no_channel(self, stand: Stand) -> None:
        told = await open_channel(stand)
        _skip_unless_stoppable(stand)
        await stand.intercept(b"<!DOCTYPE html><html></html>", "text/html")

        await expect_error(
            stand.adapter.stop_webhook(stand.calendar_id, told.channel),
            Unavailable,
            "A portal answered with a page of HTML when a channel was to be stopped",
            "take a channel for stopped only when the service's own answer says so: it is tried again else.",
        )


def _renews(stand: Stand) -> bool:
    return type(stand.adapter).renew_webhook is not CalendarAdapter.renew_webhook


async def _renewable(stand: Stand) -> Told:
    """A channel that is to be renewed."""
    push_of(stand.provider)
    if not _renews(stand):
        skip("the plugin has no renew_webhook: its channels have successors")
    return await open_channel(stand, stand.now() + LIFE / 2)


def _skip_unless_stoppable(stand: Stand) -> None:
    if type(stand.adapter).stop_webhook is CalendarAdapter.stop_webhook:
        skip("the plugin has no stop_webhook: its channels end by themselves")
