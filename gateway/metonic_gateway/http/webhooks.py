"""Where providers tell that a calendar changed: verified, noted, answered; the work is for others.

A request says nothing but "look again". One that is late, doubled or lost costs time at most.
"""

from time import perf_counter
from uuid import UUID

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from metonic_core.spi.push import Fate, Forged, Incoming, Notice, Push
from metonic_gateway.accounts.channels import opened_channel, push_of
from metonic_gateway.metrics import OTHER
from metonic_gateway.services import Services
from metonic_gateway.store import channels
from metonic_gateway.store.channels import Addressed
from metonic_gateway.telemetry import get_logger
from metonic_gateway.traces import Kind, Span
from metonic_gateway.vault import VaultError

_log = get_logger(__name__)

MOST_BYTES = 256 * 1024
"""The largest request of a provider; most have no body at all."""
_PLAIN = {"X-Content-Type-Options": "nosniff"}


class Webhooks:
    """The endpoint of all channels of all providers."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def receive(self, request: Request) -> Response:
        """The answer, counted and measured."""
        name, began = request.path_params["provider"], perf_counter()
        counted = name if name in self._services.registry.providers else OTHER
        with self._services.traces.span("webhook", Kind.SERVER, provider=counted) as span:
            answer = await self._answer(request, span)
            span.note(status=answer.status_code)
        self._services.metrics.webhook_answered(counted, answer.status_code, perf_counter() - began)
        return answer

    async def _answer(self, request: Request, span: Span) -> Response:
        """204, or the text that the provider wants to read; 403 for what does not come from it.

        A channel that is not there, or not any more, is answered as if it were: providers go on sending for a
        while after a channel was closed, and whoever guesses learns nothing.
        """
        name, push = request.path_params["provider"], None
        channel_id = _uuid(request.path_params["channel"])
        push = push_of(self._services, name)
        if push is None or channel_id is None:
            return PlainTextResponse("There is no such address.\n", status_code=404)
        channel = await channels.addressed(channel_id)
        if channel is None or channel.provider != name or channel.expires_at <= self._services.clock():
            return Response(status_code=204)
        notice = self._read(push, channel, await _incoming(request))
        if notice is None:
            return PlainTextResponse("This is not from the provider of this channel.\n", status_code=403)
        await channels.hear(channel, self._services.clock())
        self._services.usage.count(name, webhooks=1)
        if notice.fate is not Fate.STANDS:
            await channels.look_into(channel, self._services.clock(), is_over=notice.fate is Fate.OVER)
        is_asked_for = notice.is_news and await channels.note(channel, self._services.clock())
        span.note(calendar=channel.calendar_id, nudged=is_asked_for)
        if is_asked_for:
            self._services.nudge([channel.calendar_id])
        if notice.text is not None:
            return PlainTextResponse(notice.text, headers=_PLAIN)
        return Response(status_code=204)

    def _read(self, push: Push, channel: Addressed, incoming: Incoming) -> Notice | None:
        """None for what is not from the provider, as far as we can tell."""
        try:
            return push.read(incoming, opened_channel(self._services, channel))
        except Forged:
            _log.warning("webhook_refused", provider=channel.provider, link=channel.link_id)
        except VaultError:
            _log.exception("webhook_refused", provider=channel.provider, link=channel.link_id)
        except Exception:  # noqa: BLE001 - a stranger's request and a stranger's plugin
            _log.exception("webhook_unreadable", provider=channel.provider, link=channel.link_id)
        return None


async def _incoming(request: Request) -> Incoming:
    return Incoming(dict(request.headers), dict(request.query_params), await request.body())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
