"""The record of what was asked, and of the mail that would have been sent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A request and what became of it; of its headers only who asked.

    ``at``: when it came by the simulator's clock, in seconds since 1970; ``operation``: what the service
    calls it; ``status`` 0: the connection ended instead of an answer; ``part``: it was a part of a batch.
    """

    at: float
    method: str
    path: str
    query: str
    operation: str
    status: int
    seconds: float
    who: str
    fault: str
    part: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """A message that the service would send about an event; ``method``: REQUEST, CANCEL or REPLY."""

    method: str
    sender: str
    recipient: str
    event: str
    summary: str
