"""From event resources to an event: one that is single, or a master with its exceptions.

A master is read with ``cancelledOccurrences`` and ``exceptionOccurrences``, which come only where they are
asked for, and with our extended properties, which no delta has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from metonic_core.model.content import Content, Status, ordered
from metonic_core.model.series import Override
from metonic_core.model.when import Slot, When, is_same_span
from metonic_core.spi import Gone, Seen, StoredEvent, Unreadable
from metonic_outlook import rules
from metonic_outlook.conference import notes_of
from metonic_outlook.errors import Flaw, Incomprehensible
from metonic_outlook.etags import series_etag
from metonic_outlook.items import (
    Item,
    can_write,
    etag_of,
    has_guests,
    id_of,
    identity_of,
    is_cancelled,
    is_exception,
    is_part,
    is_partial,
    is_series,
    list_of,
    marker_of,
    modified_of,
    name_of,
    part_of,
    text_of,
    words_of,
)
from metonic_outlook.moments import day, slot_of, slot_on, span_of

PRIVATE = frozenset({"private", "confidential"})
NOT_BUSY = frozenset({"free", "workingElsewhere"})
TENTATIVE = "tentative"
_MAX_EXCEPTIONS = 3000


@dataclass(frozen=True, slots=True)
class Whole:
    """An event as Graph holds it: a single one has no exceptions.

    ``exceptions`` are all of ``exceptionOccurrences``, also those on further pages.
    """

    master: Item
    exceptions: Sequence[Item] = ()

    @property
    def etag(self) -> str:
        if is_series(self.master):
            return series_etag([self.master, *self.exceptions], _cancelled_in(self.master))
        return etag_of(self.master)

    @property
    def read(self) -> Seen | Gone | Unreadable:
        """What it says, or why that cannot be understood. A meeting that is called off is deleted."""
        event_id = id_of(self.master)
        if is_cancelled(self.master):
            return Gone(event_id)
        try:
            return Seen(self.event)
        except Incomprehensible as error:
            return Unreadable(event_id, self.etag, error.flaw.value)
        except (OverflowError, ValueError):
            return Unreadable(event_id, self.etag, Flaw.OUT_OF_RANGE.value)

    @property
    def event(self) -> StoredEvent:
        """In our terms; raises Incomprehensible, and ValueError or OverflowError for dates out of range."""
        master = self.master
        span = span_of(master)
        known = [at for item in (master, *self._parts) if (at := modified_of(item))]
        return StoredEvent(
            id=id_of(master),
            etag=self.etag,
            content=self._content(span.when),
            # An occurrence shares the UID of its series, and a UID names one event here.
            uid=None if is_part(master) else name_of(master, "iCalUId") or None,
            modified_at=max(known, default=None),
            marker=marker_of(master),
            can_write=can_write(master),
            can_write_time=span.is_exact and all(span_of(e, span.when).is_exact for e in self._moved()),
            has_guests=any(has_guests(item) for item in (master, *self._parts)),
            is_partial=is_partial(master),
            identity=identity_of(master),
        )

    @property
    def _parts(self) -> Sequence[Item]:
        """What there is of it beside the master."""
        return self.exceptions if self.exceptions and is_series(self.master) else ()

    def _moved(self) -> list[Item]:
        """The exceptions that take place."""
        return [e for e in self._parts if is_exception(e) and not is_cancelled(e)]

    def _content(self, when: When) -> Content:
        series = rules.read(part_of(self.master, "recurrence"), when) if is_series(self.master) else None
        content = Content(
            title=words_of(self.master, "subject"),
            when=series.when if series else when,
            recurrence=series.recurrence if series else None,
            location=location_of(self.master),
            notes=notes_of(self.master),
            status=status_of(self.master),
            is_private=self._is_private,
            is_busy=is_busy(self.master),
        )
        return replace(content, overrides=self._overrides(content)) if series else content

    @property
    def _is_private(self) -> bool:
        """One private occurrence hides its series: what it says must not be shown by way of that.

        Not that of a copy: what was hidden once stays so in its occurrences, and is to be hidden again.
        """
        own = () if marker_of(self.master) else self._moved()
        return any(text_of(item, "sensitivity") in PRIVATE for item in (self.master, *own))

    def _overrides(self, series: Content) -> tuple[Override, ...]:
        cancelled = _cancelled_in(self.master)
        if len(self.exceptions) + len(cancelled) > _MAX_EXCEPTIONS:
            raise Incomprehensible(Flaw.TOO_MANY)
        slots = (slot_on(day(text.rpartition(".")[2]), series.when) for text in cancelled)
        found = {slot: Override(slot, is_cancelled=True) for slot in slots}
        told = self.by_slot(series.when).items()
        found |= {slot: override_of(exception, slot, series) for slot, exception in told}
        return ordered(found.values())

    def by_slot(self, when: When) -> dict[Slot, Item]:
        """The exceptions by the occurrences of a series ``when`` that they stand for."""
        home = text_of(self.master, "originalStartTimeZone")
        found = ((slot_of(e, when, home), e) for e in self.exceptions if is_exception(e))
        return {slot: exception for slot, exception in found if slot is not None}


def _cancelled_in(master: Item) -> list[str]:
    """``OID.``, the id of the master, a point, and the day of an occurrence: for each that is deleted."""
    return [text for text in list_of(master, "cancelledOccurrences") if isinstance(text, str)]


def override_of(exception: Item, slot: Slot, series: Content) -> Override:
    """How that exception differs from its series. What it does not name is as there."""
    if is_cancelled(exception):
        return Override(slot, is_cancelled=True)
    title = words_of(exception, "subject") if "subject" in exception else series.title
    location = location_of(exception) if "location" in exception else series.location
    when = span_of(exception, series.when).when
    return Override(
        slot,
        when=None if is_same_span(when, series.when.moved_to(slot)) else when,
        title=None if title == series.title else title,
        location=None if location == series.location else location,
    )


def location_of(item: Item) -> str:
    """Where it is; of several places Graph makes one name."""
    return words_of(part_of(item, "location"), "displayName")


def status_of(item: Item) -> Status:
    """Outlook has one word for how sure and how busy."""
    return Status.TENTATIVE if text_of(item, "showAs") == TENTATIVE else Status.CONFIRMED


def is_busy(item: Item) -> bool:
    return text_of(item, "showAs") not in NOT_BUSY
