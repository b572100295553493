"""A gateway without sockets: a real database, the provider in memory, a clock that is set by hand."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

from tests.gateway.memory import CREDENTIALS, MemoryEgress, World, memory_provider
from tests.migrated import copy_to
from tests.postgres import DATABASES, IS_ASKED_FOR, named, url_of

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Content
from metonic_core.model.when import AllDay, When
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.feed import Feed
from metonic_gateway.jobs.previewing import preview_sync
from metonic_gateway.jobs.scheduler import Messages
from metonic_gateway.jobs.syncing import sync_calendar
from metonic_gateway.jobs.undoing import undo_run
from metonic_gateway.services import Services
from metonic_gateway.settings import Settings, load_settings
from metonic_gateway.store import appointments, users
from metonic_gateway.store.database import opened
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncHistory, CalendarSyncMapping
from metonic_gateway.vault import Vault, read_keys

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEYS = "k1:" + "A" * 43 + "="


@dataclass
class House:
    """``nudged`` collects what workers were asked to look at, ``previews`` and ``undos`` the runs to do.

    ``renewals``: the links whose channels are to be looked after.
    """

    services: Services
    world: World
    user: UUID
    now: datetime = NOON
    nudged: list[UUID] = field(default_factory=list)
    previews: list[UUID] = field(default_factory=list)
    undos: list[UUID] = field(default_factory=list)
    renewals: list[UUID] = field(default_factory=list)

    def later(self, by: timedelta) -> datetime:
        self.now += by
        return self.now

    async def connect(self) -> UUID:
        provider = self.services.registry.providers["memory"]
        return await connect_with_credentials(self.services, self.user, provider, CREDENTIALS)

    async def sync(self, calendar_id: UUID) -> None:
        await sync_calendar(self.services, calendar_id, "schedule")

    async def preview(self) -> None:
        """What workers would do by now."""
        while self.previews:
            await preview_sync(self.services, self.previews.pop())

    def messages(
        self,
        nudge: Callable[[Collection[UUID]], None] = lambda _: None,
        sweep: Callable[[], None] = lambda: None,
    ) -> Messages:
        """Where a scheduler's messages go."""
        return Messages(nudge, self.renewals.append, sweep, self.previews.append, self.undos.append)

    async def undo(self) -> None:
        """What workers would do by now."""
        while self.undos:
            await undo_run(self.services, self.undos.pop())

    async def add(self, title: str, when: When | None = None, **kwargs: object) -> UUID:
        day = self.now.date() + timedelta(days=1)
        content = Content(title, when or AllDay(day, day + timedelta(days=1)), **kwargs)  # type: ignore[arg-type]
        made = Appointment(uuid4(), 1, self.user, "one_on_one", content)
        await appointments.insert(made, self.services.window(), self.now)
        return made.id

    async def row(self, calendar_id: UUID) -> CalendarSyncConfig:
        return await CalendarSyncConfig.get(id=calendar_id)

    async def columns(self, calendar_id: UUID, *names: str) -> tuple[object, ...]:
        """Of the calendar's row, in this order."""
        row = await self.row(calendar_id)
        return tuple(getattr(row, name) for name in names)

    async def runs(self) -> list[CalendarSyncHistory]:
        return await CalendarSyncHistory.all().order_by("requested_at", "started_at")

    async def open_titles(self, link_id: UUID | None) -> list[str]:
        """Titles of the appointments that have an open row in that link."""
        rows = CalendarSyncMapping.filter(link_id=link_id, closed=None).prefetch_related("appointment")
        return sorted(row.appointment.content["title"] for row in await rows if row.appointment)


def settings_for(database: Path) -> Settings:
    return load_settings(keys=KEYS, jwt_key="j" * 32, database_url=url_of(database))


@asynccontextmanager
async def open_house(database: Path) -> AsyncIterator[House]:
    async with opened(url_of(database)):
        world = World()
        user = await users.introduced("trainer-1", "trainer", "Toni", "Europe/Berlin")
        provider = memory_provider(world)
        house: House

        def nudge(calendars: Collection[UUID]) -> None:
            house.nudged.extend(calendars)

        def undo(run: UUID) -> None:
            house.undos.append(run)

        services = Services(
            settings=settings_for(database),
            registry=Registry({provider.name: provider}, ()),
            vault=Vault(read_keys(KEYS)),
            egress=cast("Egress", MemoryEgress()),
            feed=Feed(),
            clock=lambda: house.now,
            nudge=nudge,
            preview=lambda run: house.previews.append(run),  # noqa: PLW0108 - there is no house yet
            undo=undo,
        )
        house = House(services, world, user.id)
        yield house


def fresh_database(path: Path) -> Path:
    """A migrated database to copy from."""
    return path if IS_ASKED_FOR else copy_to(path)


def copied(template: Path, copy: Path) -> Path:
    if IS_ASKED_FOR:
        copy.write_text(named(DATABASES.lend()), "utf-8")
    else:
        shutil.copy(template, copy)
    return copy


def new_database(path: Path) -> Path:
    """A migrated one, without a template of the session's."""
    return copied(path, path) if IS_ASKED_FOR else copy_to(path)


async def synced(house: House) -> UUID:
    """A calendar after its first sync."""
    calendar = await house.connect()
    await house.sync(calendar)
    house.nudged.clear()
    return calendar


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until that holds, for ten seconds at most."""
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110 - rows announce nothing
            await asyncio.sleep(0.005)


TODAY = date(2026, 11, 22)
