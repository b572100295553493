"""Outlook and Microsoft 365 for Metonic (Microsoft Graph v1.0)."""

from metonic_core.spi import Provider, hookimpl
from metonic_outlook.provider import PROVIDER


@hookimpl
def metonic_provider() -> Provider:
    return PROVIDER
