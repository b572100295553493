"""Traces are there for whoever names a collector and has OpenTelemetry installed, and cost nobody else."""

import io
import sys

import pytest
from tests.collector import Collector
from tests.gateway.house import KEYS
from tests.gateway.traces.recording import recorded

from metonic_gateway.settings import Settings, SettingsError, load_settings
from metonic_gateway.telemetry import get_logger
from metonic_gateway.wiring import running


async def test_without_a_collector_there_are_no_traces_and_nothing_is_loaded_for_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_opentelemetry(monkeypatch)

    async with running(settings) as services:
        assert not services.traces.are_recorded
        with services.traces.span("run", provider="memory") as span, services.traces.apart():
            span.note(outcome="success")
            span.fail("unreachable")
            assert services.traces.here() is None


async def test_a_collector_without_opentelemetry_is_refused_with_what_to_install(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_opentelemetry(monkeypatch)
    settings = settings.model_copy(update={"otlp_endpoint": "http://127.0.0.1:4318"})

    with pytest.raises(SettingsError, match=r"pip install 'metonic-gateway\[traces\]'") as raised:
        async with running(settings):
            pass

    assert raised.value.message.startswith("OTEL_EXPORTER_OTLP_ENDPOINT is set")


async def test_what_opentelemetry_cannot_use_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "0")
    settings = settings.model_copy(update={"otlp_endpoint": "http://127.0.0.1:4318"})

    with pytest.raises(SettingsError, match=r"OTEL_\.\.\. says: max_queue_size must be"):
        async with running(settings):
            pass


def without_opentelemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "metonic_gateway.otlp")
    for name in [name for name in sys.modules if name.partition(".")[0] == "opentelemetry"]:
        monkeypatch.setitem(sys.modules, name, None)  # whoever imports it is told so


async def test_the_environment_says_whose_spans_they_are(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "calendars")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=trial")
    async with recorded(collector) as traces:
        with traces.span("run"):
            pass

    of = collector.the("run").of
    assert (of["service.name"], of["metonic.command"]) == ("calendars", "serve")
    assert of["deployment.environment.name"] == "trial"


async def test_opentelemetry_can_be_switched_off_where_a_collector_is_named(
    collector: Collector, output: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    async with recorded(collector) as traces:
        with traces.span("webhook"), traces.apart(), traces.span("send") as span:
            span.note(outcome="success")
            span.fail("unreachable")
            get_logger("metonic.test").info("seen")
            assert traces.here() is None

    assert collector.bodies == []
    assert "trace_id" not in output.getvalue()


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("hunter2", "must be a URL such as http://127.0.0.1:4318"),
        ("grpc://hunter2:4317", "must be a URL such as"),
        ("http://hunter2:port", "must be a URL such as"),
        ("http://collector?key=hunter2", "nothing after its path"),
        ("https://hunter2@collector", "OTEL_EXPORTER_OTLP_HEADERS"),
    ],
)
def test_an_address_that_is_no_collectors_is_explained_and_not_shown(
    value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", value)

    with pytest.raises(SettingsError) as raised:
        load_settings(keys=KEYS, jwt_key="j" * 32)

    assert raised.value.message.startswith("OTEL_EXPORTER_OTLP_ENDPOINT is wrong")
    assert says in raised.value.message
    assert "hunter2" not in raised.value.message


@pytest.mark.parametrize(
    ("value", "endpoint"),
    [
        ("", None),
        ("http://127.0.0.1:4318/", "http://127.0.0.1:4318"),
        ("https://collector.example.org/otlp", "https://collector.example.org/otlp"),
    ],
)
def test_a_collector_is_named_as_opentelemetry_names_it(
    value: str, endpoint: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METONIC_KEYS", "k1:" + "A" * 43 + "=")
    monkeypatch.setenv("METONIC_JWT_KEY", "j" * 32)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", value)

    assert load_settings().otlp_endpoint == endpoint
