"""Where the time of a change goes: spans, from a provider's notification to the requests that follow.

These record nothing and cost a call; ``otlp`` has those that OpenTelemetry's collectors are sent, for whoever
asks for them and has it installed. What a span may say is all in ``otlp.ATTRIBUTES``.
"""

from contextlib import AbstractContextManager, nullcontext
from enum import Enum
from uuid import UUID

Fact = str | int | UUID

TRACEPARENT = "traceparent"
"""What W3C calls the name of a span that goes from process to process."""


class Kind(Enum):
    """How a span is to what is outside of its process, as OpenTelemetry tells them apart."""

    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


class Span:
    """One that nobody looks at."""

    def note(self, **facts: Fact) -> None:
        """What came of it, by the names of ``otlp.ATTRIBUTES``."""

    def fail(self, code: str) -> None:
        """It went wrong; ``code`` is a word of ours."""


_NOBODYS = nullcontext(Span())


class Traces:
    """Those of a process that records none."""

    are_recorded = False

    def span(
        self,
        name: str,  # noqa: ARG002 - nor does it need any other argument
        kind: Kind = Kind.INTERNAL,  # noqa: ARG002
        *,
        after: object = None,  # noqa: ARG002
        **facts: Fact,  # noqa: ARG002
    ) -> AbstractContextManager[Span]:
        """A span of the present trace that lasts as long as the block, failed if that raises.

        ``after``: what ``here`` said elsewhere, where the trace goes on that this one belongs to. What says
        nothing of the kind begins a trace.
        """
        return _NOBODYS

    def here(self) -> str | None:
        """The present span, as others may be told it (https://www.w3.org/TR/trace-context/)."""
        return None

    def apart(self) -> AbstractContextManager[object]:
        """What begins within is a trace of its own, linked to the present one."""
        return _NOBODYS

    def close(self) -> None:
        """Sends what was not sent yet; blocks as long as that takes."""
