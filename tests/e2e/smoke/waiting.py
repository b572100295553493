"""Waiting is always for a condition, and never for ever."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
_LOOK_EVERY_SECONDS = 0.05
PATIENCE_SECONDS = 30.0


class TooLate(Exception):
    """The deadline passed; says what was waited for, and what was there instead."""


async def until(look: Callable[[], Awaitable[T | None]], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """What ``look`` finds, as soon as it finds something; raises TooLate."""
    deadline = time.monotonic() + seconds
    while (found := await look()) is None:
        if time.monotonic() > deadline:
            raise TooLate(f"{what}: not within {seconds:.0f} s")
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
    return found
