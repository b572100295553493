"""Reading as the engine reads: the feed to its end, and events by their ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from unittest import SkipTest

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Window
from metonic_core.spi.changes import Change, ChangePage, Gone, Reading, Seen
from metonic_core.spi.errors import CursorExpired, ProviderError, Unacceptable
from metonic_core.spi.writes import Create
from metonic_core.testing.checks.contents import WINDOW, creating
from metonic_core.testing.checks.expecting import Broken, expect, named
from metonic_core.testing.stand import Stand

_MOST_PAGES = 200


def id_of(change: Change) -> str:
    return change.event.id if isinstance(change, Seen) else change.id


@dataclass(frozen=True, slots=True)
class Told:
    """What the pages of one read told, and the next cursor. ``is_complete``: they name all there is."""

    pages: Sequence[ChangePage]
    done: str
    is_complete: bool

    @property
    def reports(self) -> dict[str, Change]:
        """The last that was said of each event."""
        return {id_of(change): change for page in self.pages for change in page.changes}

    @property
    def present(self) -> set[str]:
        """The events that were said to be there."""
        return {i for i, change in self.reports.items() if not isinstance(change, Gone)}

    def tells_removal_of(self, event_id: str) -> bool:
        """Whether the engine would take the event for gone, or doubt it and read it."""
        report = self.reports.get(event_id)
        return isinstance(report, Gone) or (report is None and self.is_complete)

    def etag_of(self, event_id: str) -> str | None:
        """The etag that was reported; None if the event was not."""
        match self.reports.get(event_id):
            case None | Gone():
                return None
            case Seen(event):
                return event.etag
            case change:
                return change.etag


async def follow(stand: Stand, cursor: str | None = None) -> Told:
    """Read the feed from the cursor to its end, or everything if the cursor is no longer known."""
    await stand.settle()
    try:
        return await _to_the_end(stand, cursor)
    except CursorExpired:
        if not cursor:
            raise
        return await _to_the_end(stand, None)


async def _to_the_end(stand: Stand, cursor: str | None) -> Told:
    pages: list[ChangePage] = []
    at = cursor
    while len(pages) < _MOST_PAGES:
        page = await stand.adapter.get_changes(stand.calendar_id, at, WINDOW)
        pages.append(page)
        if page.done is not None:
            return Told(pages, page.done, is_complete=not cursor)
        at = page.more
    raise Broken(
        f"get_changes named a next page {_MOST_PAGES} times and never came to an end.",
        "give `more` only while the service has further pages, and a new one with each; then give `done`.",
    )


def only_with_cursors(told: Told) -> None:
    """Skip the check for adapters that read completely each time."""
    if not told.done:
        raise SkipTest("the plugin reads completely each time, so there is no cursor")


async def read(stand: Stand, event_id: str) -> Reading:
    """What reading that event says."""
    (found,) = await hydrated(stand, event_id)
    return found


async def hydrated(stand: Stand, *ids: str) -> Sequence[Reading]:
    """What reading these events says of each."""
    await stand.settle()
    try:
        answers = await stand.adapter.hydrate(stand.calendar_id, ids)
    except ProviderError as error:
        raise Broken(
            f"hydrate was asked for {len(ids)} events and raised {named(error)}.",
            "raise in hydrate only what hinders every read: answer Gone for an event that is not found, and "
            "Unreadable for one that cannot be understood.",
        ) from error
    expect(
        len(answers) == len(ids),
        f"hydrate was asked for {len(ids)} events and gave {len(answers)} answers.",
        "answer each id that hydrate is asked for, in the order of the ids: Gone where there is nothing.",
    )
    return answers


async def stored(stand: Stand, event_id: str) -> StoredEvent:
    """The event, which must be there."""
    found = await read(stand, event_id)
    if not isinstance(found, Seen):
        raise Broken(
            f"An event that is there was read as {found!r}.",
            "hydrate answers Seen for every event that the service holds and that can be understood.",
        )
    return found.event


async def listed(stand: Stand, window: Window | None = None) -> list[Change]:
    """Every page of the listing of the window, or of everything."""
    await stand.settle()
    changes: list[Change] = []
    page: str | None = None
    for _ in range(_MOST_PAGES):
        listing = await stand.adapter.get_events(stand.calendar_id, window, page)
        changes += listing.changes
        page = listing.more
        if page is None:
            return changes
    raise Broken(
        f"get_events named a next page {_MOST_PAGES} times and never came to an end.",
        "give `more` only while the service has further pages, and None on the last one.",
    )


async def make(stand: Stand, content: Content) -> tuple[Create, StoredEvent]:
    """A copy that the plugin has made, and what it was asked."""
    asked = creating(content)
    return asked, (await stand.adapter.create_event(stand.calendar_id, asked)).event


async def make_if_held(stand: Stand, content: Content, what: str) -> StoredEvent:
    """Likewise, of a content that not every service can hold: a plugin may say so beforehand."""
    try:
        return (await make(stand, content))[1]
    except Unacceptable as error:
        raise SkipTest(f"the plugin refuses {what}: {error.message}") from error
