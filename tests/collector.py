"""A collector of traces on loopback: what is sent to it over OTLP/HTTP, and what that says."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status


@dataclass(frozen=True)
class Seen:
    """A span as it arrived; ``of`` is what it says of its process."""

    name: str
    kind: str
    trace: str
    id: str
    parent: str
    says: dict[str, Any]
    of: dict[str, Any]
    is_failed: bool
    links: list[str]
    has_more: bool

    @property
    def command(self) -> str:
        return str(self.of["metonic.command"])


@dataclass
class Collector:
    """Answers with ``status``; ``bodies`` are what came, to the byte."""

    url: str = ""
    status: int = 200
    bodies: list[bytes] = field(default_factory=list)
    spans: list[Seen] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.append(body)
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            of = _read(group.resource.attributes)
            self.spans += [_seen(span, of) for scope in group.scope_spans for span in scope.spans]
        answer = ExportTraceServiceResponse().SerializeToString()
        return web.Response(body=answer, status=self.status, content_type="application/x-protobuf")

    def named(self, name: str) -> list[Seen]:
        return [span for span in self.spans if span.name == name]

    def the(self, name: str) -> Seen:
        (found,) = self.named(name)
        return found

    def below(self, span: Seen) -> list[Seen]:
        return [each for each in self.spans if (each.trace, each.parent) == (span.trace, span.id)]


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    collector = Collector()
    application = web.Application(client_max_size=0)
    application.router.add_post("/v1/traces", collector.take)
    async with TestServer(application) as server:
        collector.url = str(server.make_url("")).rstrip("/")
        yield collector


def _seen(span: Span, of: dict[str, Any]) -> Seen:
    return Seen(
        name=span.name,
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        says=_read(span.attributes),
        of=of,
        is_failed=span.status.code == Status.STATUS_CODE_ERROR,
        links=[link.trace_id.hex() for link in span.links],
        has_more=bool(span.events or span.status.message or span.trace_state),
    )


def _read(attributes: Iterable[KeyValue]) -> dict[str, Any]:
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in attributes}
