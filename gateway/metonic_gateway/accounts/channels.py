"""Opening and closing push channels at a provider, with the sign-in of the account."""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID, uuid4

from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.errors import ProviderError, RateLimited, Unavailable
from metonic_core.spi.push import Channel, ChannelAsk, Push
from metonic_gateway.services import Services
from metonic_gateway.store import channels
from metonic_gateway.store.channels import Addressed, Standing
from metonic_gateway.store.connected import ConnectedCalendar
from metonic_gateway.telemetry import get_logger
from metonic_gateway.vault import Place, VaultError

_log = get_logger(__name__)

_PATH = "/webhooks/"
_SECRET_BYTES = 32
# A person waits for it. What is left open then leads nowhere, and ends by itself.
_MOST_SECONDS = 5


def push_of(services: Services, provider_name: str) -> Push | None:
    """How that provider tells of changes; None where it cannot, or its plugin is gone."""
    provider = services.registry.providers.get(provider_name)
    return None if provider is None else provider.push


def base_address(services: Services) -> str | None:
    """What the addresses of all channels begin with; None where no provider can reach us."""
    public = services.settings.public_url
    return f"{public}{_PATH}" if public else None


def sealed_ask(
    services: Services, base: str, provider_name: str, until: datetime
) -> tuple[ChannelAsk, Standing]:
    """A channel to ask for, and what is stored of it before."""
    identity, secret = uuid4(), secrets.token_urlsafe(_SECRET_BYTES)
    ask = ChannelAsk(str(identity), f"{base}{provider_name}/{identity}", secret, until)
    sealed = services.vault.seal(secret, _place(identity))
    return ask, Standing(identity, sealed, ask.address, None, until, None)


def opened_channel(services: Services, stored: Addressed | Standing) -> Channel:
    """The channel as its provider's plugin knows it; raises VaultError."""
    secret = services.vault.open(stored.sealed, _place(stored.id))
    return Channel(str(stored.id), secret, stored.resource or "", stored.expires_at)


async def close(
    services: Services, adapter: CalendarAdapter, standing: Iterable[tuple[str, Standing]], now: datetime
) -> int:
    """Close channels of external calendars, and forget those that are closed, or that no trying again closes.

    Returns how many are left, as their provider could not be asked just now.
    """
    done: list[UUID] = []
    left = 0
    for external_id, stored in standing:
        if await _is_closed(services, adapter, external_id, stored, now):
            done.append(stored.id)
        else:
            left += 1
    await channels.forget(done)
    return left


async def _is_closed(
    services: Services, adapter: CalendarAdapter, external_id: str, stored: Standing, now: datetime
) -> bool:
    if stored.resource is None or stored.expires_at <= now:
        return True
    try:
        await adapter.stop_webhook(external_id, opened_channel(services, stored))
    except (Unavailable, RateLimited):
        return False
    except (ProviderError, VaultError) as error:
        _log.warning("channel_left_open", channel=stored.id, error=error)
    return True


async def close_all(
    services: Services,
    calendar: ConnectedCalendar,
    adapter_for: Callable[[Services, ConnectedCalendar], CalendarAdapter],
) -> None:
    """Close what channels this sign-in can close, as far as that works at once: it is about to be forgotten.

    Raises nothing: what stays open ends by itself.
    """
    if calendar.sealed is None or push_of(services, calendar.provider) is None:
        return
    standing = await channels.of_calendar(calendar.id, calendar.account.subject)
    if not standing:
        return
    try:
        adapter = adapter_for(services, calendar)
        async with asyncio.timeout(_MOST_SECONDS):
            await close(services, adapter, standing, services.clock())
    except (ProviderError, TimeoutError) as error:
        _log.warning("channels_left_open", calendar=calendar.id, error=error)
    except Exception:  # noqa: BLE001 - a plugin's fault keeps nobody from leaving
        _log.exception("channels_left_open", calendar=calendar.id)


def _place(channel_id: UUID) -> Place:
    return Place("push_channels", str(channel_id), "secret")
