"""Trying again what a run left undone: what is taken up, what is refused, what becomes of the back-off."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from tests.gateway.graphql.client import Api, Json
from tests.gateway.graphql.operations import CREATE, ERROR, SYNC_NOW, lesson
from tests.gateway.graphql.undo_scene import UNDO

from metonic_core.model.codec import encode
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Illegible
from metonic_core.model.when import AllDay
from metonic_core.spi import ProviderError, RateLimited, SignInNeeded, Unavailable
from metonic_core.spi.errors import Unacceptable
from metonic_gateway.http.identity import Role
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncHistory, CalendarSyncMapping

RUN = "id kind reason syncType state status canRetry errors { code appointmentId externalEventId }"
RETRY = f"""mutation ($id: ID!) {{ retrySync(runId: $id) {{
  ... on SyncRun {{ __typename {RUN} }} {ERROR} ... on NotConnected {{ provider }} }} }}"""
READ_RUN = f"query ($id: ID!) {{ syncRun(id: $id) {{ {RUN} }} }}"
LAST = f"{{ syncHistory(first: 1) {{ nodes {{ {RUN} }} }} }}"
STATUS = """{ syncStatus(provider: "memory") {
  state nextSyncAt consecutiveFailures lastSyncStatus quarantined currentRun { id } } }"""
PREVIEW = 'mutation { previewSync(provider: "memory") { ... on SyncRun { id } } }'
PAUSE = """mutation { updateSyncSettings(provider: "memory", settings: { isPaused: true }) {
  ... on ConnectedCalendar { id } } }"""
DISCONNECT = """mutation { disconnectProvider(provider: "memory", removeExternalEvents: false) {
  ... on Disconnected { provider } } }"""


async def last(api: Api) -> Json:
    (run,) = (await api.call(LAST))["nodes"]
    found: Json = run
    return found


async def failed(api: Api, error: ProviderError | None = None) -> tuple[UUID, Json]:
    """A calendar whose last run failed, and that run."""
    calendar = await api.house.connect()
    await api.house.sync(calendar)
    await api.call(CREATE, appointment=lesson(title="Yoga"))
    api.house.world.error = error or Unavailable("It is down.")
    api.house.later(timedelta(minutes=20))
    await api.house.sync(calendar)
    api.house.nudged.clear()
    return calendar, await last(api)


async def test_a_run_that_failed_is_asked_for_at_once_and_the_back_off_ends_for_that_try(api: Api) -> None:
    calendar, run = await failed(api)
    before = await api.call(STATUS)
    api.house.world.error = None

    asked = await api.call(RETRY, id=run["id"])
    waiting = await api.call(STATUS)
    await api.house.sync(calendar)

    assert (run["status"], run["canRetry"], before["state"]) == ("FAILED", True, "BACKING_OFF")
    assert (asked["reason"], asked["state"], asked["canRetry"]) == ("RETRY", "QUEUED", False)
    assert (waiting["state"], waiting["currentRun"]["id"]) == ("QUEUED", asked["id"])
    assert datetime.fromisoformat(waiting["nextSyncAt"]) == api.house.now
    assert api.house.nudged == [calendar]
    assert api.house.world.titles() == ["Yoga"]
    done = await api.call(READ_RUN, id=asked["id"])
    assert (done["state"], done["status"]) == ("FINISHED", "SUCCESS")
    assert (await api.call(STATUS))["consecutiveFailures"] == 0


async def test_a_try_that_fails_is_one_more_failure_and_the_wait_grows_from_there(api: Api) -> None:
    calendar, run = await failed(api, RateLimited("Not so fast.", 7200))
    first = await api.call(STATUS)
    api.house.later(timedelta(seconds=1))
    await api.call(RETRY, id=run["id"])

    await api.house.sync(calendar)

    second, again = await api.call(STATUS), await last(api)
    for status, failures in ((first, 1), (second, 2)):
        assert (status["state"], status["consecutiveFailures"]) == ("BACKING_OFF", failures)
        assert datetime.fromisoformat(status["nextSyncAt"]) >= api.house.now + timedelta(seconds=7199)
    assert (again["reason"], again["status"], again["canRetry"]) == ("RETRY", "FAILED", True)


async def test_who_asks_twice_gets_one_run_and_nobody_elses(api: Api) -> None:
    _, run = await failed(api)

    first, second = [await api.call(RETRY, id=run["id"]) for _ in range(2)]
    stranger = await api.as_user("client-1", Role.CLIENT).call(RETRY, id=run["id"])

    assert first["id"] == second["id"]
    assert (stranger["__typename"], stranger["code"]) == ("NotFound", "NOT_FOUND")


async def test_an_item_that_the_provider_refused_is_tried_again_and_told_anew(api: Api) -> None:
    calendar = await api.house.connect()
    await api.house.sync(calendar)
    made = await api.call(CREATE, appointment=lesson(title="Yoga"))
    world = api.house.world

    async def refuse() -> None:
        raise Unacceptable("It takes no lessons.")

    usual, world.before_writing = world.before_writing, refuse
    await api.house.sync(calendar)
    partial = await last(api)
    asked = await api.call(RETRY, id=partial["id"])
    await api.house.sync(calendar)
    still = await api.call(READ_RUN, id=asked["id"])
    world.before_writing = usual
    once_more = await api.call(RETRY, id=asked["id"])
    await api.house.sync(calendar)

    assert (partial["status"], partial["canRetry"]) == ("PARTIAL", True)
    assert (still["status"], still["errors"][0]["appointmentId"]) == ("PARTIAL", made["id"])
    assert (await api.call(READ_RUN, id=once_more["id"]))["status"] == "SUCCESS"
    assert world.titles() == ["Yoga"]
    assert (await api.call(STATUS))["quarantined"] == 0


async def test_an_event_that_could_not_be_read_is_read_again(api: Api) -> None:
    calendar = await api.house.connect()
    day = date(2026, 12, 1)
    event = StoredEvent("own-1", "", Content("Dentist", AllDay(day, day + timedelta(days=1))))
    api.house.world.put("home", event)
    await api.house.sync(calendar)
    rows = CalendarSyncMapping.filter(external_event_id="own-1")
    (row,) = await rows
    await rows.update(hold="quarantine", hold_reason="It is too long.", due=None, seen=UNREADABLE)
    await CalendarSyncHistory.all().update(status="partial", errors=[complaint(row.appointment_id)])

    asked = await api.call(RETRY, id=(await last(api))["id"])
    await api.house.sync(calendar)

    assert (await api.call(READ_RUN, id=asked["id"]))["status"] == "SUCCESS"
    assert (await api.call(STATUS))["quarantined"] == 0


UNREADABLE = encode(Illegible("1"))


def complaint(appointment_id: UUID | None) -> Json:
    return {
        "code": "failed",
        "error": "It is too long.",
        "next_step": "Change it.",
        "timestamp": "2026-11-22T12:00:00+00:00",
        "appointment_id": str(appointment_id),
        "external_event_id": "own-1",
    }


async def test_what_makes_no_sense_is_refused_with_what_does(api: Api) -> None:
    calendar, run = await failed(api)
    api.house.world.error = None
    worked = await api.call(RETRY, id=run["id"])
    not_ended = await api.call(RETRY, id=worked["id"])
    await api.house.sync(calendar)
    preview = await api.call(PREVIEW)
    await api.house.preview()
    undo = await api.call(UNDO, id=worked["id"])
    await api.house.undo()

    for which in (worked, preview, undo):
        refused = await api.call(RETRY, id=which["id"])
        assert (refused["code"], refused["path"]) == ("CANNOT_RETRY", ["runId"]), refused
        assert refused["nextStep"]
        assert (await api.call(READ_RUN, id=which["id"]))["canRetry"] is False
    assert not_ended["code"] == "CANNOT_RETRY"
    for nothing in (str(uuid4()), "nonsense"):
        assert (await api.call(RETRY, id=nothing))["code"] == "NOT_FOUND"


async def test_of_a_calendar_that_is_not_synced_now_nothing_is_tried(api: Api) -> None:
    _, run = await failed(api)
    await api.call(PAUSE)
    paused = await api.call(RETRY, id=run["id"])
    can_retry = (await api.call(READ_RUN, id=run["id"]))["canRetry"]
    await CalendarSyncConfig.all().update(stopped="needs_calendar", is_paused=False)
    without = await api.call(RETRY, id=run["id"])
    await CalendarSyncConfig.all().update(stopped=None)
    await api.call(DISCONNECT)
    gone = await api.call(RETRY, id=run["id"])

    assert can_retry is False
    assert (paused["code"], without["code"], gone["code"]) == ("PAUSED", "CALENDAR_REQUIRED", "NOT_CONNECTED")
    assert all(each["nextStep"] for each in (paused, without, gone))


async def test_a_calendar_that_waits_for_a_sign_in_says_so(api: Api) -> None:
    _, run = await failed(api, SignInNeeded("The password has changed."))

    refused = await api.call(RETRY, id=run["id"])

    assert (refused["__typename"], refused["code"]) == ("SignInRequired", "SIGN_IN_REQUIRED")
    assert run["canRetry"] is False


@pytest.mark.parametrize("direction", ["PUSH", "PULL"])
async def test_a_run_that_went_one_way_is_tried_again_that_way(direction: str, api: Api) -> None:
    calendar = await api.house.connect()
    await api.house.sync(calendar)
    asked = SYNC_NOW.replace("provider: $provider,", f"provider: $provider, direction: {direction},")
    await api.call(asked, provider="memory")
    api.house.world.error = Unavailable("It is down.")
    await api.house.sync(calendar)

    again = await api.call(RETRY, id=(await last(api))["id"])

    assert again["syncType"] == direction


async def test_during_a_run_the_answer_is_that_run(api: Api) -> None:
    calendar, run = await failed(api)
    api.house.world.error = None
    api.house.later(timedelta(hours=7))
    answered: list[Json] = []

    async def meanwhile() -> None:
        if not answered:
            answered.append(await api.call(RETRY, id=run["id"]))

    world = api.house.world
    world.before_reading = meanwhile
    await api.house.sync(calendar)

    assert answered[0]["__typename"] == "SyncRun"
    assert answered[0]["id"] != run["id"]
    assert world.titles() == ["Yoga"]
