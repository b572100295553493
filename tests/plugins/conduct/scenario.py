"""Scenes as text: what is done, line by line, and under each line all that an engine can tell of it.

``> create a, rename b@1, erase c`` is one call with three writes, the second against version 1 of b; a write
that names no version goes against the one told last. ``> they ...`` is what somebody else does there.
Versions are numbered as they were first told, so the text says which are equal and not what they are.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from tests.plugins.conduct.place import Place

from metonic_core.model.content import TIME, TITLE, Content
from metonic_core.model.series import Override, Recurrence
from metonic_core.model.when import Timed, Window
from metonic_core.spi import (
    AccessDenied,
    CalendarAdapter,
    Change,
    Create,
    CursorExpired,
    Delete,
    EtagMismatch,
    Failed,
    Foreign,
    Gone,
    IdentityTaken,
    NotFound,
    Outcome,
    ProviderError,
    Removed,
    Seen,
    Stored,
    StoredEvent,
    Touched,
    Unacceptable,
    Unknown,
    Unreadable,
    Update,
    Write,
)
from metonic_core.testing.stand import Stand

WINDOW = Window(datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
_START = datetime.fromisoformat("2028-03-07T10:00")
_YEAR, _WEEK, _HOUR = timedelta(days=366), timedelta(weeks=1), timedelta(hours=1)
_OTHER = Recurrence(("FREQ=WEEKLY;INTERVAL=2;COUNT=5",))
_BY_DECISION: Mapping[type[ProviderError], str] = {
    EtagMismatch: "to be read again",
    NotFound: "to be read again",
    IdentityTaken: "identity taken",
    Unacceptable: "refused",
    AccessDenied: "refused",
}
"""The engine decides the same of errors that are called the same here."""


def _identity(name: str) -> UUID:
    """What our copy of that name is created with."""
    return uuid5(NAMESPACE_URL, name)


@dataclass
class Scene:
    """``told`` are the versions of each event as they were told, ``cursors`` where each read ended.

    ``copies`` are the names of events that were created as ours; where ids are given, ``ids`` has those that
    were told. ``window``: what a read begins with.
    """

    place: Place
    ids: dict[str, str] = field(default_factory=dict)
    copies: dict[str, UUID] = field(default_factory=dict)
    window: Window = WINDOW
    contents: dict[str, Content] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    latest: dict[str, str] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    cursors: list[str] = field(default_factory=list)
    asked_with: str | None = None
    number: int = 0

    @property
    def _stand(self) -> Stand:
        return self.place.stand

    @property
    def _adapter(self) -> CalendarAdapter:
        return self._stand.adapter

    async def played(self, text: str) -> str:
        """The same text with what is told here under each line."""
        lines: list[str] = []
        for line in text.splitlines():
            if line.startswith("> "):
                lines += [line, *await self._step(line[2:])]
            elif not line or line.startswith("#"):
                lines.append(line)
        return "\n".join(lines) + "\n"

    async def _step(self, step: str) -> Sequence[str]:
        verb, _, rest = step.partition(" ")
        match verb:
            case "they":
                await self._their(*rest.split())
                return ()
            case "changes":
                return await self._changes(rest)
            case "window":
                self.window = Window(WINDOW.start + _YEAR, WINDOW.end + _YEAR) if rest == "moves" else WINDOW
                return ()
            case "read":
                names = rest.split()
                await self._learn()
                found = await self._adapter.hydrate(self._stand.calendar_id, [self.ids[n] for n in names])
                return [self._said(reading) for reading in found]
            case "trouble":
                await self._troubles()[rest]()
                return ()
            case _:
                return await self._write(step)

    def _troubles(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        return {
            "answer lost": self._stand.lose_answer,
            "request lost": self._stand.lose_request,
            "cursors forgotten": self._stand.expire_cursors,
            "write hidden": self.place.hide,
            "feed late": self.place.lag,
            "feed repeated": self.place.repeat,
            "time passes": self.place.show,
        }

    # writes

    async def _write(self, step: str) -> Sequence[str]:
        parts = [part.split() for part in step.split(", ")]
        await self._learn()
        writes = [self._writing(*part) for part in parts]
        outcomes = await self._adapter.write_events(self._stand.calendar_id, writes)
        for (_, name), outcome in zip(parts, outcomes, strict=True):
            if isinstance(outcome, Stored):
                self.ids[name.partition("@")[0]] = outcome.event.id
        return [self._came_of(outcome) for outcome in outcomes]

    async def _learn(self) -> None:
        """The ids of our copies whose creates were not answered."""
        unknown = [name for name in self.copies if name not in self.ids]
        identities = [self.copies[name] for name in unknown]
        found = await self._adapter.find_events(self._stand.calendar_id, identities) if unknown else ()
        self.ids |= {name: events[0].id for name, events in zip(unknown, found, strict=False) if events}

    def _writing(self, verb: str, what: str) -> Write:
        name, _, version = what.partition("@")
        if verb == "create":
            self.contents[name] = self._content(name)
            self.copies[name] = _identity(name)
            chosen = self._adapter.event_id(self._stand.calendar_id, _identity(name))
            self.ids |= {name: chosen} if chosen else {}
            return Create(_identity(name), f"mark {self.number}", self.contents[name])
        etag = self.told[name][int(version) - 1] if version else self.latest[name]
        if verb == "erase":
            return Delete(self.ids[name], etag)
        title, group = self._title(), TITLE
        if verb == "reschedule":
            changed, group = replace(self.contents[name], recurrence=_OTHER), TIME
        else:
            changed = replace(self.contents[name], title=title)
        self.contents[name] = changed
        marker = f"mark {self.number}" if name in self.copies else None
        return Update(self.ids[name], etag, changed, frozenset({group}), marker)

    def _title(self) -> str:
        self.number += 1
        return f"title {self.number}"

    def _content(self, name: str) -> Content:
        when = Timed(_START, _START + _HOUR, "Europe/Berlin")
        rule = Recurrence(("FREQ=WEEKLY;COUNT=5",)) if name.startswith("series") else None
        return Content(self._title(), when, recurrence=rule)

    def _came_of(self, outcome: Outcome) -> str:
        match outcome:
            case Stored(event=event, is_adopted=is_adopted):
                return f"{'adopted' if is_adopted else 'stored'} {self._event(event)}"
            case Removed():
                return "removed"
            case Unknown():
                return "unknown"
            case Failed(error=error):
                return f"failed: {_BY_DECISION.get(type(error), type(error).__name__)}"

    # what somebody else does

    async def _their(self, verb: str, name: str, other: str = "") -> None:
        stand = self._stand
        match verb:
            case "make":
                self.contents[name] = self._content(name)
                self.ids[name] = await stand.put(self.contents[name])
            case "take":
                await stand.occupy(_identity(name), self._content(name))
            case "copy":
                self.contents[other] = self.contents[name]
                self.ids[other] = await stand.duplicate(self.ids[name])
            case "erase":
                await stand.erase(self.ids[name])
            case "restore":
                await self.place.restore(self.ids[name])
            case "touch":
                await self.place.touch(self.ids[name])
            case _:
                self.contents[name] = self._edited(verb, self.contents[name], other)
                await stand.edit(self.ids[name], self.contents[name])

    def _edited(self, verb: str, content: Content, how: str) -> Content:
        match verb:
            case "rename":
                return replace(content, title=self._title())
            case "move":
                by = _YEAR if how == "out" else -_YEAR
                return replace(content, when=content.when.moved_to(content.when.start + by))
            case "cancel":
                off = Override(_START + int(how) * _WEEK, is_cancelled=True)
                return replace(content, overrides=(*content.overrides, off))
            case _:
                raise ValueError(verb)

    # reading

    async def _changes(self, since: str) -> Sequence[str]:
        """``since``: "the start", the number of an earlier read, "again"; else since the last one."""
        match since.removeprefix("since ").split():
            case ["again"]:
                cursor = self.asked_with
            case [number]:
                cursor = self.cursors[int(number) - 1]
            case ["the", "start"]:
                cursor = None
            case _:
                cursor = self.cursors[-1] if self.cursors else None
        self.asked_with = cursor
        found: dict[str, Change] = {}
        try:
            while True:
                page = await self._adapter.get_changes(self._stand.calendar_id, cursor, self.window)
                await self._learn()
                found |= {self._name(change): change for change in page.changes}
                if page.more is None:
                    break
                cursor = page.more
        except CursorExpired:
            return ["cursor expired"]
        self.cursors.append(page.done or "")
        return [self._said(found[name]) for name in sorted(found)] or ["nothing"]

    def _said(self, change: Change) -> str:
        name = self._name(change)
        match change:
            case Seen(event=event):
                return f"seen {self._event(event)}"
            case Touched(etag=etag):
                return f"touched {name}@{self._version(name, etag)}"
            case Gone(is_firm=is_firm, revision=revision):
                return f"gone {name}, {'firmly' if is_firm else 'softly'}, {self._age(name, revision)}"
            case Unreadable(etag=etag) | Foreign(etag=etag):
                return f"{type(change).__name__} {name}@{self._version(name, etag)}"

    def _name(self, change: Change) -> str:
        event_id = change.event.id if isinstance(change, Seen) else change.id
        return next(name for name, known in self.ids.items() if known == event_id)

    def _event(self, event: StoredEvent) -> str:
        name = self._name(Seen(event))
        self.latest[name] = event.etag
        words = [f"{name}@{self._version(name, event.etag)}", event.content.title]
        words += [event.marker] if event.marker else []
        words += [f"{len(event.content.overrides)} differ"] if event.content.overrides else []
        return ", ".join([*words, self._age(name, event.revision)])

    def _version(self, name: str, etag: str) -> int:
        told = self.told.setdefault(name, [])
        if etag not in told:
            told.append(etag)
        return told.index(etag) + 1

    def _age(self, name: str, revision: int | None) -> str:
        if revision is None:
            return "undated"
        before = self.revisions.get(name, 0)
        self.revisions[name] = max(before, revision)
        return "newer" if revision > before else "as new" if revision == before else "older"
