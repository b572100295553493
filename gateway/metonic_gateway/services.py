"""What the parts of the gateway are given to work with; ``wiring`` builds it once."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from metonic_core.model.when import Window
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.circuits import Circuits
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.accounts.oauth.identity import Keys
from metonic_gateway.accounts.pacing import Paces
from metonic_gateway.feed import Feed
from metonic_gateway.metrics import Metrics
from metonic_gateway.settings import Settings
from metonic_gateway.traces import Traces
from metonic_gateway.usage import Usage
from metonic_gateway.vault import Vault


@dataclass(frozen=True, slots=True)
class Services:
    """``nudge`` asks workers to look at connected calendars soon, ``preview`` and ``undo`` to do a run.

    They carry ids only and may be lost.
    """

    settings: Settings
    registry: Registry
    vault: Vault
    egress: Egress
    feed: Feed
    clock: Callable[[], datetime]
    nudge: Callable[[Collection[UUID]], None]
    preview: Callable[[UUID], None]
    undo: Callable[[UUID], None]
    keys: Keys = field(default_factory=Keys)
    paces: Paces = field(default_factory=Paces)
    metrics: Metrics = field(default_factory=Metrics)
    traces: Traces = field(default_factory=Traces)
    circuits: Circuits = field(default_factory=Circuits)
    usage: Usage = field(default_factory=Usage)

    def window(self) -> Window:
        """The span of time that is synced now."""
        return window_of(self.settings, self.clock())


def window_of(settings: Settings, now: datetime) -> Window:
    """The span of time that is synced at that moment."""
    back, ahead = settings.window_back_days, settings.window_ahead_days
    return Window.around(now, timedelta(days=back), timedelta(days=ahead))


CHANGES = "changes"
"""The feed's topic for appointments that calendars or users changed."""


def run_topic(run_id: UUID) -> str:
    """The feed's topic for how far a run is."""
    return f"run:{run_id}"


def status_topic(user_id: UUID) -> str:
    """The feed's topic for whatever changed about a user's connected calendars."""
    return f"status:{user_id}"
