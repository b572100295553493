"""What waits for the user: said of each calendar, found by it, and summed up."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.gateway.graphql.client import Api, Json
from tests.gateway.graphql.operations import CREATE, UPDATE, lesson
from tests.gateway.memory import CREDENTIALS, WORK, World, memory_provider

from metonic_core.spi import SignInNeeded, Unavailable
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.jobs.syncing import sync_calendar
from metonic_gateway.store.calendars import archive_links
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncMapping

ATTENTION = """{ connectedCalendars { provider { name } status {
  attention { code message nextStep since } openConflicts quarantined } } }"""
NEEDING = "query ($needs: Boolean) { connectedCalendars(needsAttention: $needs) { provider { name } } }"
SUMMARY = "{ syncSummary { allSynced itemsInLastSync openConflicts needingAttention } }"
SETTLED = {"allSynced": True, "itemsInLastSync": 0, "openConflicts": 0, "needingAttention": 0}


async def attention(api: Api) -> Json | None:
    """That of the only calendar, which must agree with whether it is found as one that needs it."""
    (calendar,) = await api.call(ATTENTION)
    told: Json | None = calendar["status"]["attention"]
    assert len(await api.call(NEEDING, needs=True)) == (told is not None)
    assert len(await api.call(NEEDING, needs=False)) == (told is None)
    assert (await api.call(SUMMARY))["needingAttention"] == (told is not None)
    return told


async def in_step(api: Api, number: int = 1) -> tuple[UUID, list[str]]:
    """A calendar, and appointments that have their copies there."""
    calendar = await api.house.connect()
    made = [(await api.call(CREATE, appointment=lesson(title=f"Lesson {n}")))["id"] for n in range(number)]
    await api.house.sync(calendar)
    return calendar, made


async def sync_later(api: Api, calendar: UUID) -> None:
    api.house.later(timedelta(minutes=20))
    await api.house.sync(calendar)


async def disagree(api: Api, calendar: UUID, made: list[str]) -> None:
    """Both sides change the titles of these appointments."""
    for appointment in made:
        await api.call(UPDATE, id=appointment, appointment={"title": f"Here {appointment}"})
    for event in api.house.world.events["home"].values():
        api.house.world.put("home", replace(event, content=replace(event.content, title="There")))
    await sync_later(api, calendar)


async def set_aside(calendar: UUID, **columns: object) -> None:
    """Leave all items of the calendar alone."""
    rows = CalendarSyncMapping.filter(link__sync_config_id=calendar)
    ids = [row.id for row in await rows]
    await CalendarSyncMapping.filter(id__in=ids).update(hold="quarantine", hold_reason="Too long.", **columns)


async def test_a_calendar_in_step_needs_none(api: Api) -> None:
    await in_step(api)

    assert await attention(api) is None


async def test_a_problem_comes_first(api: Api) -> None:
    calendar, made = await in_step(api)
    await disagree(api, calendar, made)
    api.house.world.error = SignInNeeded("The password has changed.")
    await sync_later(api, calendar)

    told = await attention(api)

    assert told is not None
    assert (told["code"], told["since"]) == ("SIGN_IN_REQUIRED", "2026-11-22T12:40:00Z")


async def test_a_calendar_that_is_still_to_be_chosen(api: Api) -> None:
    api.house.world.calendars.append(WORK)
    await api.house.connect()

    told = await attention(api)

    assert told is not None
    assert (told["code"], told["since"]) == ("CALENDAR_REQUIRED", "2026-11-22T12:00:00Z")
    assert told["message"] == "You are signed in, but no calendar is chosen yet."
    assert "chooseCalendar" in told["nextStep"]


async def test_a_conflict_waits_since_it_was_detected(api: Api) -> None:
    calendar, made = await in_step(api)
    await disagree(api, calendar, made)
    api.house.later(timedelta(hours=1))

    told = await attention(api)

    assert told is not None
    assert (told["code"], told["since"]) == ("CONFLICTS", "2026-11-22T12:20:00Z")
    assert told["message"] == "1 conflict waits for your decision."


async def test_several_conflicts_are_counted_and_go_before_items_left_alone(api: Api) -> None:
    calendar, made = await in_step(api, 3)
    await disagree(api, calendar, made)
    await set_aside(calendar)

    told = await attention(api)

    assert told is not None
    assert (told["code"], told["message"]) == ("CONFLICTS", "3 conflicts wait for your decision.")


async def test_items_left_alone_wait_since_the_first_of_them_was(api: Api) -> None:
    calendar, _ = await in_step(api, 2)
    since = api.house.now - timedelta(days=2)
    await set_aside(calendar, quarantined_at=since)

    told = await attention(api)

    assert told is not None
    assert (told["code"], told["since"]) == ("ITEMS_LEFT", "2026-11-20T12:00:00Z")
    assert told["message"] == "2 items are left alone because something is wrong with them."


async def test_items_of_a_former_link_wait_for_nobody(api: Api) -> None:
    calendar, _ = await in_step(api)
    await set_aside(calendar)
    await archive_links(calendar, api.house.now)

    assert await attention(api) is None


async def test_a_calendar_whose_copies_are_being_removed_waits_for_nobody(api: Api) -> None:
    calendar, _ = await in_step(api)
    await set_aside(calendar)
    await CalendarSyncConfig.filter(id=calendar).update(stopped="disconnecting")

    assert await attention(api) is None


async def test_who_needs_attention_is_told_from_who_does_not(api: Api) -> None:
    calendar, made = await in_step(api)
    await disagree(api, calendar, made)
    pear = memory_provider(api.house.world, "pear")
    await connect_with_credentials(api.house.services, api.house.user, pear, CREDENTIALS)

    async def names(needs: bool | None) -> list[str]:  # noqa: FBT001 - the API's
        return [c["provider"]["name"] for c in await api.call(NEEDING, needs=needs)]

    assert (await names(True), await names(False)) == (["memory"], ["pear"])  # noqa: FBT003 - likewise
    assert await names(None) == ["memory", "pear"]


async def summary(api: Api, **expected: Any) -> None:  # noqa: ANN401 - as the API answers
    assert await api.call(SUMMARY) == SETTLED | expected


async def test_nobody_is_synced_before_a_calendar_is_connected(api: Api) -> None:
    await summary(api, allSynced=False)


async def test_calendars_in_step_are_summed_up(api: Api) -> None:
    await in_step(api, 2)
    pear = memory_provider(World(), "pear")
    services = replace(api.house.services, registry=Registry({"pear": pear}, ()))
    other = await connect_with_credentials(services, api.house.user, pear, CREDENTIALS)
    await summary(api, allSynced=False, itemsInLastSync=2)

    await sync_calendar(services, other, "schedule")

    await summary(api, itemsInLastSync=4)


async def test_what_waits_for_a_run_is_not_synced(api: Api) -> None:
    _, (made,) = await in_step(api)
    await api.call(UPDATE, id=made, appointment={"title": "Boxing"})

    await summary(api, allSynced=False, itemsInLastSync=1)


async def test_a_run_that_found_nothing_leaves_the_last_recorded_one_to_be_counted(api: Api) -> None:
    calendar, _ = await in_step(api, 2)
    await sync_later(api, calendar)

    await summary(api, itemsInLastSync=2)


async def test_a_run_that_failed_or_waits_is_not_synced(api: Api) -> None:
    calendar, _ = await in_step(api)
    api.house.world.error = Unavailable("It is down.")
    await sync_later(api, calendar)

    await summary(api, allSynced=False, needingAttention=1)

    api.house.world.error = None
    api.house.later(timedelta(hours=7))
    await api.call('mutation { syncNow(provider: "memory") { __typename } }')
    await summary(api, allSynced=False, needingAttention=1)
    await api.house.sync(calendar)
    await summary(api)


async def test_conflicts_are_summed_up(api: Api) -> None:
    calendar, made = await in_step(api, 2)
    await disagree(api, calendar, made)

    answer = await api.call(SUMMARY)

    assert (answer["allSynced"], answer["openConflicts"], answer["needingAttention"]) == (False, 2, 1)


async def test_a_calendar_that_was_disconnected_does_not_count(api: Api) -> None:
    calendar, _ = await in_step(api)
    await CalendarSyncConfig.filter(id=calendar).update(stopped="disconnected", is_active=False)

    await summary(api, allSynced=False)


async def test_somebody_elses_calendars_do_not_count(api: Api) -> None:
    await in_step(api)

    await summary(api.as_user("client-2"), allSynced=False)
