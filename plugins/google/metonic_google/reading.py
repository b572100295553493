"""From event resources to an event: one that is single, or a master with its exceptions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from metonic_core.model.content import Content, Status, ordered
from metonic_core.model.series import Override
from metonic_core.model.when import Slot, When, is_same_span
from metonic_core.spi import Foreign, InvalidValue, Seen, StoredEvent, Unreadable
from metonic_google import rules
from metonic_google.conference import own_words
from metonic_google.errors import Incomprehensible
from metonic_google.etags import series_etag, weight
from metonic_google.items import (
    Item,
    etag_of,
    id_of,
    is_cancelled,
    is_series,
    lines_of,
    mark_of,
    master_of,
    name_of,
    part_of,
    revision_at,
    text_of,
    updated_of,
    words_of,
)
from metonic_google.moments import check_length, slot_of, span_of
from metonic_google.paths import is_half

READ_TYPES = ("default", "focusTime", "outOfOffice", "fromGmail")
"""Where one works and whose birthday it is are no appointments."""

_WRITTEN_TYPE = "default"
PRIVATE = frozenset({"private", "confidential"})
_MAX_EXCEPTIONS = 3000


@dataclass(frozen=True, slots=True)
class Whole:
    """An event as Google holds it: a single one has no exceptions.

    ``zone`` is the calendar's, for times that name none.
    """

    master: Item
    exceptions: Sequence[Item] = ()
    zone: str = "UTC"

    @property
    def etag(self) -> str:
        if is_series(self.master):
            return series_etag(weight([self.master, *self.exceptions]))
        return etag_of(self.master)

    @property
    def read(self) -> Seen | Unreadable | Foreign:
        """What it says, or why that cannot be understood."""
        event_id = id_of(self.master)
        if not is_appointment(self.master):
            return Foreign(event_id, self.etag)
        try:
            return Seen(self.event)
        except Incomprehensible as error:
            return Unreadable(event_id, self.etag, error.reason)
        except InvalidValue as error:
            return Unreadable(event_id, self.etag, error.message)
        except (OverflowError, ValueError):
            return Unreadable(event_id, self.etag, "The event has a date that is out of range.")

    @property
    def event(self) -> StoredEvent:
        """In our terms; raises Incomprehensible and InvalidValue."""
        master, event_id, etag = self.master, id_of(self.master), etag_of(self.master)
        span, updated = span_of(master, self.zone), updated_of(master)
        marker, is_partly_written = mark_of(master)
        alone = StoredEvent(
            id=event_id,
            etag=etag,
            content=self._content(span.when),
            # An occurrence shares the UID of its series, and a UID names one event here.
            uid=None if master_of(master) else name_of(master, "iCalUID") or None,
            revision=revision_at(updated, etag),
            modified_at=updated,
            marker=marker,
            can_write=can_write(master),
            can_write_time=span.is_exact,
            has_guests=_has_guests(master),
            is_split=is_half(event_id),
            is_partial=is_partly_written,
        )
        return self._with_exceptions(alone) if is_series(master) else alone

    def _with_exceptions(self, alone: StoredEvent) -> StoredEvent:
        """The series, of which so far its master alone was looked at."""
        moved = [e for e in self.exceptions if not is_cancelled(e)]
        known = [alone.modified_at, *map(updated_of, self.exceptions)]
        is_exact = all(span_of(exception, self.zone).is_exact for exception in moved)
        return replace(
            alone,
            etag=self.etag,
            # The versions of exceptions are not all told: those of a series are compared by its etag.
            revision=None,
            modified_at=max(filter(None, known), default=None),
            can_write_time=alone.can_write_time and is_exact,
            has_guests=alone.has_guests or any(map(_has_guests, self.exceptions)),
        )

    def _content(self, when: When) -> Content:
        check_length(when)
        content = Content(
            title=words_of(self.master, "summary"),
            when=when,
            location=words_of(self.master, "location"),
            notes=own_words(words_of(self.master, "description")),
            status=_status(self.master),
            is_private=self._is_private,
            is_busy=text_of(self.master, "transparency") != "transparent",
        )
        said = lines_of(self.master)
        lines = rules.read(said, when) if said else None
        if lines is None or lines.recurrence is None:
            return content
        content = replace(content, recurrence=lines.recurrence)
        return replace(content, overrides=self._overrides(content, lines.excluded))

    @property
    def _is_private(self) -> bool:
        """One private occurrence hides its series, as Google has it since 2026-07; older ones stand alone.

        Not that of a copy: what was hidden once stays so in its occurrences, and is to be hidden again.
        """
        own = () if mark_of(self.master)[0] else self.exceptions
        return any(_is_private(item) for item in (self.master, *own) if not is_cancelled(item))

    def _overrides(self, series: Content, excluded: frozenset[Slot]) -> tuple[Override, ...]:
        if len(self.exceptions) > _MAX_EXCEPTIONS:
            raise Incomprehensible("The series has more exceptions than any calendar allows.")
        told = (override_of(exception, series, self.zone) for exception in self.exceptions)
        found = {override.slot: override for override in told if override is not None}
        # An exception stands in the calendar, whatever the dates of its series leave out.
        return ordered(({slot: Override(slot, is_cancelled=True) for slot in excluded} | found).values())

    def by_slot(self, when: When) -> dict[Slot, Item]:
        """The exceptions by the occurrences of a series ``when`` that they stand for."""
        found = ((slot_of(exception, when), exception) for exception in self.exceptions)
        return {slot: exception for slot, exception in found if slot is not None}


def override_of(exception: Item, series: Content, zone: str) -> Override | None:
    """How that exception differs from its series; None if it is none of its occurrences."""
    slot = slot_of(exception, series.when)
    if slot is None:
        return None
    if is_cancelled(exception):
        return Override(slot, is_cancelled=True)
    title, location = words_of(exception, "summary"), words_of(exception, "location")
    when = span_of(exception, zone).when
    check_length(when)
    return Override(
        slot,
        when=None if is_same_span(when, series.when.moved_to(slot)) else when,
        title=None if title == series.title else title,
        location=None if location == series.location else location,
    )


def is_appointment(item: Item) -> bool:
    """Whether it is of a kind that is read; one that names none is an ordinary event."""
    return (text_of(item, "eventType") or _WRITTEN_TYPE) in READ_TYPES


def can_write(item: Item) -> bool:
    """Whether Google takes edits of it from this calendar: the organizer's, or guests' where they may.

    Other kinds than the ordinary follow rules of their own, of which not all are told.
    """
    organizer = part_of(item, "organizer")
    is_ours = not organizer or organizer.get("self") is True or item.get("guestsCanModify") is True
    is_ordinary = (text_of(item, "eventType") or _WRITTEN_TYPE) == _WRITTEN_TYPE
    return is_ours and is_ordinary and item.get("locked") is not True


def _is_private(item: Item) -> bool:
    return text_of(item, "visibility") in PRIVATE


def _has_guests(item: Item) -> bool:
    return bool(item.get("attendees")) or item.get("attendeesOmitted") is True


def _status(item: Item) -> Status:
    return Status.TENTATIVE if text_of(item, "status") == "tentative" else Status.CONFIRMED
