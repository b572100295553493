"""What must hold of all that a plugin hands on: it can be stored, and what is asked of it can be asked."""

import json
from datetime import UTC, datetime

from tests.fuzz.reasons import OF_ANSWERS, OF_GOOGLE, OF_OUTLOOK

from metonic_core.model.codec import decode, encode
from metonic_core.spi import (
    Account,
    CalendarInfo,
    Change,
    Channel,
    Failed,
    Foreign,
    Gone,
    ProviderError,
    RateLimited,
    Seen,
    Stored,
    StoredEvent,
    Touched,
    Unknown,
    Unreadable,
    Window,
)

WINDOW = Window(datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
_WEEK = 7 * 24 * 3600
_LARGEST = 2**63 - 1
_LONGEST_ID = 2000


def storable(text: str) -> None:
    """PostgreSQL takes it."""
    assert "\0" not in text, "a character that cannot be stored"
    text.encode()


def check_change(change: Change, *, is_named: bool = True) -> str:
    """It can be kept; returns the id of the event."""
    if isinstance(change, Seen):
        check_kept(change.event)
        event_id, etag = change.event.id, change.event.etag
    else:
        event_id, etag = change.id, "" if isinstance(change, Gone) else change.etag
    if isinstance(change, Unreadable):
        is_known = change.reason in OF_GOOGLE | OF_OUTLOOK or change.reason.startswith(OF_ANSWERS)
        assert is_known, f"no reason that is known: {change.reason}"
    if isinstance(change, Gone):
        check_revision(change.revision)
    storable(etag)
    if is_named:
        storable(event_id)
        assert event_id, "an event without an id"
        assert len(event_id.encode()) <= _LONGEST_ID, "an id that cannot be looked up"
    return event_id


def check_revision(revision: int | None) -> None:
    assert revision is None or abs(revision) <= _LARGEST, "a revision that cannot be stored"


def check_kept(event: StoredEvent) -> None:
    """The event goes through the store, and what is asked of each event can be asked of it."""
    document = json.dumps(encode(event), ensure_ascii=False)
    assert "\\u0000" not in document
    assert decode(json.loads(document.encode())) == event
    check_revision(event.revision)
    if event.modified_at is not None:
        event.modified_at.astimezone(UTC)
    event.content.occurs_in(WINDOW)
    event.content.ends_at()


def check_error(error: ProviderError) -> None:
    """A sentence, and a time that anybody could wait."""
    storable(error.message)
    assert error.message.endswith("."), error.message
    wait = error.retry_after if isinstance(error, RateLimited) else None
    assert wait is None or 0 <= wait <= _WEEK, "no time that anybody could wait"


def check_answer(one: object) -> None:
    """Whatever it is that a plugin was asked for."""
    match one:
        case str():
            storable(one)
        case Failed() | Unknown():
            check_error(one.error)
        case Stored():
            check_kept(one.event)
        case Seen() | Touched() | Gone() | Unreadable() | Foreign():
            check_change(one)
        case CalendarInfo():
            for text in (one.id, one.name, one.zone or "", one.color or ""):
                storable(text)
        case Account():
            for text in (one.subject, one.name, one.username, one.calendar_id or "", one.zone or ""):
                storable(text)
        case Channel():
            storable(one.resource)
            one.expires_at.astimezone(UTC)
