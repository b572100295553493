"""Traces that go on in whatever process works on a message: what was done, and what came of it.

A message names the span that it was sent in among its options. One that does not, or says something else
there, is worked on all the same.
"""

from contextlib import ExitStack
from threading import local
from typing import Any

from dramatiq.broker import Broker, MessageProxy
from dramatiq.message import Message
from dramatiq.middleware import Middleware

from metonic_gateway.jobs.actors import Outlet
from metonic_gateway.traces import TRACEPARENT, Kind, Traces


def traced(broker: Broker, outlet: Outlet, traces: Traces) -> Outlet:
    """The outlet for messages to this broker; without traces it is the one that was given."""
    if not traces.are_recorded:
        return outlet
    broker.add_middleware(_Continuing(traces))
    return _Carrying(outlet, traces)


class _Carrying:
    """Has messages name the span that they are sent in."""

    def __init__(self, outlet: Outlet, traces: Traces) -> None:
        self._outlet = outlet
        self._traces = traces

    def enqueue(self, message: Message[Any]) -> None:
        with self._traces.span("send", Kind.PRODUCER, actor=message.actor_name):
            here = self._traces.here()
            self._outlet.enqueue(message if here is None else message.copy(options={TRACEPARENT: here}))


class _Continuing(Middleware):
    """A span around each actor. It is the present one for the coroutine too, which begins in this thread."""

    def __init__(self, traces: Traces) -> None:
        self._traces = traces
        self._of_this_thread = local()

    def before_process_message(self, _broker: Broker, message: MessageProxy) -> None:
        name, after = message.actor_name, message.options.get(TRACEPARENT, "")
        span = self._traces.span(name, Kind.CONSUMER, after=after, actor=name)
        self._of_this_thread.ending = ending = ExitStack()
        ending.enter_context(span)

    def after_process_message(
        self,
        _broker: Broker,
        _message: MessageProxy,
        *,
        result: Any | None = None,  # noqa: ANN401, ARG002 - dramatiq passes it by name
        exception: BaseException | None = None,
    ) -> None:
        kind, where = (None, None) if exception is None else (type(exception), exception.__traceback__)
        self._of_this_thread.ending.__exit__(kind, exception, where)
