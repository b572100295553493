"""The adapter of one Google Account: each method is one story, told in a module of its own."""

from collections.abc import Sequence
from dataclasses import replace

from metonic_core.spi import (
    Account,
    Answer,
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
    Foreign,
    Gone,
    Group,
    Outcome,
    Reading,
    Seen,
    SignInNeeded,
    Stored,
    Touched,
    Unknown,
    Unreadable,
    Update,
    Window,
    Write,
)
from metonic_google import calendars, push
from metonic_google.batch import write_all
from metonic_google.changes import changes
from metonic_google.errors import DONE, MISSING, OK, channel_failure, document, expect_nothing
from metonic_google.fetching import Fetched, Fetcher, Missing, Withheld
from metonic_google.items import revision_of
from metonic_google.likeness import likeness
from metonic_google.multipart import Request
from metonic_google.paths import CHANNEL_STOP, watch
from metonic_google.reading import Whole
from metonic_google.session import Session


class GoogleAdapter(CalendarAdapter):
    """Calendar ids and event ids are Google's own; of an event that we make, the identity in hexadecimal."""

    def __init__(self, client: Client, account: Account) -> None:
        self._session = Session(client, account.server)
        self._account = account

    def _fetcher(self, calendar_id: str) -> Fetcher:
        return Fetcher(self._session, calendar_id, self._account.zone)

    async def authenticate(self) -> Account:
        mine = await calendars.primary(self._session)
        return replace(
            self._account,
            subject=self._account.subject or mine.id,
            name=self._account.name or mine.id,
            username=self._account.username or mine.id,
            calendar_id=mine.id,
            zone=mine.zone,
        )

    async def list_calendars(self) -> Sequence[CalendarInfo]:
        return await calendars.listing(self._session)

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:  # noqa: ARG002 - a window would stay where it was when the cursor was given
        return await changes(self._session, self._fetcher(calendar_id), calendar_id, cursor)

    async def get_events(self, calendar_id: str, window: Window | None, page: str | None = None) -> EventPage:
        listing = await changes(self._session, self._fetcher(calendar_id), calendar_id, page)
        read = await self.hydrate(calendar_id, [c.id for c in listing.changes if isinstance(c, Touched)])
        found = [c for c in (*listing.changes, *read) if not isinstance(c, Touched | Gone | Foreign)]
        return EventPage([one for one in found if _is_in(window, one)], more=listing.more)

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        fetcher = self._fetcher(calendar_id)
        found = await fetcher.fetch(ids)
        if Missing() in found.values():
            # In a calendar that is gone, every event is.
            await fetcher.zone()
        return [_reading(event_id, found[event_id]) for event_id in ids]

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        return _stored(await self._write(calendar_id, write))

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        return _stored(await self._write(calendar_id, write))

    async def delete_event(self, calendar_id: str, write: Delete) -> None:
        _raise_failure(await self._write(calendar_id, write))

    async def write_events(self, calendar_id: str, writes: Sequence[Write]) -> Sequence[Outcome]:
        return await write_all(self._session, self._fetcher(calendar_id), calendar_id, writes)

    async def _write(self, calendar_id: str, write: Write) -> Outcome:
        return (await self.write_events(calendar_id, [write]))[0]

    async def setup_webhook(self, calendar_id: str, ask: ChannelAsk) -> Channel:
        answer = await self._asked(Request("POST", watch(calendar_id), body=push.asked(ask)))
        if answer.status in MISSING:
            raise await self._session.missing(calendar_id)
        if answer.status != OK:
            raise channel_failure(answer)
        return push.opened(ask, document(answer))

    async def _asked(self, request: Request) -> Answer:
        """The refusal of a channel, too, where it looks like the end of the sign-in."""
        try:
            return await self._session.send(request)
        except SignInNeeded as error:
            if error.answer is None:
                raise
            return error.answer

    async def stop_webhook(self, calendar_id: str, channel: Channel) -> None:  # noqa: ARG002 - a channel knows its calendar
        body = {"id": channel.id, "resourceId": channel.resource}
        answer = await self._session.send(Request("POST", CHANNEL_STOP, body=body))
        if answer.status in DONE:
            expect_nothing(answer)
        elif answer.status not in MISSING:
            raise channel_failure(answer)

    def same(self, group: Group, ours: Content, theirs: Content) -> bool:
        return likeness(group, ours) == likeness(group, theirs)


def _is_in(window: Window | None, read: Seen | Unreadable) -> bool:
    return window is None or not isinstance(read, Seen) or read.event.content.occurs_in(window)


def _reading(event_id: str, found: Fetched) -> Reading:
    if isinstance(found, Whole):
        return found.read
    if isinstance(found, Withheld):
        return Unreadable(event_id, "", found.reason, is_passing=found.is_passing)
    if found.tombstone is None:
        return Gone(event_id, is_firm=False)
    return Gone(event_id, revision=revision_of(found.tombstone))


def _raise_failure(outcome: Outcome) -> None:
    if isinstance(outcome, Failed | Unknown):
        raise outcome.error


def _stored(outcome: Outcome) -> Stored:
    _raise_failure(outcome)
    if not isinstance(outcome, Stored):
        raise TypeError("a create or an update ends stored or failed")
    return outcome
