"""What an adapter reports when it reads: full states, hints, removals."""

from collections.abc import Sequence
from dataclasses import dataclass

from metonic_core.model.event import StoredEvent


@dataclass(frozen=True, slots=True)
class Seen:
    """The full present state of an event."""

    event: StoredEvent


@dataclass(frozen=True, slots=True)
class Touched:
    """The event exists with this etag; it must be read if the etag is new."""

    id: str
    etag: str


@dataclass(frozen=True, slots=True)
class Gone:
    """``is_firm``: the provider states that the event is deleted; else it only stopped showing it."""

    id: str
    is_firm: bool = True
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The event is there and cannot be understood; ``reason`` is a sentence without its text.

    ``is_passing``: the provider failed at it just now, so it is read again in the next run.
    """

    id: str
    etag: str
    reason: str
    is_passing: bool = False


@dataclass(frozen=True, slots=True)
class Foreign:
    """Something in the calendar that is no event (a task, a journal): left alone for good."""

    id: str
    etag: str


Change = Seen | Touched | Gone | Unreadable | Foreign
Reading = Seen | Gone | Unreadable | Foreign
"""What reading one event can say."""


@dataclass(frozen=True, slots=True)
class ChangePage:
    """One page of changes, with exactly one of two cursors.

    ``more``: ask on with it at once. ``done``: the feed is read; ask with it next time. Cursors are opaque
    and hold all that the adapter must remember. A read without a cursor names every event in the window;
    so does every read of an adapter whose ``done`` is the empty text. ``has_markers``: ``Seen`` events carry
    their marker if they have one.
    """

    changes: Sequence[Change]
    more: str | None = None
    done: str | None = None
    has_markers: bool = True

    def __post_init__(self) -> None:
        if (self.more is None) == (self.done is None):
            raise ValueError("a page of changes has exactly one of the cursors `more` and `done`")


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of a listing; ``more`` is the next page, None at the end."""

    changes: Sequence[Change]
    more: str | None = None
