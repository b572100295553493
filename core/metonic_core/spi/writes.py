"""What the engine asks an adapter to write, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from metonic_core.model.content import Content, Group
from metonic_core.model.event import StoredEvent
from metonic_core.spi.errors import ProviderError


@dataclass(frozen=True, slots=True)
class Create:
    """Make an event with ``identity`` and ``marker`` on it. No attendees, nobody is notified."""

    identity: UUID
    marker: str
    content: Content


@dataclass(frozen=True, slots=True)
class Update:
    """Bring ``groups`` of the event to what ``content`` says and leave all else as it is.

    ``etag`` must be compared before anything is edited. ``marker`` replaces the one on a copy; it is None
    for a user's own event, which carries none. ``former`` is what occurrences may still repeat of the series
    as it was before, or was meant to be, where an earlier write did not reach all of them
    (``StoredEvent.is_partial``): they are to follow it now, unless ``content`` says otherwise.
    """

    id: str
    etag: str
    content: Content
    groups: frozenset[Group]
    marker: str | None = None
    former: Sequence[Content] = ()


@dataclass(frozen=True, slots=True)
class Delete:
    """Erase the event if it still has that etag."""

    id: str
    etag: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """A field group that the provider cannot hold: why, and what to do instead, a sentence each for people.

    Neither repeats any text of the event.
    """

    group: Group
    reason: str
    suggestion: str


Write = Create | Update | Delete


@dataclass(frozen=True, slots=True)
class Stored:
    """The event as the provider holds it after the write.

    ``is_adopted``: an event with the identity of a create was already there and was left as it is.
    """

    event: StoredEvent
    is_adopted: bool = False


@dataclass(frozen=True, slots=True)
class Removed:
    """The event is gone, by this write or before it.

    ``is_missing``: nothing was found under its id. Where a provider may not show yet what was just written,
    it is looked for once more.
    """

    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing was written, for certain."""

    error: ProviderError


@dataclass(frozen=True, slots=True)
class Unknown:
    """The write may or may not have happened."""

    error: ProviderError


Outcome = Stored | Removed | Failed | Unknown
