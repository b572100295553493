"""A provider's record in our neutral shape."""

from dataclasses import dataclass
from datetime import datetime

from metonic_core.model.content import Content


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as the provider holds it now; a series whole.

    ``id`` is the provider's own spelling (an href, an event id), ``etag`` its opaque version, ``revision``
    a number that grows with each change where the provider has one. ``marker`` is the signed text found on
    it, unread; ``identity`` the one it was created with, where the provider gives ids of its own and keeps it
    beside them: a user's duplicate has none. ``can_write`` is False where nothing of it may be written (a
    guest's view, a subscribed event), ``can_write_time`` where its times cannot be said in our terms
    (floating, two zones, a zone that only the event knows). ``is_split`` is True where the provider says that
    it is one part of a series that was split. ``is_partial`` is True where the write that left ``marker`` has
    not told yet, or never did, that it reached all occurrences of the series.
    """

    id: str
    etag: str
    content: Content
    uid: str | None = None
    revision: int | None = None
    modified_at: datetime | None = None
    marker: str | None = None
    can_write: bool = True
    can_write_time: bool = True
    has_guests: bool = False
    is_split: bool = False
    is_partial: bool = False
    identity: str | None = None
