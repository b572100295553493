"""Calendars are connected, chosen, tested and disconnected; what a provider says is a typed answer."""

from datetime import timedelta
from typing import Any

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import (
    CALENDARS,
    CHOOSE,
    CONNECT,
    CREDENTIALS,
    DISCONNECT,
    HISTORY,
    READ_RUN,
    STATUS,
    SYNC_NOW,
    TEST,
)
from tests.gateway.memory import HOME, WORK

from metonic_core import spi
from metonic_gateway.store.models import CalendarSyncConfig


async def test_providers_bring_their_own_sign_in_form(api: Api) -> None:
    (provider,) = await api.call(
        """{ providers { name title capabilities { silentWrites } signIn { ... on PasswordSignIn {
             helpUrl fields { name label secret required placeholder } } } } }"""
    )

    assert (provider["name"], provider["title"]) == ("memory", "Memory")
    assert provider["capabilities"] == {"silentWrites": False}
    assert [(f["name"], f["secret"]) for f in provider["signIn"]["fields"]] == [
        ("username", False),
        ("password", True),
    ]


async def test_the_only_writable_calendar_is_taken_by_itself(api: Api) -> None:
    made = await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)

    assert made["__typename"] == "ConnectedCalendar"
    assert (made["provider"]["title"], made["account"]) == ("Memory", "toni (memory)")
    assert (made["calendarId"], made["calendarName"]) == ("home", "Home")
    assert [choice["isWritable"] for choice in made["choices"]] == [True, False]
    assert made["settings"] == {
        "direction": "BOTH",
        "frequencyMinutes": 15,
        "filters": {"privateAppointments": "EXCLUDE"},
    }
    assert (made["status"]["state"], made["status"]["isActive"]) == ("QUEUED", True)
    assert await api.call(CALENDARS) == [made]
    assert await api.call(CALENDARS, needs=True) == []


async def test_of_several_calendars_the_user_chooses_one(api: Api) -> None:
    api.house.world.calendars = [HOME, WORK]
    made = await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)

    early = await api.call(SYNC_NOW, provider="memory")
    unknown = await api.call(CHOOSE, provider="memory", calendarId="nonsense")
    chosen = await api.call(CHOOSE, provider="memory", calendarId="work")

    assert (made["calendarId"], made["status"]["state"]) == (None, "NEEDS_CALENDAR")
    assert (early["__typename"], early["code"]) == ("NotConnected", "CALENDAR_REQUIRED")
    assert (unknown["__typename"], unknown["path"]) == ("InvalidInput", ["calendarId"])
    assert (chosen["calendarName"], chosen["status"]["state"]) == ("Work", "QUEUED")


async def test_a_calendar_that_can_only_be_read_is_not_taken(api: Api) -> None:
    await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)

    refused = await api.call(CHOOSE, provider="memory", calendarId="holidays")

    assert (refused["__typename"], refused["path"]) == ("InvalidInput", ["calendarId"])
    assert "only be read" in refused["message"]


async def test_a_wrong_password_is_a_failed_sign_in_and_connects_nothing(api: Api) -> None:
    wrong = [CREDENTIALS[0], {"name": "password", "value": "hunter2"}]

    refused = await api.call(CONNECT, provider="memory", credentials=wrong)

    assert (refused["__typename"], refused["code"]) == ("SignInRequired", "SIGN_IN_FAILED")
    assert "hunter2" not in str(refused)
    assert await api.call(CALENDARS) == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (spi.Unavailable("There is no server."), "UNREACHABLE"),
        (spi.NotACalendarServer("That is a shop."), "NOT_A_CALENDAR_SERVER"),
        (spi.Misconfigured("That is no address."), "MISCONFIGURED"),
        (spi.AccessDenied("You may not."), "ACCESS_DENIED"),
        (spi.CalendarGone("It is gone."), "CALENDAR_GONE"),
        (spi.RateLimited("Not so fast.", 60), "RATE_LIMITED"),
        (spi.Unacceptable("Never."), "FAILED"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_the_provider_refuses_is_told_in_its_words(
    error: spi.ProviderError, code: str, api: Api
) -> None:
    api.house.world.error = error

    refused = await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)

    assert (refused["__typename"], refused["code"]) == ("ProviderRefused", code)
    assert refused["message"] == error.message
    assert refused["nextStep"].endswith(".")
    assert refused["retryAt"] == ("2026-11-22T12:01:00Z" if code == "RATE_LIMITED" else None)


@pytest.mark.parametrize(
    ("credentials", "path"),
    [
        ([CREDENTIALS[0]], ["credentials", "password"]),
        ([*CREDENTIALS, {"name": "pin", "value": "1"}], ["credentials", "pin"]),
        ([*CREDENTIALS, CREDENTIALS[0]], ["credentials"]),
    ],
)
async def test_a_form_that_is_not_the_providers_is_refused(
    credentials: list[dict[str, str]], path: list[str], api: Api
) -> None:
    refused = await api.call(CONNECT, provider="memory", credentials=credentials)

    assert (refused["__typename"], refused["path"]) == ("InvalidInput", path)


OF_A_PROVIDER: dict[str, tuple[str, dict[str, Any]]] = {
    "connectWithCredentials": (CONNECT, {"credentials": CREDENTIALS}),
    "chooseCalendar": (CHOOSE, {"calendarId": "home"}),
    "testConnection": (TEST, {}),
    "disconnectProvider": (DISCONNECT, {"remove": True}),
    "syncNow": (SYNC_NOW, {}),
}


@pytest.mark.parametrize(("mutation", "arguments"), OF_A_PROVIDER.values(), ids=OF_A_PROVIDER)
async def test_an_unknown_provider_is_a_typed_answer(
    mutation: str, arguments: dict[str, Any], api: Api
) -> None:
    refused = await api.call(mutation, provider="nonsense 5", **arguments)

    assert (refused["__typename"], refused["code"]) == ("InvalidInput", "UNKNOWN_PROVIDER")
    assert (refused["path"], "memory" in refused["nextStep"]) == (["provider"], True)


@pytest.mark.parametrize("name", sorted(OF_A_PROVIDER.keys() - {"connectWithCredentials"}))
async def test_what_needs_a_calendar_says_that_none_is_connected(name: str, api: Api) -> None:
    await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)
    mutation, arguments = OF_A_PROVIDER[name]

    refused = await api.as_user("client-1").call(mutation, provider="memory", **arguments)

    assert (refused["__typename"], refused["code"]) == ("NotConnected", "NOT_CONNECTED")


async def test_a_test_of_the_connection_asks_the_provider(api: Api) -> None:
    await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)

    fine = await api.call(TEST, provider="memory")
    api.house.world.calendars = []
    gone = await api.call(TEST, provider="memory")
    api.house.world.password = "changed"
    locked_out = await api.call(TEST, provider="memory")
    api.house.world.error = spi.Unavailable("There is no server.")
    away = await api.call(TEST, provider="memory")

    assert (fine["__typename"], fine["ok"], fine["canWrite"]) == ("TestReport", True, True)
    assert (gone["ok"], gone["canWrite"]) == (False, False)
    assert (locked_out["__typename"], locked_out["code"]) == ("SignInRequired", "SIGN_IN_REQUIRED")
    assert (away["__typename"], away["code"]) == ("ProviderRefused", "UNREACHABLE")


async def test_a_run_is_asked_for_once_and_then_joined(api: Api) -> None:
    made = await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)
    await api.house.sync((await CalendarSyncConfig.get(id=made["id"])).id)

    run = await api.call(SYNC_NOW, provider="memory")
    again = await api.call(SYNC_NOW, provider="memory", complete=True)
    status = await api.call(STATUS, provider="memory")

    assert (run["__typename"], run["state"], run["reason"]) == ("SyncRun", "QUEUED", "MANUAL")
    assert again["id"] == run["id"]
    assert (status["state"], status["currentRun"]["id"]) == ("QUEUED", run["id"])
    await api.house.sync((await CalendarSyncConfig.get(id=made["id"])).id)
    done = await api.call(READ_RUN, id=run["id"])
    assert (done["state"], done["status"]) == ("FINISHED", "SUCCESS")
    status = await api.call(STATUS, provider="memory")
    assert (status["state"], status["lastRun"]["id"], status["currentRun"]) == ("IDLE", run["id"], None)
    assert [r["id"] for r in (await api.call(HISTORY))["nodes"]] == [run["id"]]


async def test_a_refused_sign_in_stops_the_calendar_and_says_what_to_do(api: Api) -> None:
    made = await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)
    api.house.world.error = spi.SignInNeeded("The password has changed.")
    await api.house.sync((await CalendarSyncConfig.get(id=made["id"])).id)

    (calendar,) = await api.call(CALENDARS, needs=True)
    refused = await api.call(SYNC_NOW, provider="memory")

    assert calendar["status"]["state"] == "NEEDS_SIGN_IN"
    attention = calendar["status"]["attention"]
    assert (attention["code"], attention["message"]) == ("SIGN_IN_REQUIRED", "The password has changed.")
    assert attention["since"] == "2026-11-22T12:00:00Z"
    assert (refused["__typename"], refused["code"]) == ("SignInRequired", "SIGN_IN_REQUIRED")


async def test_a_failing_calendar_backs_off_and_lists_the_errors_of_its_last_run(api: Api) -> None:
    made = await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)
    api.house.world.error = spi.Unavailable("There is no server.")
    await api.house.sync((await CalendarSyncConfig.get(id=made["id"])).id)

    status = await api.call(STATUS, provider="memory")

    assert (status["state"], status["lastSyncStatus"]) == ("BACKING_OFF", "FAILED")
    assert (status["consecutiveFailures"], status["attention"]["code"]) == (1, "UNREACHABLE")
    assert status["errors"] == [{"code": "UNREACHABLE", "error": "There is no server."}]


async def test_a_disconnected_calendar_is_listed_no_more_and_keeps_its_status(api: Api) -> None:
    await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)

    done = await api.call(DISCONNECT, provider="memory", remove=False)
    again = await api.call(DISCONNECT, provider="memory", remove=False)

    assert (done["__typename"], done["provider"], done["copiesToRemove"]) == ("Disconnected", "memory", 0)
    assert again["__typename"] == "NotConnected"
    assert await api.call(CALENDARS) == []
    status = await api.call(STATUS, provider="memory")
    assert (status["state"], status["isActive"]) == ("DISCONNECTED", False)


async def test_copies_are_removed_while_the_calendar_says_that_it_is_disconnecting(api: Api) -> None:
    made = await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)
    await api.house.add("Squash")
    await api.house.sync((await CalendarSyncConfig.get(id=made["id"])).id)

    done = await api.call(DISCONNECT, provider="memory", remove=True)

    assert done["copiesToRemove"] == 1
    assert (await api.call(STATUS, provider="memory"))["state"] == "DISCONNECTING"


async def test_a_calendar_whose_plugin_is_gone_is_still_shown(api: Api) -> None:
    await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)
    await CalendarSyncConfig.all().update(provider="lost")

    (calendar,) = await api.call("{ connectedCalendars { provider { name title signIn { __typename } } } }")

    assert calendar["provider"] == {"name": "lost", "title": "lost", "signIn": None}


async def test_the_run_and_status_of_somebody_else_are_answered_like_none(api: Api) -> None:
    await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)
    run = await api.call(SYNC_NOW, provider="memory")
    stranger = api.as_user("client-2")
    api.house.later(timedelta(minutes=1))

    assert await stranger.call(READ_RUN, id=run["id"]) is None
    assert await api.call(READ_RUN, id="nonsense") is None
    assert await stranger.call(STATUS, provider="memory") is None
    assert await stranger.call(CALENDARS) == []
    assert (await stranger.call(HISTORY))["totalCount"] == 0


@pytest.mark.parametrize(("remove", "stay"), [(True, []), (False, ["Lesson"])])
async def test_copies_leave_the_former_calendar_unless_the_user_wants_them_there(
    api: Api, stay: list[str], *, remove: bool
) -> None:
    api.house.world.calendars = [HOME, WORK]
    await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)
    await api.call(CHOOSE, provider="memory", calendarId="home")
    await api.house.add("Lesson")
    await api.house.sync(api.house.nudged[0])

    await api.call(CHOOSE, provider="memory", calendarId="work", remove=remove)
    await api.house.sync(api.house.nudged[0])

    assert (api.house.world.titles("home"), api.house.world.titles("work")) == (stay, ["Lesson"])


async def test_copies_that_cannot_be_taken_out_are_told(api: Api) -> None:
    api.house.world.calendars = [HOME, WORK]
    await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)
    await api.call(CHOOSE, provider="memory", calendarId="home")
    await api.house.sync(api.house.nudged[0])
    api.house.world.errors = {"home": spi.AccessDenied("You may not.")}

    await api.call(CHOOSE, provider="memory", calendarId="work")
    await api.house.sync(api.house.nudged[0])

    (calendar,) = await api.call(CALENDARS, needs=True)
    told = calendar["status"]["attention"]
    assert (told["code"], told["since"]) == ("ACCESS_DENIED", "2026-11-22T12:00:00Z")
    assert "synced before" in told["message"]
    assert (await api.call(HISTORY))["nodes"][0]["errors"][0]["code"] == "ACCESS_DENIED"
