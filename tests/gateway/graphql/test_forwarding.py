"""What came in from one calendar goes into another where that one asks for it, and never round in circles."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import DELETE
from tests.gateway.graphql.settings import SET, put_own
from tests.gateway.memory import CREDENTIALS, World, memory_provider

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import AllDay
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.store.models import Appointment, CalendarSyncConflict, SyncOperation

NAMES = ("memory", "pear", "plum")
FORWARD = {"forwardImported": True}
COPIES = """{ appointments(filter: {importedFrom: "memory"}) { nodes {
  id title copies { provider state reasonCode } } } }"""


@dataclass
class Calendars:
    """Three calendars of one user at three providers; "memory" is where the user writes."""

    api: Api
    worlds: dict[str, World]
    ids: dict[str, UUID]

    async def sync(self, rounds: int = 3) -> None:
        """Until nothing can be left to do."""
        for _ in range(rounds):
            self.api.house.later(timedelta(minutes=20))
            for calendar in self.ids.values():
                await self.api.house.sync(calendar)

    def titles(self, name: str) -> list[str]:
        return self.worlds[name].titles()

    def event(self, name: str) -> StoredEvent:
        (found,) = self.worlds[name].events["home"].values()
        return found

    def edit(self, name: str, **fields: Any) -> None:  # noqa: ANN401 - as the content has them
        event = self.event(name)
        self.worlds[name].put("home", replace(event, content=replace(event.content, **fields)))


async def connected(api: Api, *, is_shared: bool = False) -> Calendars:
    """With ``is_shared`` the second and the third are one and the same calendar, seen by two accounts."""
    house = api.house
    pear = World()
    worlds = {"memory": house.world, "pear": pear, "plum": World()}
    if is_shared:
        worlds["plum"].events = pear.events
    providers = {name: memory_provider(world, name) for name, world in worlds.items()}
    house.services = replace(house.services, registry=Registry(providers, ()))
    ids = {}
    for name, provider in providers.items():
        ids[name] = await connect_with_credentials(house.services, house.user, provider, CREDENTIALS)
    return Calendars(api, worlds, ids)


async def forwarding(api: Api, *names: str, is_shared: bool = False) -> Calendars:
    made = await connected(api, is_shared=is_shared)
    for name in names:
        await set_for(made, name, FORWARD)
    return made


async def set_for(calendars: Calendars, name: str, settings: dict[str, Any]) -> None:
    answer = await calendars.api.call(SET, provider=name, settings=settings)
    assert answer["__typename"] == "ConnectedCalendar", answer


async def hub() -> list[str]:
    """The titles of all appointments that were not cancelled."""
    rows = await Appointment.filter(is_deleted=False).order_by("id")
    return [row.content["title"] for row in rows]


async def test_what_came_in_goes_only_where_it_is_asked_for(api: Api) -> None:
    calendars = await forwarding(api, "pear")
    put_own(api.house, "Lunch")

    await calendars.sync()
    (found,) = (await api.call(COPIES))["nodes"]

    assert [calendars.titles(name) for name in NAMES] == [["Lunch"], ["Lunch"], []]
    assert [(c["provider"], c["state"], c["reasonCode"]) for c in found["copies"]] == [
        ("memory", "IN_SYNC", "in_sync"),
        ("pear", "IN_SYNC", "in_sync"),
        ("plum", "EXCLUDED", "imported_elsewhere"),
    ]


async def test_a_forwarded_copy_is_there_after_one_run_of_each_and_the_other_calendar_is_asked(
    api: Api,
) -> None:
    calendars = await forwarding(api, "pear")
    await calendars.sync()
    api.house.nudged.clear()
    api.house.later(timedelta(minutes=20))
    put_own(api.house, "Lunch")

    await api.house.sync(calendars.ids["memory"])

    assert calendars.ids["pear"] in api.house.nudged
    await api.house.sync(calendars.ids["pear"])
    assert calendars.titles("pear") == ["Lunch"]


async def test_forwarding_is_switched_on_and_off_again(api: Api) -> None:
    calendars = await connected(api)
    put_own(api.house, "Lunch")
    await calendars.sync()

    await set_for(calendars, "plum", FORWARD)
    await calendars.sync()
    on = calendars.titles("plum")
    await set_for(calendars, "plum", {"forwardImported": False})
    await calendars.sync()

    assert (on, calendars.titles("plum"), calendars.titles("memory")) == (["Lunch"], [], ["Lunch"])


async def test_an_edit_of_a_forwarded_copy_reaches_the_original_and_each_calendar_once(api: Api) -> None:
    calendars = await forwarding(api, "pear", "plum")
    put_own(api.house, "Lunch")
    await calendars.sync()
    calendars.edit("pear", title="Dinner")

    await calendars.sync()

    written = SyncOperation.filter(operation="update")
    assert [calendars.titles(name) for name in NAMES] == [["Dinner"]] * 3
    assert sorted([line.side for line in await written]) == ["external", "external", "local"]
    assert await hub() == ["Dinner"]


@pytest.mark.parametrize("is_shared", [False, True])
async def test_nothing_goes_round_in_circles(is_shared: bool, api: Api) -> None:  # noqa: FBT001 - a case
    calendars = await forwarding(api, *NAMES, is_shared=is_shared)
    put_own(api.house, "Lunch")
    await calendars.sync()
    operations = await SyncOperation.all().count()

    await calendars.sync(4)

    assert await hub() == ["Lunch"]
    assert calendars.titles("memory") == ["Lunch"]
    assert calendars.titles("pear") == ["Lunch"] * (2 if is_shared else 1)
    assert await SyncOperation.all().count() == operations


async def test_an_event_in_a_calendar_that_two_accounts_see_is_not_forwarded_for_ever(api: Api) -> None:
    calendars = await forwarding(api, *NAMES, is_shared=True)
    day = api.house.now.date() + timedelta(days=3)
    content = Content("Party", AllDay(day, day + timedelta(days=1)))
    calendars.worlds["pear"].put("home", StoredEvent("own-Party", "1", content))
    await calendars.sync()
    operations, events = await SyncOperation.all().count(), len(calendars.titles("pear"))

    await calendars.sync(4)

    assert (await SyncOperation.all().count(), len(calendars.titles("pear"))) == (operations, events)
    assert await hub() == ["Party"] * 2


async def test_a_deleted_forwarded_copy_asks_and_cancels_nothing(api: Api) -> None:
    calendars = await forwarding(api, "pear")
    put_own(api.house, "Lunch")
    await calendars.sync()
    calendars.worlds["pear"].events["home"].clear()

    await calendars.sync()

    (conflict,) = await CalendarSyncConflict.filter(state="open")
    assert (conflict.conflict_type, conflict.sync_config_id) == ("deleted", calendars.ids["pear"])
    assert (calendars.titles("memory"), await hub()) == (["Lunch"], ["Lunch"])


async def test_a_deleted_original_takes_its_forwarded_copies_along(api: Api) -> None:
    calendars = await forwarding(api, "pear")
    put_own(api.house, "Breakfast")
    lunch = put_own(api.house, "Lunch")
    await calendars.sync()
    del calendars.worlds["memory"].events["home"][lunch.id]

    await calendars.sync()

    assert (calendars.titles("pear"), await hub()) == (["Breakfast"], ["Breakfast"])


async def test_what_is_cancelled_here_goes_from_all_calendars(api: Api) -> None:
    calendars = await forwarding(api, "pear")
    put_own(api.house, "Lunch")
    await calendars.sync()
    (found,) = (await api.call(COPIES))["nodes"]

    await api.call(DELETE, id=found["id"])
    await calendars.sync()

    assert [calendars.titles(name) for name in NAMES] == [[], [], []]


@pytest.mark.parametrize(("treatment", "shown"), [("EXCLUDE", []), ("MASK", ["Busy"]), ("INCLUDE", ["Busy"])])
async def test_a_private_event_is_busy_here_and_hidden_elsewhere(
    treatment: str, shown: list[str], api: Api
) -> None:
    calendars = await forwarding(api, "pear")
    await set_for(calendars, "pear", {"filters": {"privateAppointments": treatment}})
    put_own(api.house, "Dentist", "root canal")
    calendars.edit("memory", is_private=True)
    await calendars.sync()

    assert (await hub(), calendars.titles("pear")) == (["Busy"], shown)
    for _ in shown:
        assert calendars.event("pear").content.is_private
        calendars.edit("pear", title="typed over the mask")
    await calendars.sync()
    assert (await hub(), calendars.titles("pear")) == (["Busy"], shown)
    assert calendars.titles("memory") == ["Dentist"]


async def test_types_do_not_narrow_what_came_in_but_dates_and_rules_do(api: Api) -> None:
    calendars = await forwarding(api, "pear")
    put_own(api.house, "Lunch")
    filters: dict[str, Any] = {"appointmentTypes": ["group_class"]}
    await set_for(calendars, "pear", {"syncAll": False, "filters": filters})
    await calendars.sync()
    by_type = calendars.titles("pear")

    await set_for(calendars, "pear", {"filters": {"rules": [{"field": "title", "pattern": "lunch"}]}})
    await calendars.sync()
    by_rule = calendars.titles("pear")
    past = {"start": "2026-01-01", "end": "2026-01-31"}
    await set_for(calendars, "pear", {"filters": {"rules": None, "dateRange": past}})
    await calendars.sync()

    assert (by_type, by_rule, calendars.titles("pear")) == (["Lunch"], [], [])
