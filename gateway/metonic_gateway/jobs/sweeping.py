"""What is done once a day, and when the service starts: old rows go, and derived instants are set right."""

from metonic_gateway.services import Services
from metonic_gateway.store.instants import reckon
from metonic_gateway.store.sweeping import sweep as sweep_rows
from metonic_gateway.telemetry import get_logger

_log = get_logger(__name__)


async def sweep(services: Services) -> None:
    """Erase old history, journal, tombstones and changes, and follow the zone database.

    A failure is logged and waits for tomorrow.
    """
    try:
        rows = await sweep_rows(services.clock())
        corrected = await reckon(services.clock())
    except Exception:  # noqa: BLE001 - tomorrow is another day
        _log.exception("sweep_failed")
    else:
        _log.info("swept", rows=rows, corrected=corrected)
