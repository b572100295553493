"""A list costs as many statements for fifty items as for one."""

from dataclasses import replace
from uuid import uuid4

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CREATE, lesson
from tests.gateway.graphql.statements import counted
from tests.gateway.memory import CREDENTIALS, memory_provider

from metonic_core.reconcile.step import Conflict, ConflictType
from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.store import appointments as store
from metonic_gateway.store import noting, run_log, runs
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncHistory, CalendarSyncMapping
from metonic_gateway.store.rows import mapping_of
from metonic_gateway.store.runs import Outcome, RunError

WITH_ALL = """{ appointments(first: 50) { nodes { id title importedFrom owner { userId name }
  participants { userId name } copies { provider state reason } } } }"""
CALENDARS = """query ($needs: Boolean) { connectedCalendars(needsAttention: $needs) {
  provider { title } account choices { id } settings { frequencyMinutes }
  status { state isActive syncDirection lastSyncAt lastSyncStatus nextSyncAt itemsSynced idleRuns
    consecutiveFailures attention { code message nextStep since } openConflicts quarantined
    currentRun { id progress { phase } } lastRun { id errors { code } progress { phase } }
    errors { code } } } }"""
QUARANTINED = "{ connectedCalendars { quarantined { totalCount nodes { title reason since } } } }"
SUMMARY = "{ syncSummary { allSynced itemsInLastSync openConflicts needingAttention } }"


async def test_appointments_with_people_and_copies(api: Api) -> None:
    await api.as_user("client-1").call("{ viewer { id } }")
    await api.house.connect()
    await api.call(CREATE, appointment=lesson(participantIds=["client-1"]))
    await _import_one(api)
    with counted() as for_few:
        await api.call(WITH_ALL)
    for _ in range(20):
        await api.call(CREATE, appointment=lesson(participantIds=["client-1"]))
    await _import_one(api)

    with counted() as for_many:
        answer = await api.call(WITH_ALL)

    assert (len(answer["nodes"]), len(answer["nodes"][-1]["copies"])) == (23, 1)
    assert len(for_many) == len(for_few), "\n".join(for_many)
    assert len(for_many) <= 9


async def test_connected_calendars_with_their_status(api: Api) -> None:
    await _connect(api, "memory")
    with counted() as for_one:
        await api.call(CALENDARS)
    for name in ("pear", "plum"):
        await _connect(api, name)

    with counted() as for_three:
        answer = await api.call(CALENDARS)

    assert [len(calendar["status"]["errors"]) for calendar in answer] == [1, 1, 1]
    assert all(calendar["status"]["currentRun"] for calendar in answer)
    assert {calendar["status"]["attention"]["code"] for calendar in answer} == {"CONFLICTS"}
    assert len(for_three) == len(for_one), "\n".join(for_three)
    assert len(for_three) <= 11


async def test_what_is_in_quarantine_in_each_calendar(api: Api) -> None:
    await _connect(api, "memory")
    with counted() as for_one:
        await api.call(QUARANTINED)
    for name in ("pear", "plum"):
        await _connect(api, name)

    with counted() as for_three:
        answer = await api.call(QUARANTINED)

    assert [calendar["quarantined"]["nodes"][0]["reason"] for calendar in answer] == ["Too long."] * 3
    assert len(for_three) == len(for_one), "\n".join(for_three)
    assert len(for_three) <= 11


async def test_calendars_that_need_attention_and_their_summary(api: Api) -> None:
    await _connect(api, "memory")
    with counted() as for_one:
        await api.call(CALENDARS, needs=True)
        await api.call(SUMMARY)
    for name in ("pear", "plum"):
        await _connect(api, name)

    with counted() as for_three:
        answer = await api.call(CALENDARS, needs=True)
        summary = await api.call(SUMMARY)

    assert (len(answer), summary["needingAttention"], summary["openConflicts"]) == (3, 3, 3)
    assert len(for_three) == len(for_one), "\n".join(for_three)
    assert len(for_three) <= 30


async def _connect(api: Api, name: str) -> None:
    """A calendar with a run that found something wrong, one that waits, a conflict and an item left alone."""
    provider = memory_provider(api.house.world, name)
    services, user = api.house.services, api.house.user
    calendar = await connect_with_credentials(services, user, provider, CREDENTIALS)
    made = await api.house.add(f"Boxing {name}")
    link = (await CalendarSyncConfig.get(id=calendar)).link_id
    assert link is not None
    log = await run_log.begin(calendar, "schedule", api.house.now)
    await log.ensure()
    error = RunError("failed", "Something is wrong.", "Change it.", api.house.now)
    await log.finish(Outcome("partial", errors=[error]), api.house.now)
    await runs.request(calendar, link, api.house.now)
    await CalendarSyncMapping.filter(link_id=link).update(
        hold="quarantine", hold_reason="Too long.", quarantined_at=api.house.now
    )
    row = mapping_of(await CalendarSyncMapping.filter(link_id=link, appointment_id=made).get())
    conflict = Conflict(ConflictType.DATA_MISMATCH, frozenset({"title"}), None, None, None)
    await noting.store(calendar, [noting.Note(row, conflict)], api.house.now)


async def test_a_status_names_the_last_run_of_each_calendar(api: Api) -> None:
    first = await api.house.connect()
    pear = memory_provider(api.house.world, "pear")
    second = await connect_with_credentials(api.house.services, api.house.user, pear, CREDENTIALS)
    api.house.world.error = None
    await api.house.add("Squash")
    for calendar in (first, second):
        await api.house.sync(calendar)

    calendars = await api.call("{ connectedCalendars { provider { name } status { lastRun { id } } } }")

    named = {c["provider"]["name"]: c["status"]["lastRun"]["id"] for c in calendars}
    rows = {str(row.id): row.sync_config_id for row in await CalendarSyncHistory.all()}
    configs = {row.provider: row.id for row in await CalendarSyncConfig.all()}
    assert {name: rows[run] for name, run in named.items()} == configs


async def _import_one(api: Api) -> None:
    link = (await CalendarSyncConfig.all().first()).link_id  # type: ignore[union-attr]
    known = await store.load([await api.house.add("Imported")])
    (made,) = known.values()
    await store.insert(
        replace(made, id=uuid4(), imported_from=link), api.house.services.window(), api.house.now
    )
    await store.change(replace(made, is_deleted=True), api.house.services.window(), api.house.now)
