"""Google Calendar for Metonic (Calendar API v3)."""

from metonic_core.spi import Provider, hookimpl
from metonic_google.provider import PROVIDER


@hookimpl
def metonic_provider() -> Provider:
    return PROVIDER
