"""Traces as OpenTelemetry has them, sent to a collector over OTLP/HTTP from a thread of their own.

Names of attributes follow https://opentelemetry.io/docs/specs/semconv/ where it has one. What the environment
says in OTEL_... beside the collector's address (headers, sampling, resource, queue) is read by OpenTelemetry.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version

from opentelemetry.context import Context, attach, detach, get_value, set_value
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    Link,
    SpanKind,
    Status,
    StatusCode,
    format_trace_id,
    get_current_span,
    use_span,
)
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from structlog.contextvars import bound_contextvars

from metonic_gateway.telemetry import WITHHELD
from metonic_gateway.traces import TRACEPARENT, Fact, Kind, Span, Traces

ATTRIBUTES = {
    "actor": "metonic.actor",
    "calendar": "metonic.calendar",
    "error": "error.type",
    "host": "server.address",
    "method": "http.request.method",
    "nudged": "metonic.nudged",
    "outcome": "metonic.outcome",
    "provider": "metonic.provider",
    "run": "metonic.run",
    "status": "http.response.status_code",
    "trigger": "metonic.trigger",
}
"""All that a span can say, by our names and by those that it is sent with."""

_PATH = "/v1/traces"
# Ids, codes, methods and the patterns of hosts; an address of anything or anybody has more than that in it.
_WORD = re.compile(r"[\w.*-]{1,100}")
_LINK = "metonic-link"
_PROPAGATOR = TraceContextTextMapPropagator()


class OtlpTraces(Traces):
    """Those of one process; ``command`` is which one it is."""

    are_recorded = True

    def __init__(self, endpoint: str, command: str) -> None:
        self._provider = TracerProvider(resource=_resource(command), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint + _PATH)))
        self._tracer = self._provider.get_tracer("metonic")

    @contextmanager
    def span(
        self, name: str, kind: Kind = Kind.INTERNAL, *, after: object = None, **facts: Fact
    ) -> Iterator[Span]:
        # What an exception says stays here: it quotes what it fell over.
        span = self._tracer.start_span(
            _word(name),
            None if after is None else _context_of(after),
            SpanKind[kind.name],
            _attributes(facts),
            _links(),
            record_exception=False,
            set_status_on_exception=False,
        )
        recorded, context = _Recorded(span), span.get_span_context()
        logged = {"trace_id": format_trace_id(context.trace_id)} if context.is_valid else {}
        with (
            use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False),
            bound_contextvars(**logged),
        ):
            try:
                yield recorded
            except BaseException as error:
                recorded.fail(type(error).__name__)
                raise

    def here(self) -> str | None:
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        return carrier.get(TRACEPARENT)

    @contextmanager
    def apart(self) -> Iterator[None]:
        link = Link(get_current_span().get_span_context())
        token = attach(set_value(_LINK, link, Context()))
        try:
            yield
        finally:
            detach(token)

    def close(self) -> None:
        self._provider.shutdown()


class _Recorded(Span):
    """The first failure is what it failed of."""

    def __init__(self, span: OtelSpan) -> None:
        self._span = span
        self._is_failed = False

    def note(self, **facts: Fact) -> None:
        self._span.set_attributes(_attributes(facts))

    def fail(self, code: str) -> None:
        if not self._is_failed:
            self._is_failed = True
            self._span.set_status(Status(StatusCode.ERROR))
            self.note(error=code)


def _attributes(facts: Mapping[str, Fact]) -> dict[str, str | int]:
    return {ATTRIBUTES[key]: _plain(value) for key, value in facts.items()}


def _plain(value: Fact) -> str | int:
    return value if isinstance(value, int) else _word(str(value))


def _word(text: str) -> str:
    return text if _WORD.fullmatch(text) else WITHHELD


def _context_of(parent: object) -> Context:
    """What cannot be read is none. The propagator takes for granted that it is text."""
    carrier = {TRACEPARENT: parent} if isinstance(parent, str) else {}
    return _PROPAGATOR.extract(carrier, Context())


def _links() -> list[Link]:
    """For what begins a trace where ``apart`` says so."""
    link = get_value(_LINK)
    is_first = not get_current_span().get_span_context().is_valid
    return [link] if isinstance(link, Link) and is_first else []


def _resource(command: str) -> Resource:
    """What the environment says of this process goes first."""
    own = {
        "service.name": "metonic",
        "service.version": version("metonic-gateway"),
        "metonic.command": command,
    }
    return Resource.create({**own, **OTELResourceDetector().detect().attributes})
