"""The adapter of one Microsoft account: each method is one story, told in a module of its own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from metonic_core.spi import (
    Account,
    CalendarAdapter,
    CalendarInfo,
    ChangePage,
    Channel,
    ChannelAsk,
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
    StoredEvent,
    Unavailable,
    Unfit,
    Unknown,
    Unreadable,
    Update,
    Window,
    Write,
)
from metonic_outlook import calendars
from metonic_outlook.batch import write_all
from metonic_outlook.changes import changes
from metonic_outlook.fetching import Fetched, Fetcher, Withheld
from metonic_outlook.fit import fit
from metonic_outlook.likeness import likeness
from metonic_outlook.listing import listing
from metonic_outlook.reading import Whole
from metonic_outlook.session import Session
from metonic_outlook.subscriptions import renewed, subscribe, unsubscribe
from metonic_outlook.zones import UTC_ZONE, anybodys


class OutlookAdapter(CalendarAdapter):
    """Ids are Graph's own; those of events stay as long as the event is in the mailbox."""

    def __init__(self, client: Client, account: Account) -> None:
        self._session = Session(client, account.server)
        self._account = account

    def _fetcher(self, calendar_id: str) -> Fetcher:
        return Fetcher(self._session, calendar_id)

    async def authenticate(self) -> Account:
        person, mine = await calendars.person(self._session), await calendars.primary(self._session)
        return replace(
            self._account,
            subject=self._account.subject or person.id,
            name=self._account.name or person.name,
            username=self._account.username or person.name,
            calendar_id=mine.id,
            zone=self._account.zone or await calendars.home(self._session, mine.id),
        )

    async def list_calendars(self) -> Sequence[CalendarInfo]:
        return await calendars.listing(self._session)

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
        return await changes(self._session, calendar_id, cursor, window)

    async def get_events(self, calendar_id: str, window: Window | None, page: str | None = None) -> EventPage:
        listed = await listing(self._session, self._fetcher(calendar_id), calendar_id, page)
        return replace(listed, changes=[one for one in listed.changes if _is_in(window, one)])

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        found = await self._fetcher(calendar_id).fetch(ids)
        return [_reading(event_id, found[event_id]) for event_id in ids]

    async def find_events(
        self, calendar_id: str, identities: Sequence[UUID]
    ) -> Sequence[Sequence[StoredEvent]]:
        return await self._fetcher(calendar_id).find(identities)

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        return _stored(await self._write(calendar_id, write))

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        return _stored(await self._write(calendar_id, write))

    async def delete_event(self, calendar_id: str, write: Delete) -> None:
        _raise_failure(await self._write(calendar_id, write))

    async def write_events(self, calendar_id: str, writes: Sequence[Write]) -> Sequence[Outcome]:
        return await write_all(self._session, calendar_id, self._account.zone or UTC_ZONE, writes)

    async def _write(self, calendar_id: str, write: Write) -> Outcome:
        return (await self.write_events(calendar_id, [write]))[0]

    async def setup_webhook(self, calendar_id: str, ask: ChannelAsk) -> Channel:
        return await subscribe(self._session, calendar_id, ask)

    async def renew_webhook(self, calendar_id: str, channel: Channel, until: datetime) -> Channel | None:  # noqa: ARG002 - a subscription knows its calendar
        return await renewed(self._session, channel, until)

    async def stop_webhook(self, calendar_id: str, channel: Channel) -> None:  # noqa: ARG002 - likewise
        await unsubscribe(self._session, channel)

    def event_id(self, calendar_id: str, identity: UUID) -> None:  # noqa: ARG002 - Graph gives them
        return None

    def fit(self, content: Content) -> Sequence[Unfit]:
        return [Unfit(one.group, one.reason, one.suggestion) for one in fit(content, anybodys())]

    def same(self, group: Group, ours: Content, theirs: Content) -> bool:
        return likeness(group, ours) == likeness(group, theirs)


def _is_in(window: Window | None, change: object) -> bool:
    return window is None or not isinstance(change, Seen) or change.event.content.occurs_in(window)


def _reading(event_id: str, found: Fetched) -> Reading:
    if isinstance(found, Whole):
        return found.read
    if isinstance(found, Withheld):
        return Unreadable(event_id, "", found.reason, is_passing=found.is_passing)
    return Gone(event_id, is_firm=False)


def _raise_failure(outcome: Outcome) -> None:
    """Of one write alone Unavailable says that it may have happened, and any other error that it did not."""
    if isinstance(outcome, Unknown) and not isinstance(outcome.error, Unavailable):
        raise Unavailable(outcome.error.message) from outcome.error
    if isinstance(outcome, Failed | Unknown):
        raise outcome.error


def _stored(outcome: Outcome) -> Stored:
    _raise_failure(outcome)
    if not isinstance(outcome, Stored):
        raise TypeError("a create or an update ends stored or failed")
    return outcome
