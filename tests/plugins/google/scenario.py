"""Scenes as text: what is done, line by line, and under each line all that an engine can tell of it.

``> create a, rename b@1, erase c`` is one call with three writes, the second against version 1 of b; a write
that names no version goes against the one told last. ``> they ...`` is what somebody else does there.
Versions are numbered as they were first told, so the text says which are equal and not what they are.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from metonic_core.model.content import TITLE, Content
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
_WEEK, _HOUR = timedelta(weeks=1), timedelta(hours=1)
_BY_DECISION: Mapping[type[ProviderError], str] = {
    EtagMismatch: "to be read again",
    NotFound: "to be read again",
    IdentityTaken: "identity taken",
    Unacceptable: "refused",
    AccessDenied: "refused",
}
"""The engine decides the same of errors that are called the same here."""


class Place(Protocol):
    """Where a scene takes place: a stand, and what more another client of the calendar does there."""

    @property
    def stand(self) -> Stand: ...

    async def restore(self, event_id: str) -> None:
        """Take it out of the trash."""

    async def touch(self, event_id: str) -> None:
        """The service stores it again as it is."""

    async def hide(self) -> None:
        """What comes of the next write does not show for some seconds."""

    async def show(self) -> None:
        """These seconds pass."""


def _identity(name: str) -> UUID:
    """What our copy of that name is created with."""
    return uuid5(NAMESPACE_URL, name)


@dataclass
class Scene:
    """``told`` are the versions of each event as they were told, ``cursors`` where each read ended."""

    place: Place
    ids: dict[str, str] = field(default_factory=dict)
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
            case "read":
                names = rest.split()
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
            "time passes": self.place.show,
        }

    # writes

    async def _write(self, step: str) -> Sequence[str]:
        writes = [self._writing(*part.split()) for part in step.split(", ")]
        outcomes = await self._adapter.write_events(self._stand.calendar_id, writes)
        return [self._came_of(outcome) for outcome in outcomes]

    def _writing(self, verb: str, what: str) -> Write:
        name, _, version = what.partition("@")
        if verb == "create":
            self.contents[name] = self._content(name)
            self.ids[name] = _identity(name).hex
            return Create(_identity(name), f"mark {self.number}", self.contents[name])
        etag = self.told[name][int(version) - 1] if version else self.latest[name]
        if verb == "erase":
            return Delete(self.ids[name], etag)
        self.contents[name] = replace(self.contents[name], title=self._title())
        is_ours = self.ids[name] == _identity(name).hex
        marker = f"mark {self.number}" if is_ours else None
        return Update(self.ids[name], etag, self.contents[name], frozenset({TITLE}), marker)

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
            case "rename":
                self.contents[name] = replace(self.contents[name], title=self._title())
                await stand.edit(self.ids[name], self.contents[name])
            case "cancel":
                off = Override(_START + int(other) * _WEEK, is_cancelled=True)
                overrides = (*self.contents[name].overrides, off)
                self.contents[name] = replace(self.contents[name], overrides=overrides)
                await stand.edit(self.ids[name], self.contents[name])
            case "erase":
                await stand.erase(self.ids[name])
            case "restore":
                await self.place.restore(self.ids[name])
            case "touch":
                await self.place.touch(self.ids[name])
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
                page = await self._adapter.get_changes(self._stand.calendar_id, cursor, WINDOW)
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
