"""What operators measure, in Prometheus' terms: counted as it happens, or asked of the database when scraped.

Names follow https://prometheus.io/docs/practices/naming/. Labels are words of ours: no user, no calendar, and
of hosts only those that a plugin names, so that nobody who types in a server makes a series of his own.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from metonic_core.spi.provider import OAuth2, Provider
from metonic_gateway.store.figures import Figures

OTHER = "other"
"""The label of whatever has none of its own."""

_RUN_SECONDS = (0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 900, 3600)
_DELAY_SECONDS = (1, 3, 10, 30, 60, 120, 300, 900, 3600, 21600)
_WEBHOOK_SECONDS = (0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
_OWN_CLASS = {401: "unauthorized", 403: "forbidden", 429: "throttled"}


def outcome_of(status: int) -> str:
    """The word for a request that was answered so."""
    return _OWN_CLASS.get(status, f"{status // 100}xx")


class Metrics:
    """Those of one process; ``providers`` name the hosts that requests are counted by."""

    def __init__(self, providers: Iterable[Provider] = ()) -> None:
        self._hosts = [(pattern, p.name) for p in providers for pattern in _patterns(p)]
        # Of each counter the moment it began would be one more series.
        disable_created_metrics()  # type: ignore[no-untyped-call] # the library's own slip
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._stock = _Stock()
        registry.register(self._stock)
        by_outcome = ["provider", "outcome"]
        self._runs = Counter("metonic_runs", "Syncs that ended.", by_outcome, registry=registry)
        self._run_seconds = Histogram(
            "metonic_run_seconds",
            "How long syncs took.",
            ["provider"],
            registry=registry,
            buckets=_RUN_SECONDS,
        )
        self._run_delay = Histogram(
            "metonic_run_delay_seconds",
            "How long after it was due a sync began.",
            registry=registry,
            buckets=_DELAY_SECONDS,
        )
        self._requests = Counter(
            "metonic_provider_requests",
            "Requests to providers.",
            ["provider", "host", "outcome"],
            registry=registry,
        )
        self._refreshes = Counter(
            "metonic_token_refreshes", "Renewals of sign-ins.", by_outcome, registry=registry
        )
        self._webhooks = Histogram(
            "metonic_webhook_seconds",
            "How long requests of providers took to be answered.",
            ["provider", "status"],
            registry=registry,
            buckets=_WEBHOOK_SECONDS,
        )

    def run_ended(self, provider: str, outcome: str) -> None:
        """``outcome`` is a word of ``states``, or one of ours for a run that is gone on with."""
        self._runs.labels(provider, outcome).inc()

    def run_took(self, provider: str, seconds: float) -> None:
        self._run_seconds.labels(provider).observe(seconds)

    def run_began(self, due_at: datetime, now: datetime) -> None:
        self._run_delay.observe(max(0.0, (now - due_at).total_seconds()))

    def refreshed(self, provider: str, outcome: str) -> None:
        self._refreshes.labels(provider, outcome).inc()

    def webhook_answered(self, provider: str, status: int, seconds: float) -> None:
        self._webhooks.labels(provider, str(status)).observe(seconds)

    def named(self, host: str, provider: str | None) -> tuple[str, str]:
        """Whose a request to that host is, and the host, in words of ours; ``provider`` is whose if known."""
        found = ((name, pattern) for pattern, name in self._hosts if fnmatchcase(host, pattern))
        whose, where = next(found, (OTHER, OTHER))
        return provider or whose, where

    def asked(self, whose: str, where: str, outcome: str) -> None:
        """What came of a request; the first two as they are ``named``."""
        self._requests.labels(whose, where, outcome).inc()

    def text(self, figures: Figures | None, waiting: int | None = None) -> bytes:
        """All of them, in Prometheus' text format.

        ``figures`` None: the database does not answer. ``waiting``, messages for workers, None: the broker.
        """
        self._stock.figures, self._stock.waiting = figures, waiting
        return generate_latest(self._registry)


class _Stock(Collector):
    """What database and broker were last asked."""

    figures: Figures | None = None
    waiting: int | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        figures = self.figures
        yield _gauge("broker_up", "Whether the broker answers.", int(self.waiting is not None))
        if self.waiting is not None:
            yield _gauge("queued_messages", "Messages that no worker has taken yet.", self.waiting)
        yield _gauge("database_up", "Whether the database answers.", int(figures is not None))
        if figures is None:
            return
        yield _gauge("due_calendars", "Calendars that wait for a sync.", figures.due)
        yield _gauge("oldest_due_seconds", "For how long the first of them has waited.", figures.oldest_due)
        yield _gauge("quarantined_items", "Items that are left alone.", figures.quarantined)
        yield _gauge("open_conflicts", "Conflicts that wait for a decision.", figures.open_conflicts)
        yield _by("channels_open", "Channels by which providers tell of changes.", figures.channels)
        yield _by("calendars_failing", "Calendars whose last sync failed.", figures.failing)
        calendars = _by("calendars", "Connected calendars.", {}, "provider", "state")
        for (provider, state), number in figures.calendars.items():
            calendars.add_metric([provider, state], number)
        yield calendars


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"metonic_{name}", what, value=value)


def _by(name: str, what: str, values: Mapping[str, int], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"metonic_{name}", what, labels=labels or ["provider"])
    for label, value in values.items():
        family.add_metric([label], value)
    return family


def _patterns(provider: Provider) -> Iterator[str]:
    """The hosts that its plugin names."""
    yield from provider.hosts
    if isinstance(provider.sign_in, OAuth2):
        own = provider.sign_in
        for url in (own.server, own.token_url, own.keys_url, own.revoke_url):
            if host := urlsplit(url or "").hostname:
                yield host
