"""Status and errors, manual and automatic sync, history, disconnecting and connecting again."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from tests.gateway.graphql.client import next_of
from tests.gateway.graphql.operations import DISCONNECT, READ_RUN, SYNC_NOW
from tests.stage import Person, sign_in

from metonic_gateway.jobs.scheduler import Scheduler

WATCH = 'subscription { syncStatusChanged(provider: "apple") { state lastSyncStatus itemsSynced } }'
SINCE = "query ($since: DateTime!) { syncHistory(filter: {since: $since}) { nodes { id } } }"
NEXT = """{ syncStatus(provider: "apple") { lastSyncAt nextSyncAt } connectedCalendars {
  settings { frequencyMinutes } } }"""
FAILED = """{ syncHistory(filter: {status: [FAILED]}) {
  nodes { status errors { code error nextStep } } } }"""


async def test_8_the_status_is_shown_and_its_changes_are_told(trainer: Person) -> None:
    await trainer.create("Yoga")

    async with trainer.api.subscribed(WATCH) as socket:
        told = [(await next_of(socket))["data"]["syncStatusChanged"]]
        await trainer.sync()
        while told[-1]["itemsSynced"] != 1:
            told.append((await next_of(socket))["data"]["syncStatusChanged"])

    assert "SYNCING" in [status["state"] for status in told]
    assert told[-1] == {"state": "IDLE", "lastSyncStatus": "SUCCESS", "itemsSynced": 1}


async def test_8_an_error_is_shown_with_what_to_do(trainer: Person) -> None:
    trainer.answered(500)
    await trainer.sync()

    status = await trainer.status()
    assert (status["state"], status["lastSyncStatus"]) == ("BACKING_OFF", "FAILED")
    assert status["attention"]["message"]
    assert status["attention"]["nextStep"]


async def test_8_what_waits_for_approval_is_shown_with_what_it_would_do(trainer: Person) -> None:
    for number in range(3):
        await trainer.device.put(f"{number}.ics", f"SUMMARY:Own {number}", "DTSTART:20261203T090000Z")
    await trainer.sync()
    for number in range(3):
        await trainer.device.delete(f"Own {number}")
    await trainer.sync()

    status = await trainer.status()
    assert (status["state"], status["attention"]["code"]) == ("HELD", "HELD")
    assert status["attention"]["nextStep"]
    assert status["heldRun"]["plan"]["deletes"] == 3


async def test_9_a_sync_is_made_when_somebody_asks_for_one(trainer: Person) -> None:
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")

    asked = await trainer.api.call(SYNC_NOW, provider="apple")
    await trainer.house.sync(trainer.calendar)
    run = await trainer.api.call(READ_RUN, id=asked["id"])

    assert (asked["state"], asked["reason"]) == ("QUEUED", "MANUAL")
    assert (run["state"], run["status"], run["itemsPulled"]) == ("FINISHED", "SUCCESS", 1)


async def test_9_a_sync_that_failed_is_made_again_at_once_if_somebody_asks(trainer: Person) -> None:
    trainer.answered(500)
    await trainer.sync()
    backing_off = await trainer.status()
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")

    trainer.answered_again()
    asked = await trainer.api.call(SYNC_NOW, provider="apple")
    await trainer.house.sync(trainer.calendar)

    assert (backing_off["state"], asked["reason"]) == ("BACKING_OFF", "MANUAL")
    assert await trainer.titles() == ["Dentist"]
    assert (await trainer.status())["state"] == "IDLE"


async def test_10_a_calendar_is_synced_by_itself_every_fifteen_minutes(trainer: Person) -> None:
    asked: list[UUID] = []

    def nudge(calendars: Collection[UUID]) -> None:
        asked.extend(calendars)

    told = (await trainer.api.ask(NEXT))["data"]
    scheduler = Scheduler(trainer.house.messages(nudge), lambda: trainer.house.now)
    await scheduler.look()
    before = list(asked)
    trainer.house.later(timedelta(minutes=17))
    await scheduler.look()

    last, then = (datetime.fromisoformat(told["syncStatus"][name]) for name in ("lastSyncAt", "nextSyncAt"))
    assert timedelta(minutes=13) < then - last < timedelta(minutes=17)
    assert told["connectedCalendars"] == [{"settings": {"frequencyMinutes": 15}}]
    assert (before, asked) == ([], [trainer.calendar])


async def test_11_history_says_what_each_run_did_to_which_item(trainer: Person) -> None:
    await trainer.create("Yoga")
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")
    await trainer.sync()

    run = (await trainer.history())[0]
    assert (run["status"], run["itemsPushed"], run["itemsPulled"]) == ("SUCCESS", 1, 1)
    done = {(each["side"], each["operation"], each["title"]) for each in run["operations"]["nodes"]}
    assert done == {("EXTERNAL", "CREATE", "Yoga"), ("LOCAL", "CREATE", "Dentist")}


async def test_11_failed_runs_are_found_by_their_status_with_their_errors(trainer: Person) -> None:
    trainer.answered(500)
    await trainer.api.call(SYNC_NOW, provider="apple")
    await trainer.sync()

    (run,) = (await trainer.api.call(FAILED))["nodes"]
    (error,) = run["errors"]
    assert (error["code"], bool(error["error"]), bool(error["nextStep"])) == ("UNREACHABLE", True, True)


async def test_11_history_is_found_by_date(trainer: Person) -> None:
    for title in ("Yoga", "Boxing"):
        await trainer.create(title)
        await trainer.sync(timedelta(days=1))
    newest, *_ = runs = await trainer.history()

    since = (trainer.house.now - timedelta(hours=1)).isoformat()
    found = await trainer.api.call(SINCE, since=since)

    assert len(runs) > 1
    assert found["nodes"] == [{"id": newest["id"]}]


async def test_11_what_a_run_did_is_undone(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()
    await trainer.device.edit("Yoga", ("SUMMARY:Yoga", "SUMMARY:Boxing"))
    await trainer.sync()
    edited = (await trainer.read(lesson))["title"]

    undone = await trainer.undo_last()
    await trainer.sync()

    assert (edited, undone["kind"], undone["status"]) == ("Boxing", "UNDO", "SUCCESS")
    assert await trainer.titles() == await trainer.device.titles() == ["Yoga"]
    assert (await trainer.history())[1]["operations"]["nodes"][0]["reasonCode"] == "undone"


async def test_12_an_account_is_disconnected_and_connected_again(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()

    await trainer.api.call(DISCONNECT, provider="apple", remove=False)
    await trainer.sync()
    await trainer.update(lesson, title="Pilates")
    apart = await trainer.device.titles(), (await trainer.api.call("{ connectedCalendars { id } }"))
    await sign_in(trainer.api, trainer.line, trainer.name)
    await trainer.sync()

    assert apart == (["Yoga"], [])
    assert await trainer.device.titles() == ["Pilates"]


async def test_12_copies_go_with_the_account_if_that_is_asked_and_come_back_with_it(trainer: Person) -> None:
    await trainer.create("Yoga")
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")
    await trainer.sync()

    told = await trainer.api.call(DISCONNECT, provider="apple", remove=True)
    await trainer.sync()
    apart = await trainer.device.titles()
    await sign_in(trainer.api, trainer.line, trainer.name)
    await trainer.sync()

    assert (told["copiesToRemove"], apart) == (1, ["Dentist"])
    assert await trainer.titles() == await trainer.device.titles() == ["Dentist", "Yoga"]
