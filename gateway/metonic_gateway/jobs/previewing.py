"""Making a preview, beside whatever run of the calendar there is; only the preview itself tells of it."""

import asyncio
from uuid import UUID

from metonic_core import sync
from metonic_core.spi.errors import ProviderError
from metonic_gateway.accounts.connecting import adapter_for, provider_of
from metonic_gateway.jobs.troubles import UNEXPECTED, left_alone, trouble_of
from metonic_gateway.services import Services, run_topic
from metonic_gateway.store import calendars, preview, previews
from metonic_gateway.store.connected import ConnectedCalendar
from metonic_gateway.store.leases import Held
from metonic_gateway.store.preview_ledger import PreviewLedger
from metonic_gateway.store.previews import Claimed
from metonic_gateway.store.run_log import RunLog
from metonic_gateway.store.transactions import Interrupted
from metonic_gateway.telemetry import get_logger

_log = get_logger(__name__)


async def preview_sync(services: Services, run_id: UUID) -> None:
    """Make a preview if nobody does; what goes wrong is told by it, and has no consequence beyond it."""
    claimed = await previews.claim(run_id, services.clock())
    if claimed is None:
        return
    try:
        made = await _preview(services, claimed)
        now = services.clock()
        await previews.finish(claimed, made, left_alone(made.left, now), now)
    except asyncio.CancelledError:
        await previews.give_back(claimed)
        raise
    except Interrupted:
        _log.warning("preview_interrupted", run=run_id, exc_info=True)
        await previews.give_back(claimed)
        services.preview(run_id)
        return
    except ProviderError as error:
        await previews.fail(claimed, trouble_of(error).as_error(services.clock()))
    except Exception:  # noqa: BLE001 - a fault of ours must not end the worker
        _log.exception("preview_failed", run=run_id)
        await previews.fail(claimed, UNEXPECTED.as_error(services.clock()))
    services.feed.publish(run_topic(run_id))


async def _preview(services: Services, claimed: Claimed) -> sync.Preview:
    calendar = await calendars.load(claimed.calendar_id)
    if calendar is None or calendar.link_id is None:
        raise ValueError("a preview is of a calendar that is connected")
    ledger = await _ledger_for(services, claimed, calendar, calendar.link_id)
    provider, adapter = provider_of(services, calendar), adapter_for(services, calendar)
    return await sync.preview(ledger, adapter, provider.capabilities, services.clock)


async def _ledger_for(
    services: Services, claimed: Claimed, calendar: ConnectedCalendar, link_id: UUID
) -> PreviewLedger:
    ledger = PreviewLedger(
        Held(calendar.id, link_id, 0, calendar.user_id, calendar.provider),
        services.vault.marker_key(),
        services.window,
        services.clock,
        RunLog(calendar.id, "", claimed.claimed_at, 0, row=claimed.run_id),
        told=lambda run_id: services.feed.publish(run_topic(run_id)),
    )
    assumed = await preview.assumed(calendar.id, claimed.preferences, services.window())
    await ledger.assume(assumed)
    return ledger
