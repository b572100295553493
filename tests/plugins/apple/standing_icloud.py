"""A stand before what stands in for iCloud: its quirks, and troubles that come over the line."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import aiohttp
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.standing import CaldavStand, Troubled

from metonic_core.testing.checks.contents import LESSON
from metonic_simulators.icloud import ICLOUD, icloud
from metonic_simulators.servers import CalendarServer, started


class IcloudStand(CaldavStand):
    """``shared`` is the server behind it. ``usual`` are the quirks that are on, ``quirk`` one more."""

    server: ClassVar[str] = "radicale"
    usual: ClassVar[Sequence[str]] = ICLOUD
    quirk: ClassVar[str] = ""

    @classmethod
    @contextmanager
    def sharing(cls) -> Iterator[CalendarServer]:
        with tempfile.TemporaryDirectory() as folder, started(cls.server, Path(folder)) as server:
            yield server

    async def open(self) -> None:
        self._stack = AsyncExitStack()
        self.icloud = await self._stack.enter_async_context(icloud(self.shared, usual=self.usual))
        session = await self._stack.enter_async_context(aiohttp.ClientSession())
        # What aiohttp asks again by itself, a PUT too, would hide a connection that was lost.
        session._retry_connection = False  # noqa: SLF001
        login = (self.icloud.user, self.icloud.password)
        self.client, self._other = Troubled(session, *login), HttpClient(session, *login)
        self.account, self.organizer = account(self.icloud.url, self.icloud.user), self.icloud.user
        self.calendar_id = await self.icloud.make_calendar(uuid4().hex)
        if self.quirk:
            self.icloud.turn_on(self.quirk)

    async def close(self) -> None:
        self.icloud.reset()
        await self._other.request("DELETE", self._url(self.calendar_id))
        await self._stack.aclose()

    def _url(self, path: str) -> str:
        return self.icloud.world.partition + path

    async def put_phantom(self) -> str:
        event_id = await self.put(LESSON)
        self.icloud.turn_on("phantom", item=event_id)
        return event_id

    async def outbox(self) -> Sequence[str]:
        return [f"{mail.method} to {mail.recipient}" for mail in self.icloud.outbox]

    async def answer(self, status: int, retry_after: int | None = None) -> None:
        if retry_after is None:
            self.icloud.turn_on("failing", status=status)
        else:
            self.icloud.turn_on("throttled", status=status, retry_after=retry_after)

    async def fall_silent(self) -> None:
        self.icloud.turn_on("lost-request")

    async def recover(self) -> None:
        self.client.instead = None
        for trouble in ("failing", "throttled", "lost-request"):
            self.icloud.turn_off(trouble)

    async def lose_answer(self) -> None:
        self._arm("lost-response")

    async def lose_request(self) -> None:
        self._arm("lost-request")

    def _arm(self, trouble: str) -> None:
        for method in ("PUT", "DELETE"):
            self.icloud.arm(trouble, method=method)

    async def refuse_writes(self) -> None:
        self.icloud.turn_on("writes-forbidden")

    async def revoke(self) -> None:
        self.icloud.turn_on("password-refused")


class PagedIcloudStand(IcloudStand):
    """Before Xandikos, and what changed comes in pages."""

    server = "xandikos"
    usual = (*ICLOUD, "paged")
    page_size = 2
