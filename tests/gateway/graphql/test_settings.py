"""What a user sets for a calendar is stored whole or not at all, and only what decides puts it to work."""

from datetime import timedelta
from typing import Any

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.settings import MINE, SET, created, met
from tests.gateway.graphql.statements import counted
from tests.gateway.house import synced
from tests.gateway.memory import CREDENTIALS, memory_provider

from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.http.identity import Role
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncMapping

ALL = {
    "direction": "PUSH",
    "frequencyMinutes": 60,
    "isPaused": False,
    "syncAll": False,
    "includeNotes": False,
    "includeClientContact": True,
    "forwardImported": True,
    "conflictsAutomatically": "KEEP_LOCAL",
    "filters": {
        "appointmentTypes": ["group_class", "one_on_one"],
        "clientIds": ["client-1"],
        "privateAppointments": "MASK",
        "dateRange": {"start": "2026-12-01", "end": "2026-12-31"},
        "rules": [{"field": "title", "pattern": "^private|therapy"}, {"field": "type", "pattern": "inner"}],
    },
}


async def test_a_new_calendar_is_synced_both_ways_with_all_but_what_is_private(api: Api) -> None:
    await api.house.connect()

    (calendar,) = await api.call(MINE)

    assert calendar["settings"] == {
        "direction": "BOTH",
        "frequencyMinutes": 15,
        "isPaused": False,
        "syncAll": True,
        "includeNotes": True,
        "includeClientContact": False,
        "forwardImported": False,
        "conflictsAutomatically": None,
        "updatedAt": "2026-11-22T12:00:00Z",
        "filters": {
            "appointmentTypes": None,
            "clientIds": None,
            "privateAppointments": "EXCLUDE",
            "dateRange": None,
            "rules": [],
        },
    }


async def test_all_that_is_set_is_shown_with_the_time_of_the_change(api: Api) -> None:
    await met(api, "client-1")
    await api.house.connect()
    api.house.later(timedelta(minutes=1))

    answer = await api.call(SET, settings=ALL)

    assert answer["settings"] == ALL | {"updatedAt": "2026-11-22T12:01:00Z"}
    assert (await api.call(MINE))[0] == answer
    assert answer["status"]["syncDirection"] == "PUSH"


async def test_an_omitted_field_stays_and_null_clears(api: Api) -> None:
    await met(api, "client-1")
    await api.house.connect()
    await api.call(SET, settings=ALL)

    await api.call(SET, settings={"filters": {"clientIds": None}, "conflictsAutomatically": None})
    one = (await api.call(MINE))[0]["settings"]
    await api.call(SET, settings={"filters": None})
    none = (await api.call(MINE))[0]["settings"]

    expected = ALL | {"filters": ALL["filters"] | {"clientIds": None}, "conflictsAutomatically": None}  # type: ignore[operator]
    assert one | {"updatedAt": None} == expected | {"updatedAt": None}
    assert none["filters"] == {
        "appointmentTypes": None,
        "clientIds": None,
        "privateAppointments": "MASK",
        "dateRange": None,
        "rules": ALL["filters"]["rules"],  # type: ignore[index]
    }
    await api.call(SET, settings={"filters": {"rules": None}})
    assert (await api.call(MINE))[0]["settings"]["filters"]["rules"] == []


@pytest.mark.parametrize(
    ("settings", "path", "text"),
    [
        ({"frequencyMinutes": 4}, ["frequencyMinutes"], "Every 4 minutes"),
        ({"frequencyMinutes": 1441}, ["frequencyMinutes"], "Every 1441 minutes"),
        ({"frequencyMinutes": None}, ["frequencyMinutes"], "cannot be empty"),
        ({"direction": None}, ["direction"], "cannot be empty"),
        ({"isPaused": None}, ["isPaused"], "cannot be empty"),
        ({"syncAll": None}, ["syncAll"], "cannot be empty"),
        ({"includeNotes": None}, ["includeNotes"], "cannot be empty"),
        ({"includeClientContact": None}, ["includeClientContact"], "cannot be empty"),
        ({"forwardImported": None}, ["forwardImported"], "cannot be empty"),
        ({"conflictsAutomatically": "MERGE"}, ["conflictsAutomatically"], "for a person"),
        ({"filters": {"privateAppointments": None}}, ["filters", "privateAppointments"], "cannot be empty"),
        ({"filters": {"appointmentTypes": ["a", "B"]}}, ["filters", "appointmentTypes", "1"], "A type is"),
        ({"filters": {"appointmentTypes": ["external"]}}, ["filters", "appointmentTypes", "0"], "imported"),
        ({"filters": {"appointmentTypes": ["a"] * 201}}, ["filters", "appointmentTypes"], "At most 200"),
        ({"filters": {"clientIds": ["trainer-1", "no"]}}, ["filters", "clientIds", "1"], "No user"),
        ({"filters": {"clientIds": ["\0"]}}, ["filters", "clientIds", "0"], "No user"),
        ({"filters": {"clientIds": ["a"] * 201}}, ["filters", "clientIds"], "At most 200"),
    ],
)
async def test_what_cannot_be_used_is_named_and_nothing_is_stored(
    settings: dict[str, Any], path: list[str], text: str, api: Api
) -> None:
    await api.house.connect()
    before = await api.call(MINE)

    answer = await api.call(SET, settings={"includeNotes": False, "syncAll": False} | settings)

    assert (answer["__typename"], answer["code"]) == ("InvalidInput", "INVALID_INPUT")
    assert answer["path"] == ["settings", *path]
    assert text in answer["message"]
    assert await api.call(MINE) == before


@pytest.mark.parametrize(
    ("start", "end", "path"),
    [
        ("2026-12-02", "2026-12-01", []),
        ("1899-12-31", "2026-12-01", ["start"]),
        ("2026-12-01", "2201-01-01", ["end"]),
        ("tomorrow", "2026-12-01", ["start"]),
        ("2026-12-01", "2026-02-30", ["end"]),
    ],
)
async def test_dates_must_be_days_in_order_and_not_too_far_away(
    start: str, end: str, path: list[str], api: Api
) -> None:
    await api.house.connect()

    answer = await api.call(SET, settings={"filters": {"dateRange": {"start": start, "end": end}}})

    assert answer["path"] == ["settings", "filters", "dateRange", *path]


async def test_contact_details_of_clients_are_for_trainers(api: Api) -> None:
    client = api.as_user("trainer-1", Role.CLIENT)
    await api.house.connect()

    refused = await client.call(SET, settings={"includeClientContact": True})
    harmless = await client.call(SET, settings={"includeClientContact": False})

    assert refused["path"] == ["settings", "includeClientContact"]
    assert harmless["settings"]["includeClientContact"] is False


async def test_only_what_is_connected_can_be_set(api: Api) -> None:
    stranger = api.as_user("trainer-2", Role.TRAINER)
    await api.house.connect()

    unknown = await api.call(SET, provider="papyrus", settings={"isPaused": True})
    not_theirs = await stranger.call(SET, settings={"isPaused": True})

    assert (unknown["__typename"], unknown["code"]) == ("InvalidInput", "UNKNOWN_PROVIDER")
    assert (not_theirs["__typename"], not_theirs["code"]) == ("NotConnected", "NOT_CONNECTED")
    assert (await api.call(MINE))[0]["settings"]["isPaused"] is False


async def test_a_calendar_that_is_not_chosen_yet_can_be_set(api: Api) -> None:
    calendar = await api.house.connect()
    await CalendarSyncConfig.filter(id=calendar).update(link_id=None, stopped="needs_calendar")

    answer = await api.call(SET, settings={"direction": "PULL", "isPaused": True})

    assert (answer["settings"]["direction"], answer["status"]["state"]) == ("PULL", "NEEDS_CALENDAR")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"direction": "BOTH", "syncAll": True, "filters": {"privateAppointments": "EXCLUDE"}},
        {"conflictsAutomatically": "MOST_RECENT"},
        {"frequencyMinutes": 60},
        {"filters": {"appointmentTypes": []}},
    ],
)
async def test_what_decides_nothing_puts_nothing_to_work(settings: dict[str, Any], api: Api) -> None:
    await created(api, "Lesson")
    calendar = await synced(api.house)

    await api.call(SET, settings=settings)

    assert not await CalendarSyncMapping.exists(due__not_isnull=True)
    assert api.house.nudged == []
    assert (await api.house.row(calendar)).next_sync_at > api.house.now  # type: ignore[operator]


@pytest.mark.parametrize(
    "settings",
    [
        {"direction": "PUSH"},
        {"syncAll": False},
        {"includeNotes": False},
        {"includeClientContact": True},
        {"filters": {"privateAppointments": "INCLUDE"}},
        {"filters": {"privateAppointments": "MASK"}},
        {"forwardImported": True},
        {"filters": {"rules": [{"field": "title", "pattern": "x"}]}},
        {"syncAll": False, "filters": {"appointmentTypes": []}},
    ],
)
async def test_what_decides_puts_the_whole_calendar_to_work(settings: dict[str, Any], api: Api) -> None:
    await created(api, "Lesson")
    calendar = await synced(api.house)

    await api.call(SET, settings=settings)

    assert await CalendarSyncMapping.exists(due="decide")
    assert api.house.nudged == [calendar]
    assert (await api.house.row(calendar)).next_sync_at == api.house.now


async def test_a_shorter_frequency_brings_the_next_sync_nearer(api: Api) -> None:
    calendar = await synced(api.house)
    await api.call(SET, settings={"frequencyMinutes": 1440})
    await CalendarSyncConfig.filter(id=calendar).update(next_sync_at=api.house.now + timedelta(hours=20))

    shorter = await api.call(SET, settings={"frequencyMinutes": 30})
    longer = await api.call(SET, settings={"frequencyMinutes": 180})

    assert shorter["status"]["nextSyncAt"] == "2026-11-22T12:30:00Z"
    assert longer["status"]["nextSyncAt"] == "2026-11-22T12:30:00Z"


async def test_a_calendar_that_backs_off_keeps_its_time(api: Api) -> None:
    calendar = await synced(api.house)
    later = api.house.now + timedelta(hours=5)
    await CalendarSyncConfig.filter(id=calendar).update(next_sync_at=later, failures=4)

    await api.call(SET, settings={"frequencyMinutes": 5, "syncAll": False})

    assert (await api.house.row(calendar)).next_sync_at == later


async def test_clients_of_several_calendars_are_named_by_one_statement(api: Api) -> None:
    await met(api, "client-1")
    await api.house.connect()
    await api.call(SET, settings={"filters": {"clientIds": ["client-1"]}})
    with counted() as for_one:
        await api.call(MINE)
    for name in ("pear", "plum"):
        provider = memory_provider(api.house.world, name)
        await connect_with_credentials(api.house.services, api.house.user, provider, CREDENTIALS)
        await api.call(SET, provider=name, settings={"filters": {"clientIds": ["client-1"]}})

    with counted() as for_three:
        calendars = await api.call(MINE)

    assert [c["settings"]["filters"]["clientIds"] for c in calendars] == [["client-1"]] * 3
    assert len(for_three) == len(for_one), "\n".join(for_three)


async def test_a_frequency_that_is_set_already_can_be_sent_back(api: Api) -> None:
    calendar = await api.house.connect()
    await CalendarSyncConfig.filter(id=calendar).update(sync_frequency_minutes=2)

    same = await api.call(SET, settings={"frequencyMinutes": 2, "includeNotes": False})
    other = await api.call(SET, settings={"frequencyMinutes": 3})

    assert (same["settings"]["frequencyMinutes"], same["settings"]["includeNotes"]) == (2, False)
    assert other["path"] == ["settings", "frequencyMinutes"]


async def test_a_form_is_offered_frequencies(api: Api) -> None:
    await api.house.connect()

    (calendar,) = await api.call("{ connectedCalendars { settings { frequencyChoices } } }")

    assert calendar["settings"]["frequencyChoices"] == [5, 15, 30, 60, 180, 360, 720, 1440]
