"""Apple Calendar for Metonic: iCloud, or any other server, over CalDAV (RFC 4791)."""

from metonic_apple.provider import PROVIDER
from metonic_core.spi import Provider, hookimpl


@hookimpl
def metonic_provider() -> Provider:
    return PROVIDER
