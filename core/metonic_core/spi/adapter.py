"""The adapter of one account at one provider.

Adapters are async, stateless between calls and read no clock. They raise the errors of ``spi.errors``.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from metonic_core.model.content import Content, Group
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Window
from metonic_core.spi.changes import Change, ChangePage, EventPage, Gone, Reading, Seen, Touched
from metonic_core.spi.errors import NotFound, ProviderError, Unacceptable, Unavailable
from metonic_core.spi.provider import Account, CalendarInfo
from metonic_core.spi.push import Channel, ChannelAsk
from metonic_core.spi.writes import (
    Create,
    Delete,
    Failed,
    Outcome,
    Removed,
    Stored,
    Unfit,
    Unknown,
    Update,
    Write,
)


class CalendarAdapter(ABC):
    """Five methods make a working adapter; each of the others has a default built on them."""

    @abstractmethod
    async def authenticate(self) -> Account:
        """Sign in, discover, and say who that is; raises SignInNeeded, Unavailable, Misconfigured."""

    @abstractmethod
    async def get_events(self, calendar_id: str, window: Window | None, page: str | None = None) -> EventPage:
        """A page of all events that touch the window; of all events if it is None."""

    @abstractmethod
    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        """Make an event, or find the one made by an earlier attempt; raises IdentityTaken."""

    @abstractmethod
    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        """Change groups of an event; raises EtagMismatch or NotFound."""

    @abstractmethod
    async def delete_event(self, calendar_id: str, write: Delete) -> None:
        """Erase an event; raises EtagMismatch or NotFound."""

    async def list_calendars(self) -> Sequence[CalendarInfo]:
        """The calendars that events can be read from. By default the one that ``authenticate`` names."""
        account = await self.authenticate()
        return [CalendarInfo(account.calendar_id, account.name, is_primary=True)]

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:  # noqa: ARG002
        """What changed since the cursor; None reads completely. Raises CursorExpired, CalendarGone.

        A cursor after which nothing was told is asked with again for some hours, though a later one is known.
        What lies outside the window may be left out; of a complete read too, but then each such event is read
        by its id. By default every read is complete: the engine compares, the adapter remembers nothing.
        """
        page = await self.get_events(calendar_id, None, cursor or None)
        if page.more:
            return ChangePage(page.changes, more=page.more)
        return ChangePage(page.changes, done="")

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        """The full state of these events, in the same order. By default it lists everything."""
        listed = [change async for change in self._everything(calendar_id)]
        found: dict[str, Reading] = {_id_of(c): c for c in listed if not isinstance(c, Touched)}
        return [found.get(i, Gone(i, is_firm=False)) for i in ids]

    async def find_events(
        self, calendar_id: str, identities: Sequence[UUID]
    ) -> Sequence[Sequence[StoredEvent]]:
        """The events that were created with these identities, in the same order.

        Asked only where ids cannot be chosen. By default it lists everything.
        """
        seen = [c.event async for c in self._everything(calendar_id) if isinstance(c, Seen)]
        return [[event for event in seen if event.identity == str(identity)] for identity in identities]

    async def _everything(self, calendar_id: str) -> AsyncIterator[Change]:
        page: str | None = None
        while True:
            listing = await self.get_events(calendar_id, None, page)
            for change in listing.changes:
                yield change
            page = listing.more
            if page is None:
                return

    async def write_events(self, calendar_id: str, writes: Sequence[Write]) -> Sequence[Outcome]:
        """One outcome per write, in the same order; raises only what concerns all of them.

        By default one after the other: after one that fails for the whole account, no further one is tried.
        Of the methods for one write, ``Unavailable`` says that it may have happened, and any other error that
        it did not.
        """
        outcomes: list[Outcome] = []
        for write in writes:
            outcomes.append(await self._write_one(calendar_id, write))
            if _stops_all(outcomes[-1]):
                return [*outcomes, *outcomes[-1:] * (len(writes) - len(outcomes))]
        return outcomes

    async def _write_one(self, calendar_id: str, write: Write) -> Outcome:
        try:
            match write:
                case Create():
                    return await self.create_event(calendar_id, write)
                case Update():
                    return await self.update_event(calendar_id, write)
                case Delete():
                    await self.delete_event(calendar_id, write)
                    return Removed()
        except Unavailable as error:
            return Unknown(error)
        except NotFound as error:
            return Removed(is_missing=True) if isinstance(write, Delete) else Failed(error)
        except ProviderError as error:
            return Failed(error)

    async def setup_webhook(self, calendar_id: str, ask: ChannelAsk) -> Channel:  # noqa: ARG002
        """Open a channel for that calendar; raises Unacceptable where it cannot have one.

        Called only where the provider declares ``push``. By default no calendar can have one.
        """
        raise Unacceptable("This provider opens no channels.")

    async def renew_webhook(self, calendar_id: str, channel: Channel, until: datetime) -> Channel | None:  # noqa: ARG002
        """The same channel, open until then if possible; raises NotFound where it is gone.

        For providers that have one channel for a calendar at a time, so that none can overlap its successor.
        By default None: a channel is not renewed but gets a successor.
        """
        return None

    async def stop_webhook(self, calendar_id: str, channel: Channel) -> None:  # noqa: B027
        """Close the channel; one that is gone is closed. By default it is left to end by itself."""

    def event_id(self, calendar_id: str, identity: UUID) -> str | None:  # noqa: ARG002
        """The id that a create with this identity gives its event: known before, so that it can be found.

        None where the provider gives ids of its own: then its events carry their identity, and a create that
        comes twice makes one event.
        """
        return identity.hex

    def other_ids(self, event_id: str) -> Sequence[str]:  # noqa: ARG002
        """Other ids that the same event may have been named by, in an earlier answer or another kind of one.

        Asked where changes name an event that is not known by its id: it stays the same event then, and is
        asked for by the new one. By default there are none. Pure.
        """
        return ()

    def fit(self, content: Content) -> Sequence[Unfit]:  # noqa: ARG002
        """What of it no calendar of this provider can hold, before anything is written. Pure.

        What is written of such a group is not sent at all, and people are told what to do instead: nothing is
        approximated. By default everything fits.
        """
        return ()

    def same(self, group: Group, ours: Content, theirs: Content) -> bool:
        """Whether both hold the same in that group, as far as this provider can tell. Pure."""
        return ours.get(group) == theirs.get(group)


def _stops_all(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and outcome.error.concerns_all


def _id_of(change: Reading) -> str:
    return change.event.id if isinstance(change, Seen) else change.id
