"""The real gateway with this plugin, before what stands in for Google: from the sign-in to the calendar."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from tests.gateway.house import House, copied, fresh_database, open_house
from tests.gateway.registered import PAGE, register, stand_ins
from tests.plugins.google.others_bodies import body_of
from tests.plugins.google.standing import ALICE
from yarl import URL

from metonic_core.testing.checks.contents import LESSON
from metonic_gateway.accounts.connecting import test_connection as tried
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.accounts.oauth.beginning import begin
from metonic_gateway.accounts.oauth.completing import ScopesMissing, complete
from metonic_gateway.store import appointments
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncMapping
from metonic_google.provider import PROVIDER
from metonic_simulators.google import Simulator, google, seeding


@dataclass
class Studio:
    """A trainer's appointments here, and Alice's calendars at Google."""

    house: House
    google: Simulator

    async def sign_in(self, scopes: list[str] | None = None) -> UUID:
        """She goes to Google's page, allows what is asked or these, and comes back."""
        services, user = self.house.services, self.house.user
        start = await begin(services, user, PROVIDER, PAGE)
        back = URL(self.google.allow(dict(URL(start.url).query), ALICE, scopes)).query
        return await complete(services, user, PROVIDER, back["code"], back["state"])

    async def sync(self, calendar: UUID) -> CalendarSyncConfig:
        self.house.later(timedelta(minutes=20))
        self.google.advance(minutes=20)
        await self.house.sync(calendar)
        return await self.house.row(calendar)

    def events(self) -> dict[str, str]:
        """The titles in her calendar, by id."""
        found = self.google.world.calendars[ALICE].events
        return {one.id: str(one.body["summary"]) for one in found if not one.is_cancelled}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fresh_database(tmp_path_factory.mktemp("template") / "metonic.sqlite3")


@pytest.fixture
async def studio(template: Path, tmp_path: Path) -> AsyncIterator[Studio]:
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(copied(template, tmp_path / "metonic.sqlite3")))
        simulator = await stack.enter_async_context(google(start=house.now, runs=False))
        egress = Egress(allow_private_addresses=True, stand_ins=stand_ins(PROVIDER, simulator.url))
        client = simulator.client_id, simulator.client_secret
        register(house, PROVIDER, client, await stack.enter_async_context(egress))
        yield Studio(house, simulator)


async def test_who_signs_in_has_their_own_calendar_at_once(studio: Studio) -> None:
    calendar = await studio.sign_in()

    row = await studio.house.row(calendar)
    assert row.account_subject == studio.google.user(ALICE).sub
    assert (row.account_name, row.calendar_id) == (ALICE, ALICE)


async def test_who_unticks_the_calendar_is_not_connected(studio: Studio) -> None:
    with pytest.raises(ScopesMissing):
        await studio.sign_in(["openid", "email", "calendar.calendarlist.readonly"])


async def test_an_appointment_arrives_and_what_she_makes_of_it_comes_back(studio: Studio) -> None:
    calendar = await studio.sign_in()
    lesson = await studio.house.add("Lesson")

    await studio.sync(calendar)
    (event_id,) = studio.events()
    found = studio.google.world.calendars[ALICE].events.get(event_id)
    assert found is not None
    seeding.put_event(
        studio.google.world, {"calendar": ALICE, "event": {**found.body, "summary": "Lesson, outdoors"}}
    )
    own = body_of(LESSON) | {
        "summary": "Dentist",
        "start": {"date": "2026-11-25"},
        "end": {"date": "2026-11-26"},
    }
    seeding.put_event(studio.google.world, {"calendar": ALICE, "event": own})
    row = await studio.sync(calendar)

    assert row.stopped is None
    known = await appointments.load([lesson])
    assert known[lesson].content.title == "Lesson, outdoors"
    assert await CalendarSyncMapping.filter(closed=None).count() == 2
    assert not studio.google.outbox


async def test_a_token_that_ends_is_renewed_unnoticed(studio: Studio) -> None:
    calendar = await studio.sign_in()
    await studio.sync(calendar)
    await studio.house.add("Lesson")
    studio.house.later(timedelta(hours=2))
    studio.google.advance(hours=2)

    row = await studio.sync(calendar)

    assert row.stopped is None
    assert list(studio.events().values()) == ["Lesson"]


async def test_a_token_that_is_refused_before_its_time_is_renewed_too(studio: Studio) -> None:
    calendar = await studio.sign_in()
    await studio.sync(calendar)
    for number in range(3):
        await studio.house.add(f"Lesson {number}")
    studio.google.people.accesses.clear()

    await studio.sync(calendar)

    assert sorted(studio.events().values()) == ["Lesson 0", "Lesson 1", "Lesson 2"]


async def test_a_token_that_is_refused_within_a_batch_is_renewed_for_its_parts(studio: Studio) -> None:
    calendar = await studio.sign_in()
    await studio.sync(calendar)
    for number in range(3):
        await studio.house.add(f"Lesson {number}")
    before = {*studio.google.people.accesses}
    # All parts, and the first of them once more when it is sent alone.
    studio.google.arm("unauthorized", times=4, method="POST", path="*/events")

    row = await studio.sync(calendar)

    parts = [one.status for one in studio.google.log if one.part and one.method == "POST"]
    assert (parts, row.stopped, row.problem) == ([401, 401, 401], None, None)
    assert sorted(studio.events().values()) == ["Lesson 0", "Lesson 1", "Lesson 2"]
    assert len({*studio.google.people.accesses} - before) == 1


async def test_who_takes_the_access_away_is_asked_to_sign_in_again(studio: Studio) -> None:
    calendar = await studio.sign_in()
    await studio.sync(calendar)
    studio.google.people.revoke_all(studio.google.user(ALICE))

    row = await studio.sync(calendar)

    assert row.stopped == "needs_sign_in"


async def test_a_test_of_the_connection_says_that_it_can_write(studio: Studio) -> None:
    await studio.sign_in()

    report = await tried(studio.house.services, studio.house.user, "google")

    assert (report.ok, report.can_write, report.account) == (True, True, ALICE)
