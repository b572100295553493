"""How long an input may take: seconds of the processor, so that a busy machine is no hang."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class TooSlow(AssertionError):
    """An input took longer than it may, and was cut off."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise TooSlow inside if it takes longer; in the main thread alone."""
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(_: int, __: FrameType | None) -> NoReturn:
    raise TooSlow("An input takes longer than it may.")
