"""The adapter of one CalDAV account (RFC 4791): each method is one story, told in a module of its own."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from metonic_apple import discovery, paths
from metonic_apple.batch import Batch
from metonic_apple.changes import all_etags, changes
from metonic_apple.fetching import LATER, Fetched, Missing, Text, Unasked, Withheld, fetch
from metonic_apple.floating import Reader
from metonic_apple.likeness import likeness
from metonic_apple.session import Session
from metonic_core.spi import (
    Account,
    CalendarAdapter,
    CalendarInfo,
    ChangePage,
    Client,
    Content,
    Create,
    Delete,
    EventPage,
    Failed,
    Gone,
    Group,
    Outcome,
    Reading,
    Seen,
    Stored,
    Touched,
    Unknown,
    Unreadable,
    Update,
    Window,
    Write,
)


class AppleAdapter(CalendarAdapter):
    """Calendar ids and event ids are paths on the account's server."""

    def __init__(self, client: Client, account: Account) -> None:
        self._session = Session(client, paths.with_scheme(account.server), discovery.home_url)
        self._account = account
        self._reader = Reader(self._session, account.zone)

    async def authenticate(self) -> Account:
        return await discovery.sign_in(self._session, self._account)

    async def list_calendars(self) -> Sequence[CalendarInfo]:
        return await discovery.calendars(self._session)

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:  # noqa: ARG002 - etags of everything cost less than a window
        return await changes(self._session, calendar_id, cursor)

    async def get_events(self, calendar_id: str, window: Window | None, page: str | None = None) -> EventPage:
        listing = await changes(self._session, calendar_id, page)
        read = await self.hydrate(calendar_id, [c.id for c in listing.changes if isinstance(c, Touched)])
        return EventPage([one for one in read if _is_in(window, one)], more=listing.more)

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        found = await fetch(self._session, calendar_id, ids)
        texts = {i: text for i, text in found.items() if isinstance(text, Text)}
        said = await self._reader.read(calendar_id, texts)
        listed = await self._still_listed(calendar_id, found)
        return [said.get(i) or _unsaid(i, found[i], listed) for i in ids]

    async def _still_listed(self, calendar_id: str, found: Mapping[str, Fetched]) -> Mapping[str, str] | None:
        """By key, the etags of all there is, None if that is not told; asked for only where something misses.

        ICloud and Google have listed events for years that they say they do not have: those are not gone.
        """
        if not any(isinstance(one, Missing) for one in found.values()):
            return {}
        return await all_etags(self._session, calendar_id)

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        return _stored(await self._write(calendar_id, write))

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        return _stored(await self._write(calendar_id, write))

    async def delete_event(self, calendar_id: str, write: Delete) -> None:
        _raise_failure(await self._write(calendar_id, write))

    async def write_events(self, calendar_id: str, writes: Sequence[Write]) -> Sequence[Outcome]:
        return await Batch(self._session, calendar_id, self._reader).run(writes)

    async def _write(self, calendar_id: str, write: Write) -> Outcome:
        return (await self.write_events(calendar_id, [write]))[0]

    def event_id(self, calendar_id: str, identity: UUID) -> str:
        return paths.created_id(calendar_id, identity)

    def other_ids(self, event_id: str) -> Sequence[str]:
        return paths.other_ids(event_id)

    def same(self, group: Group, ours: Content, theirs: Content) -> bool:
        return likeness(group, ours) == likeness(group, theirs)


def _is_in(window: Window | None, read: Reading) -> bool:
    return window is None or not isinstance(read, Seen) or read.event.content.occurs_in(window)


def _unsaid(event_id: str, found: Fetched, listed: Mapping[str, str] | None) -> Reading:
    """What is known of an event whose text is not there."""
    if isinstance(found, Unasked):
        return Unreadable(event_id, "", LATER, is_passing=True)
    if isinstance(found, Withheld):
        return Unreadable(event_id, found.etag, found.reason, found.is_passing)
    if listed is None:
        reason = "The calendar server says that it has no such event, and does not list all that it has."
        return Unreadable(event_id, "", reason, is_passing=True)
    etag = listed.get(paths.key(event_id))
    if etag is not None:
        return Unreadable(event_id, etag, "The calendar server lists the event, and says that it has none.")
    return Gone(event_id, is_firm=False)


def _raise_failure(outcome: Outcome) -> None:
    if isinstance(outcome, Failed | Unknown):
        raise outcome.error


def _stored(outcome: Outcome) -> Stored:
    _raise_failure(outcome)
    if not isinstance(outcome, Stored):
        raise TypeError("a create or an update ends stored or failed")
    return outcome
