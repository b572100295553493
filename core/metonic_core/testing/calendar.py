"""A calendar in memory: what stands in it, all that ever stood in it, and the feed of its changes."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from uuid import UUID

from metonic_core.model.codec import encode
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Window
from metonic_core.spi.changes import Change, ChangePage, Gone, Reading, Seen, Touched, Unreadable
from metonic_core.spi.errors import CursorExpired
from metonic_core.testing.conduct import Conduct, OfSeries, Trouble


def tidied(content: Content) -> Content:
    """The service's own form of a content: its notes end with a line break."""
    return replace(content, notes=content.notes and content.notes.rstrip() + "\n")


def begun_with(cursor: str) -> Window:
    """The window that the feed of this cursor was begun with."""
    return Window(*map(datetime.fromisoformat, json.loads(cursor)["window"]))


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: ``event`` is None for a deletion."""

    id: str
    event: StoredEvent | None
    at: datetime | None


@dataclass(slots=True)
class MemoryCalendar:
    """``log`` holds every version ever stored; ``outbox`` a line for each mail that a write sent.

    ``dice`` brings disorder into the pages of the feed; ``strikes`` is asked whether a trouble happens now,
    ``clock`` what time it is, for services that lag. ``garbled`` are events that cannot be understood.
    ``loses_the_young``: what does not show yet is not found by who writes it either. ``answers``: how many
    pages of the feed there were.
    """

    conduct: Conduct
    dice: Random | None = None
    strikes: Callable[[Trouble], bool] = lambda _: False
    clock: Callable[[], datetime] | None = None
    live: dict[str, StoredEvent] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    outbox: list[str] = field(default_factory=list)
    garbled: set[str] = field(default_factory=set)
    made: dict[UUID, str] = field(default_factory=dict)
    loses_the_young: bool = False
    answers: int = 0

    def put(self, event: StoredEvent) -> StoredEvent:
        """Store this version; returns it with its new etag."""
        if not self.conduct.tidies_later:
            event = replace(event, content=tidied(event.content))
        stored = replace(event, revision=self._revision(event))
        stored = replace(stored, etag=self._etag(stored))
        self.live[event.id] = stored
        self._note(event.id, stored)
        return stored

    def _revision(self, event: StoredEvent) -> int | None:
        is_series = event.content.recurrence is not None
        is_undated = is_series and self.conduct.of_series.is_of_parts
        return len(self.log) + 1 if self.conduct.has_revisions and not is_undated else None

    def erase(self, event_id: str) -> None:
        del self.live[event_id]
        self._note(event_id, None)

    def _note(self, event_id: str, event: StoredEvent | None) -> None:
        self.log.append(Entry(event_id, event, self.clock() if self.clock else None))

    def versions(self, event_id: str) -> list[StoredEvent]:
        """Every version the event ever had, oldest first."""
        return [entry.event for entry in self.log if entry.id == event_id and entry.event]

    def was_deleted(self, event_id: str) -> bool:
        return event_id not in self.live and any(entry.id == event_id for entry in self.log)

    def deleted(self) -> list[str]:
        """Every event that was there and is not any more."""
        return sorted({entry.id for entry in self.log} - set(self.live))

    def may(self, trouble: Trouble) -> bool:
        return trouble in self.conduct.troubles and self.strikes(trouble)

    def _etag(self, event: StoredEvent) -> str:
        if not self.conduct.hashes_etags:
            return str(len(self.log) + 1)
        text = json.dumps([encode(event.content), event.marker, event.uid, event.id in self.garbled])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    # reading

    def read(self, event_id: str) -> Reading:
        """What a client gets that asks for this event."""
        event = self.live.get(event_id)
        if event_id in self.garbled and event:
            return Unreadable(event_id, event.etag, "The event cannot be understood.")
        if event and self._is_unborn(event_id):
            return Gone(event_id, is_firm=False)
        if event is None and self._is_hidden(event_id):
            return Seen(self.versions(event_id)[-1])
        return Seen(event) if event else self._missing(event_id)

    def _missing(self, event_id: str) -> Gone:
        """What is said to who reads an event that is not there."""
        if self.conduct.keeps_tombstones and self.was_deleted(event_id):
            deleted = max(number for number, entry in enumerate(self.log, 1) if entry.id == event_id)
            return Gone(event_id, revision=deleted)
        return Gone(event_id, is_firm=False)

    def is_unfound(self, event_id: str) -> bool:
        """Whether who writes it is told that it is not there."""
        return self.loses_the_young and self._is_unborn(event_id)

    def _is_unborn(self, event_id: str) -> bool:
        """Whether it was made so short a time ago that it does not show yet."""
        return len(self.versions(event_id)) == 1 and self._is_hidden(event_id)

    def _is_hidden(self, event_id: str) -> bool:
        """Whether the last change of an event is so young that it may not show, and does not."""
        last = next((entry for entry in reversed(self.log) if entry.id == event_id), None)
        return last is not None and self._is_young(last) and self.may(Trouble.HIDDEN)

    def _is_young(self, entry: Entry) -> bool:
        return bool(self.clock and entry.at and self.clock() - entry.at < self.conduct.visibility_lag)

    def find(self, identity: UUID) -> list[StoredEvent]:
        """The event that was created with this identity, if it is there and shows."""
        reading = self.read(self.made[identity]) if identity in self.made else None
        return [reading.event] if isinstance(reading, Seen) else []

    # the feed

    def changes(self, cursor: str | None, window: Window) -> ChangePage:
        """What changed since the cursor; without one, everything, however much changes meanwhile."""
        if not cursor:
            ids = self._listed()
            is_paged = len(ids) > self.conduct.page_size
            return self._listing(ids, len(self.log), window, is_paged=is_paged)
        where = json.loads(cursor)
        begun = begun_with(cursor)
        if "list" in where:
            return self._listing(where["list"], where["then"], begun, is_paged=True)
        if self.may(Trouble.EXPIRED):
            raise CursorExpired("the cursor is too old")
        if self.may(Trouble.RESET):
            return self._page([self._report(i, begun) for i in sorted(self.live)], begun, since=len(self.log))
        return self._delta(where["since"], begun)

    def _listing(self, ids: list[str], then: int, window: Window, *, is_paged: bool) -> ChangePage:
        size, of_series = self.conduct.page_size, self.conduct.of_series
        if of_series is OfSeries.GATHERED:
            # All parts of a series are there: on one page it is whole, over several its version can be told.
            of_series = OfSeries.NAMED if is_paged else OfSeries.TOLD
        shown = [event for i in ids[:size] if (event := self._present(i))]
        if shown != [self.live[i] for i in ids[:size] if i in self.live]:
            then = min(then, self._settled())
        found = [self._told(event, of_series) for event in shown if self._is_inside(event, window)]
        if ids[size:]:
            return self._page(found, window, is_done=False, list=ids[size:], then=then)
        return self._page(found, window, since=then)

    def _listed(self) -> list[str]:
        """What a complete read names: what was just deleted may still be there, and is told later."""
        return sorted({*self.live, *filter(self._is_hidden, self.deleted())})

    def _present(self, event_id: str) -> StoredEvent | None:
        """An event as a complete read shows it."""
        event = self.live.get(event_id)
        if event is None:
            return self.versions(event_id)[-1] if self._is_hidden(event_id) else None
        return None if self._is_unborn(event_id) else event

    def _page(
        self, found: list[Change], window: Window, *, is_done: bool = True, **cursor: object
    ) -> ChangePage:
        span = [window.start.isoformat(), window.end.isoformat()]
        self.answers += self.conduct.renews_cursors
        where = json.dumps({"window": span, "answer": self.answers, **cursor})
        return ChangePage(
            found,
            more=None if is_done else where,
            done=where if is_done else None,
            has_markers=self.conduct.shows_markers or self.conduct.names_copies,
        )

    def _delta(self, start: int, window: Window) -> ChangePage:
        visible = self._visible(start)
        end = min(start + self.conduct.page_size, visible)
        found = [self._report(i, window) for i in dict.fromkeys(entry.id for entry in self.log[start:end])]
        found += self._unasked(start, window)
        if self.dice:
            self.dice.shuffle(found)
        return self._page(found, window, is_done=end == visible, since=end)

    def shown_in(self, window: Window) -> list[str]:
        """The events that a feed begun with that window tells of."""
        return [event_id for event_id, event in self.live.items() if self._is_inside(event, window)]

    def _is_inside(self, event: StoredEvent, window: Window) -> bool:
        return not self.conduct.is_windowed or event.content.occurs_in(window)

    def _visible(self, start: int) -> int:
        """How far the feed reaches: what is young may not be in it yet."""
        end = len(self.log)
        if self.may(Trouble.HIDDEN):
            while end > start and self._is_young(self.log[end - 1]):
                end -= 1
        return end

    def _settled(self) -> int:
        """Up to where nothing is so young that it may not show."""
        return next((n for n, entry in enumerate(self.log) if self._is_young(entry)), len(self.log))

    def _unasked(self, start: int, window: Window) -> Iterator[Change]:
        """Old reports that come again, and events that are said to be gone and are not."""
        if self.dice and start and self.may(Trouble.REPLAY):
            entry = self.dice.choice(self.log[:start])
            is_shown = entry.event and self._is_inside(entry.event, window)
            if entry.event and is_shown:
                yield self._shown(entry.event, self.conduct.of_series)
            elif not (self.conduct.removes_firmly and entry.id in self.live):
                # What a service says of a deletion is no older than what it has.
                yield Gone(entry.id, is_firm=self.conduct.removes_firmly)
        if self.dice and self.live and self.may(Trouble.NOISE):
            yield Gone(self.dice.choice(sorted(self.live)), is_firm=False)

    def _report(self, event_id: str, window: Window) -> Change:
        event = self.live.get(event_id)
        if event is None or not self._is_inside(event, window):
            return Gone(event_id, is_firm=self.conduct.removes_firmly)
        return self._told(event, self.conduct.of_series)

    def _told(self, event: StoredEvent, of_series: OfSeries) -> Change:
        return Touched(event.id, event.etag) if event.id in self.garbled else self._shown(event, of_series)

    def _shown(self, event: StoredEvent, of_series: OfSeries) -> Change:
        """An event in the feed."""
        told = of_series if event.content.recurrence is not None else OfSeries.TOLD
        if told.is_of_parts:
            return Touched(event.id, f"hint-{event.etag}")
        is_copy = self.conduct.names_copies and event.identity is not None
        if told is OfSeries.NAMED or is_copy or not self.conduct.reports_states:
            return Touched(event.id, event.etag)
        return Seen(event if self.conduct.shows_markers else replace(event, marker=None))
