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
    is_partial,
    is_series,
    lines_of,
    marker_of,
    master_of,
    part_of,
    revision_of,
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
        master = self.master
        span = span_of(master, self.zone)
        content = self._content(span.when)
        moved = (e for e in self.exceptions if is_series(master) and not is_cancelled(e))
        is_exact = span.is_exact and all(span_of(exception, self.zone).is_exact for exception in moved)
        known = [at for item in (master, *self.exceptions) if (at := updated_of(item))]
        return StoredEvent(
            id=id_of(master),
            etag=self.etag,
            content=content,
            # An occurrence shares the UID of its series, and a UID names one event here.
            uid=None if master_of(master) else text_of(master, "iCalUID") or None,
            # The versions of exceptions are not all told: those of a series are compared by its etag.
            revision=None if is_series(master) else revision_of(master),
            modified_at=max(known, default=None),
            marker=marker_of(master),
            can_write=can_write(master),
            can_write_time=is_exact,
            has_guests=any(_has_guests(item) for item in (master, *self.exceptions)),
            is_split=is_half(id_of(master)),
            is_partial=is_partial(master),
        )

    def _content(self, when: When) -> Content:
        check_length(when)
        lines = rules.read(lines_of(self.master), when)
        content = Content(
            title=words_of(self.master, "summary"),
            when=when,
            recurrence=lines.recurrence,
            location=words_of(self.master, "location"),
            notes=own_words(words_of(self.master, "description")),
            status=_status(self.master),
            is_private=self._is_private,
            is_busy=text_of(self.master, "transparency") != "transparent",
        )
        if lines.recurrence is None:
            return content
        return replace(content, overrides=self._overrides(content, lines.excluded))

    @property
    def _is_private(self) -> bool:
        """One private occurrence hides its series, as Google has it since 2026-07; older ones stand alone."""
        told = (self.master, *(e for e in self.exceptions if not is_cancelled(e)))
        return any(text_of(item, "visibility") in PRIVATE for item in told)

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


def _has_guests(item: Item) -> bool:
    return bool(item.get("attendees")) or item.get("attendeesOmitted") is True


def _status(item: Item) -> Status:
    return Status.TENTATIVE if text_of(item, "status") == "tentative" else Status.CONFIRMED
