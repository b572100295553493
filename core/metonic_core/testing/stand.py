"""What the author of a plugin gives the conformance suite: an account, and an outside hand there.

A stand knows the service and nothing of the plugin. The methods without a body must be written; what a
stand cannot do besides is left out: the checks that need it are shown as skipped, with the reason.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from unittest import SkipTest
from uuid import UUID

from metonic_core.model.content import Content, Status
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.client import Client
from metonic_core.spi.provider import Account, Provider
from metonic_core.spi.push import Incoming


@dataclass(frozen=True, slots=True)
class Shown:
    """What another client shows of an event: the values mean what they mean in ``Content``."""

    is_private: bool
    is_busy: bool
    status: Status


class Stand(ABC):
    """One account with one empty calendar, for one check. ``open`` sets the three attributes.

    ``client`` is signed in at the service as the gateway would be, ``account`` what a user has who has just
    typed it in, ``calendar_id`` names the calendar. ``page_size``: how many events the service puts on a
    page, None if everything comes at once. ``has_one_word``: the service has one for how sure and how busy an
    event is, so that nothing can be both free and tentative. ``shared`` is what the class method of that name
    gave.
    """

    client: Client
    account: Account
    calendar_id: str
    page_size: int | None = None
    has_one_word: bool = False

    def __init__(self, provider: Provider, shared: Any = None) -> None:  # noqa: ANN401 - the author's own
        self.provider = provider
        self.shared = shared

    @property
    def adapter(self) -> CalendarAdapter:
        """A new one each time: adapters remember nothing between calls."""
        return self.provider.adapter(self.client, self.account)

    @classmethod
    @contextmanager
    def sharing(cls) -> Iterator[Any]:
        """What the checks share, such as a server that is slow to start: for as long as the block runs."""
        yield None

    @abstractmethod
    async def open(self) -> None:
        """Begin with an empty calendar."""

    async def close(self) -> None:
        """Let go of what ``open`` took."""

    async def settle(self) -> None:
        """Wait until the service shows what was written: as long as the plugin says that it may lag."""
        await asyncio.sleep(self.provider.capabilities.visibility_lag.total_seconds())

    def now(self) -> datetime:
        """What time it is at the service, UTC."""
        return datetime.now(UTC)

    def cannot(self, reason: str) -> NoReturn:
        """Skip the check: this stand, or its service, has no such thing."""
        raise SkipTest(reason)

    # the outside hand: another client of the same account

    @abstractmethod
    async def put(self, content: Content) -> str:
        """Make an event that says this; returns the id that the plugin knows it by."""

    @abstractmethod
    async def edit(self, event_id: str, content: Content) -> None:
        """Have it say this instead."""

    @abstractmethod
    async def erase(self, event_id: str) -> None:
        """Delete it."""

    async def raw(self, event_id: str) -> str:
        """The event as the service stores it, in its own words."""
        self.cannot("the stand does not show what the service stores")

    async def shown(self, event_id: str) -> Shown:
        """The event as other clients show it, read from what the service stores and not by the plugin."""
        self.cannot("the stand does not read events as another client")

    async def put_decorated(self, content: Content) -> tuple[str, Sequence[str]]:
        """An event with properties that Metonic does not know; ``raw`` must go on holding each of these."""
        self.cannot("the stand makes no events with properties of other programs")

    async def put_unreadable(self) -> str:
        """Something that is an event and that nobody can understand."""
        self.cannot("the stand makes nothing unreadable")

    async def put_phantom(self) -> str:
        """An event that is listed for ever and cannot be read."""
        self.cannot("the stand makes no phantoms")

    async def put_task(self) -> str:
        """Something in the calendar that is no event."""
        self.cannot("the service keeps nothing but events in a calendar")

    async def put_floating(self) -> str:
        """An event whose time is in no zone."""
        self.cannot("the service has no times without a zone")

    async def put_locked(self) -> str:
        """An event that this account may see and not write."""
        self.cannot("the service has no events that cannot be written")

    async def put_with_guests(self, content: Content) -> str:
        """An event with guests, whom the service may send mail."""
        self.cannot("the stand makes no events with guests")

    async def occupy(self, identity: UUID, content: Content) -> None:
        """Somebody else's event, without a marker, in the place of a create with that identity."""
        self.cannot("nobody else can take an identity at that service")

    async def duplicate(self, event_id: str) -> str:
        """The user copies the event, with whatever the service copies; returns the id of the new one."""
        self.cannot("the service does not duplicate events")

    async def outbox(self) -> Sequence[str]:
        """A line for each mail that the service sent to guests."""
        self.cannot("the stand sees no mail")

    # being told of changes

    async def listen(self, take: Callable[[Incoming], str | None]) -> str:
        """An address that the service can send to, another each time, until the stand is closed.

        Each request that comes there is given to ``take``, and answered with 200 and the text that it
        returns, or with 204 if it returns none.
        """
        self.cannot("the service cannot reach this stand")

    async def delivered(self) -> None:
        """Wait until no request to those addresses is on its way."""

    async def limit_channels(self, life: timedelta) -> None:
        """From now on the service gives no channel a longer life than that, whatever it is asked for."""
        self.cannot("the stand cannot have the service shorten channels")

    # troubles: they last until the stand is closed, unless it says otherwise

    def requests(self) -> int:
        """How many requests were sent through the client so far."""
        self.cannot("the stand does not count requests")

    async def expire_cursors(self) -> None:
        """The service forgets every cursor it gave so far, and says so when it is asked with one."""
        self.cannot("the service forgets no cursor, or does not say so")

    async def reset_silently(self) -> None:
        """The service forgets them and does not say so: it reports everything, and no deletion."""
        self.cannot("the service does not forget in silence")

    async def answer(self, status: int, retry_after: int | None = None) -> None:
        """Every request is answered with that status, and with Retry-After in seconds if it is given."""
        self.cannot("the stand cannot have the service answer with an error")

    async def intercept(self, body: bytes, media_type: str) -> None:
        """What lies in between answers every request with status 200 and this body, and lets none through."""
        self.cannot("the stand cannot answer in place of the service")

    async def fall_silent(self) -> None:
        """No request is answered, or arrives."""
        self.cannot("the stand cannot cut the connection")

    async def recover(self) -> None:
        """End what ``answer``, ``intercept`` and ``fall_silent`` began."""

    async def before_next_write(self, act: Callable[[], Awaitable[None]]) -> None:
        """The next write is held on its way, once it is sent, until this is done; then it arrives."""
        self.cannot("the stand cannot come between a request and the service")

    async def lose_answer(self) -> None:
        """The next write lands and its answer gets lost; later requests are answered."""
        self.cannot("the stand cannot lose an answer")

    async def lose_request(self) -> None:
        """The next write gets lost on its way to the service; later requests arrive."""
        self.cannot("the stand cannot lose a request")

    async def refuse_writes(self) -> None:
        """From now on the account may only read the calendar."""
        self.cannot("the stand cannot take away the right to write")

    async def revoke(self) -> None:
        """The sign-in is no longer accepted."""
        self.cannot("the stand cannot revoke the sign-in")

    async def delete_calendar(self) -> None:
        """The user deletes the whole calendar."""
        self.cannot("the stand cannot delete its calendar")
