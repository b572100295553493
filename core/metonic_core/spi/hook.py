"""The one hook: pluggy finds, a typed class speaks."""

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from metonic_core.spi.provider import Provider

PROJECT = "metonic"
ENTRY_POINTS = "metonic.providers"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def metonic_provider() -> "Provider":  # type: ignore[empty-body]
    """The provider that this plugin brings."""
