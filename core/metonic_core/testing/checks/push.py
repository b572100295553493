"""Being told of changes: channels that tell, that end, and that nobody else can speak through."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.errors import ProviderError, RateLimited, Unavailable
from metonic_core.spi.provider import Provider
from metonic_core.spi.push import Channel, ChannelAsk, Incoming, Notice, Push
from metonic_core.testing.checks.contents import LESSON, lesson
from metonic_core.testing.checks.expecting import error_of, expect, expect_error, named, skip
from metonic_core.testing.stand import Stand

_LIFE = timedelta(days=1)
_SLACK = timedelta(minutes=1)
_VERIFY = (
    "compare what the request brings (its token, its signature, the channel that it names) with the secret "
    "and the id of the channel, whole and with hmac.compare_digest, and raise Forged for anything else."
)
_TELL = (
    "have setup_webhook ask the service to send to ChannelAsk.address what changes in that calendar, and "
    "`read` answer Notice(is_news=True) for it."
)
_STOP = "have stop_webhook end the channel that it is given, by its id and resource, and no other."
_NO_NEWS = (
    "tell the first message of a channel, and a handshake, from a change (a state, a kind, a parameter of "
    "their own), and answer Notice(is_news=False) for it: each channel would begin with a needless run."
)


def _push_of(provider: Provider) -> Push:
    return provider.push or skip("the plugin declares no push: the service does not tell of changes")


@dataclass
class _Told:
    """What came in for a channel, judged as the gateway judges it."""

    push: Push
    channel: Channel
    came: list[Incoming] = field(default_factory=list)
    notices: list[Notice | Exception] = field(default_factory=list)

    def take(self, incoming: Incoming) -> str | None:
        self.came.append(incoming)
        notice = _judged(self.push, incoming, self.channel)
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


def _judged(push: Push, incoming: Incoming, channel: Channel) -> Notice | Exception:
    """What `read` makes of it; whatever it raises is a refusal."""
    try:
        return push.read(incoming, channel)
    except Exception as error:  # noqa: BLE001 - so does the gateway
        return error


async def _open(stand: Stand, until: datetime | None = None) -> _Told:
    """A channel of that calendar, and what comes through it from the beginning."""
    channel_id, secret = str(uuid4()), secrets.token_urlsafe(32)
    push, ends = _push_of(stand.provider), until or stand.now() + _LIFE
    told = _Told(push, Channel(channel_id, secret, "", ends))
    ask = ChannelAsk(channel_id, await stand.listen(told.take), secret, ends)
    told.channel = await stand.adapter.setup_webhook(stand.calendar_id, ask)
    await stand.delivered()
    return told


async def _change(stand: Stand, number: int = 0) -> str:
    """Another client makes an event, and whoever is told of it has been."""
    event_id = await stand.put(lesson(number))
    await stand.delivered()
    return event_id


def _altered(secret: str) -> list[str]:
    """Secrets that are not that one, and nearly are."""
    last = "A" if secret[-1] != "A" else "B"
    return [secrets.token_urlsafe(32), secret + "x", secret[:-1], secret[:-1] + last, secret.swapcase(), ""]


def _expect_refused(push: Push, incoming: Incoming, channel: Channel, what: str) -> None:
    __tracebackhide__ = True
    notice = _judged(push, incoming, channel)
    expect(isinstance(notice, Exception), f"{what} was not refused: {notice!r}.", _VERIFY)


class Notifications:
    """What ``Push``, ``setup_webhook`` and ``stop_webhook`` do."""

    provider: Provider

    async def test_a_request_that_says_nothing_is_no_news(self) -> None:
        push = _push_of(self.provider)
        channel = Channel("a-channel", "a-secret", "a-resource", datetime.max.replace(tzinfo=UTC))

        for incoming in (Incoming({}, {}, b""), Incoming({"host": "x"}, {"a": "b"}, b"\xff{")):
            _expect_refused(push, incoming, channel, "A request without token and channel")

    async def test_what_changes_is_told(self, stand: Stand) -> None:
        told = await _open(stand)
        before = len(told.news)

        event_id = await _change(stand)
        made = len(told.news)
        await stand.edit(event_id, replace(LESSON, title="Another"))
        await stand.delivered()
        edited = len(told.news)
        await stand.erase(event_id)
        await stand.delivered()

        told.expect_none_refused()
        for kind, is_told in (
            ("made", made > before),
            ("edited", edited > made),
            ("deleted", len(told.news) > edited),
        ):
            expect(is_told, f"Another client {kind} an event, and the channel told nothing of it.", _TELL)

    async def test_the_first_message_of_a_channel_is_no_news(self, stand: Stand) -> None:
        told = await _open(stand)

        told.expect_none_refused()
        expect(
            not told.news,
            f"Nothing had changed, and a new channel told of {len(told.news)} changes.",
            _NO_NEWS,
        )

    async def test_a_request_with_another_secret_is_refused(self, stand: Stand) -> None:
        told = await _open(stand)
        await _change(stand)
        expect(told.news, "An event was made, and the channel told nothing of it.", _TELL)

        for incoming in told.news:
            for secret in _altered(told.channel.secret):
                for resource in (told.channel.resource, ""):
                    channel = replace(told.channel, secret=secret, resource=resource)
                    _expect_refused(told.push, incoming, channel, "A request with another secret")

    async def test_a_request_through_another_channel_is_refused(self, stand: Stand) -> None:
        one, other = await _open(stand), await _open(stand)
        await _change(stand)
        expect(one.news and other.news, "An event was made, and a channel told nothing of it.", _TELL)

        for told, channel in ((one, other.channel), (other, one.channel)):
            for incoming in told.news:
                _expect_refused(told.push, incoming, channel, "A request of another channel")
                for unanswered in (
                    replace(channel, resource=""),
                    replace(told.channel, secret=channel.secret),
                ):
                    _expect_refused(told.push, incoming, unanswered, "A request of another channel")

    async def test_reading_a_request_is_pure(self, stand: Stand) -> None:
        told = await _open(stand)
        await _change(stand)

        again = [_judged(told.push, incoming, told.channel) for incoming in told.news]

        expect(
            all(isinstance(notice, Notice) and notice.is_news for notice in again),
            f"A request that was news is read again, and is {again!r}.",
            "let `read` look at nothing but its arguments: the gateway reads each request in any process.",
        )

    async def test_a_channel_is_answered_as_it_was_asked_for(self, stand: Stand) -> None:
        until = stand.now() + _LIFE

        channel = (await _open(stand, until)).channel

        expect(
            stand.now() < channel.expires_at <= until + _SLACK,
            f"A channel was to end at {until} at the latest, and is said to end at {channel.expires_at}.",
            "ask the service for ChannelAsk.until, and answer with the end that it names, in UTC.",
        )

    async def test_a_channel_that_ends_earlier_says_so(self, stand: Stand) -> None:
        _push_of(stand.provider)
        life = timedelta(hours=2)
        await stand.limit_channels(life)

        channel = (await _open(stand)).channel

        expect(
            channel.expires_at <= stand.now() + life + _SLACK,
            f"The service let a channel live for {life}, and it is said to end at {channel.expires_at}.",
            "answer setup_webhook with the end that the service names and not with what was asked for: the "
            "channel is renewed by that, and is silent afterwards.",
        )

    async def test_a_channel_outlives_the_opening_of_its_successor(self, stand: Stand) -> None:
        first, second = await _open(stand), await _open(stand)
        await _change(stand)

        silent = [name for name, told in (("first", first), ("second", second)) if not told.news]
        expect(
            not silent,
            f"A calendar had two channels, and the {' and the '.join(silent)} told nothing of a change.",
            "let setup_webhook open one more channel and end none: it is renewed by one that overlaps it.",
        )

        await self._stopped(stand, first)
        before = len(second.news)
        await _change(stand, 1)

        expect(
            len(second.news) > before,
            "A channel was stopped, and its successor told nothing of a change.",
            _STOP,
        )

    async def test_a_channel_that_was_stopped_is_silent(self, stand: Stand) -> None:
        told = await _open(stand)
        await self._stopped(stand, told)
        before = len(told.came)

        await _change(stand)

        expect(
            len(told.came) == before,
            f"A channel was stopped, and {len(told.came) - before} requests came through it afterwards.",
            _STOP,
        )

    async def test_a_channel_that_is_over_can_be_stopped_again(self, stand: Stand) -> None:
        told = await _open(stand)
        await self._stopped(stand, told)

        error = await error_of(stand.adapter.stop_webhook(stand.calendar_id, told.channel))

        expect(
            error is None,
            f"A channel that was over was stopped once more, and that raised {error and named(error)}.",
            "take a channel that the service does not know (404, 410) for ended.",
        )

    async def _stopped(self, stand: Stand, told: _Told) -> None:
        if type(stand.adapter).stop_webhook is CalendarAdapter.stop_webhook:
            skip("the plugin has no stop_webhook: its channels end by themselves")
        await stand.adapter.stop_webhook(stand.calendar_id, told.channel)
        await stand.delivered()

    async def test_trouble_with_a_channel_is_told_as_any_other(self, stand: Stand) -> None:
        _push_of(stand.provider)
        ask = ChannelAsk(str(uuid4()), await stand.listen(lambda _: None), "a-secret", stand.now() + _LIFE)
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
        _push_of(stand.provider)
        ask = ChannelAsk(str(uuid4()), await stand.listen(lambda _: None), "a-secret", stand.now() + _LIFE)
        await stand.intercept(b"<!DOCTYPE html><html></html>", "text/html")

        await expect_error(
            stand.adapter.setup_webhook(stand.calendar_id, ask),
            Unavailable,
            "A portal answered with a page of HTML when a channel was asked for",
            "take a channel for opened only when the service's own answer says so.",
        )
