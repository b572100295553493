"""Most runs find nothing: what those ask, and what becomes of that which comes up meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.gateway.graphql.statements import counted
from tests.gateway.house import House
from tests.gateway.memory import CREDENTIALS, memory_provider

from metonic_core.model.when import Window
from metonic_core.reconcile.step import Conflict, ConflictType
from metonic_core.spi import ChangePage, Provider, ProviderError, RateLimited
from metonic_core.spi.registry import Registry
from metonic_core.sync.pull import CURSOR_RESTS
from metonic_core.testing.calendar import MemoryCalendar
from metonic_core.testing.conduct import GOOGLE
from metonic_core.testing.memory import MemoryAdapter
from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.jobs.requests import sync_now
from metonic_gateway.store import noting
from metonic_gateway.store.models import CalendarLink, CalendarSyncConflict, CalendarSyncMapping
from metonic_gateway.store.rows import mapping_of

LATER = timedelta(minutes=20)


@dataclass
class Place:
    """A calendar with a feed, connected and in step; ``meanwhile`` is done when it is asked for changes.

    ``pages`` are what it answers, if there are any.
    """

    house: House
    calendar: MemoryCalendar
    id: UUID
    meanwhile: list[Callable[[], Awaitable[object]]]
    pages: list[ChangePage | ProviderError]

    async def run(self) -> None:
        await self.house.sync(self.id)

    async def cursor(self) -> str | None:
        return (await CalendarLink.get()).cursor

    async def is_due(self) -> bool:
        (at,) = await self.house.columns(self.id, "next_sync_at")
        return at == self.house.now


@pytest.fixture
async def place(house: House) -> Place:
    calendar, meanwhile = MemoryCalendar(GOOGLE), list[Callable[[], Awaitable[object]]]()
    pages: list[ChangePage | ProviderError] = []

    class Adapter(MemoryAdapter):
        async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
            while meanwhile:
                await meanwhile.pop()()
            page = pages.pop(0) if pages else await super().get_changes(calendar_id, cursor, window)
            if isinstance(page, ProviderError):
                raise page
            return page

    typed = memory_provider(house.world, "plum")
    provider: Provider = replace(typed, adapter=lambda _client, _account: Adapter(calendar))
    house.services = replace(house.services, registry=Registry({"plum": provider}, ()))
    connected = await connect_with_credentials(house.services, house.user, provider, CREDENTIALS)
    made = Place(house, calendar, connected, meanwhile, pages)
    await made.run()
    house.later(LATER)
    return made


async def test_a_run_that_finds_nothing_is_two_statements(place: Place) -> None:
    with counted() as statements:
        await place.run()

    assert len(statements) == 2, "\n".join(statements)
    assert not await place.is_due()


async def test_a_cursor_after_which_nothing_was_told_is_kept_until_it_is_old(place: Place) -> None:
    first = await place.cursor()

    await place.run()
    assert await place.cursor() == first

    place.house.later(CURSOR_RESTS)
    await place.run()
    assert await place.cursor() != first


async def test_a_read_that_was_cut_off_goes_on_and_comes_to_its_end(place: Place) -> None:
    place.pages += [ChangePage([], more="middle"), RateLimited("Later.")]
    await place.run()
    assert await place.cursor() == "middle"

    place.house.later(LATER)
    place.pages += [ChangePage([], done="end")]
    await place.run()
    assert await place.cursor() == "end"


async def test_a_feed_that_ends_where_its_last_page_did_is_at_its_end(place: Place) -> None:
    place.pages += [ChangePage([], more="token"), ChangePage([], done="token")]

    await place.run()

    link = await CalendarLink.get()
    assert (link.cursor, link.cursor_at) == ("token", place.house.now)


async def test_an_appointment_that_is_made_meanwhile_is_due_at_once(place: Place) -> None:
    place.meanwhile.append(lambda: place.house.add("Boxing"))

    await place.run()

    assert await place.is_due()
    await place.run()
    assert [event.content.title for event in place.calendar.live.values()] == ["Boxing"]


async def test_a_run_that_is_asked_for_meanwhile_follows_at_once(place: Place) -> None:
    place.meanwhile.append(lambda: sync_now(place.house.services, place.house.user, "plum"))

    await place.run()

    assert await place.is_due()
    await place.run()
    (run,) = await place.house.runs()
    assert (run.reason, run.state, run.status) == ("manual", "finished", "success")


async def test_a_run_that_was_asked_to_read_all_meanwhile_is_not_finished_by_the_one_that_did_not(
    place: Place,
) -> None:
    asked = await sync_now(place.house.services, place.house.user, "plum")
    place.meanwhile.append(lambda: sync_now(place.house.services, place.house.user, "plum", complete=True))

    await place.run()

    (run,) = await place.house.runs()
    assert (run.id, run.state) == (asked, "queued")
    assert await place.is_due()
    await place.run()
    (run,) = await place.house.runs()
    assert (run.state, run.status) == ("finished", "success")


async def test_a_conflict_whose_time_has_come_is_decided_by_the_run_that_finds_it(place: Place) -> None:
    made = await place.house.add("Boxing")
    await place.run()
    rows = CalendarSyncMapping.filter(appointment_id=made)
    await rows.update(hold="conflict")
    conflict = Conflict(ConflictType.DATA_MISMATCH, frozenset({"title"}), None, None, None)
    await noting.store(place.id, [noting.Note(mapping_of(await rows.get()), conflict)], place.house.now)
    await CalendarSyncConflict.all().update(automatic_at=place.house.now)
    place.house.later(LATER)

    await place.run()

    assert not await CalendarSyncConflict.filter(automatic_at__isnull=False).exists()
    assert not await CalendarSyncMapping.filter(due__isnull=False).exists()
