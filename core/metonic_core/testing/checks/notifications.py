"""Notifications: what changes is told, what does not is not, and nobody else can tell anything."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime

from metonic_core.spi.provider import Provider
from metonic_core.spi.push import Channel, Incoming, Notice, Push
from metonic_core.testing.checks.contents import LESSON
from metonic_core.testing.checks.expecting import expect
from metonic_core.testing.checks.listening import change, judged, open_channel, push_of
from metonic_core.testing.stand import Stand

_VERIFY = (
    "compare what the request brings (its token, its signature, the channel that it names) with the secret "
    "and the id of the channel, whole and with hmac.compare_digest, and raise Forged for anything else."
)
_TELL = (
    "have setup_webhook ask the service to send to ChannelAsk.address what changes in that calendar, and "
    "`read` answer Notice(is_news=True) for it."
)
_NO_NEWS = (
    "tell the first message of a channel, and a handshake, from a change (a state, a kind, a parameter of "
    "their own), and answer Notice(is_news=False) for it: each channel would begin with a needless run."
)


def _altered(secret: str) -> list[str]:
    """Secrets that are not that one, and nearly are."""
    last = "A" if secret[-1] != "A" else "B"
    return [secrets.token_urlsafe(32), secret + "x", secret[:-1], secret[:-1] + last, secret.swapcase(), ""]


def _expect_refused(push: Push, incoming: Incoming, channel: Channel, what: str) -> None:
    __tracebackhide__ = True
    notice = judged(push, incoming, channel)
    expect(isinstance(notice, Exception), f"{what} was not refused: {notice!r}.", _VERIFY)


class Notifications:
    """What ``Push.read`` makes of a request."""

    provider: Provider

    async def test_a_request_that_says_nothing_is_no_news(self) -> None:
        push = push_of(self.provider)
        channel = Channel("a-channel", "a-secret", "a-resource", datetime.max.replace(tzinfo=UTC))

        for incoming in (Incoming({}, {}, b""), Incoming({"host": "x"}, {"a": "b"}, b"\xff{")):
            _expect_refused(push, incoming, channel, "A request without token and channel")

    async def test_what_changes_is_told(self, stand: Stand) -> None:
        told = await open_channel(stand)
        before = len(told.news)

        event_id = await change(stand)
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
        told = await open_channel(stand)

        told.expect_none_refused()
        expect(
            not told.news,
            f"Nothing had changed, and a new channel told of {len(told.news)} changes.",
            _NO_NEWS,
        )

    async def test_a_request_with_another_secret_is_refused(self, stand: Stand) -> None:
        told = await open_channel(stand)
        await change(stand)
        expect(told.news, "An event was made, and the channel told nothing of it.", _TELL)

        for incoming in told.news:
            for secret in _altered(told.channel.secret):
                for resource in (told.channel.resource, ""):
                    channel = replace(told.channel, secret=secret, resource=resource)
                    _expect_refused(told.push, incoming, channel, "A request with another secret")

    async def test_a_request_through_another_channel_is_refused(self, stand: Stand) -> None:
        one = await open_channel(stand)
        await change(stand)
        other = await open_channel(stand)
        await change(stand, 1)
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
        told = await open_channel(stand)
        await change(stand)

        again = [judged(told.push, incoming, told.channel) for incoming in told.news]

        expect(
            all(isinstance(notice, Notice) and notice.is_news for notice in again),
            f"A request that was news is read again, and is {again!r}.",
            "let `read` look at nothing but its arguments: the gateway reads each request in any process.",
        )
