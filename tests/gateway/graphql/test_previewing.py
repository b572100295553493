"""Filters can be tried: what they would change is found by the code that decides it, nothing is stored."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import DELETE, ERROR, timed
from tests.gateway.graphql.settings import (
    CHOOSE,
    MINE,
    SET,
    after_setting,
    created,
    put_own,
)
from tests.gateway.graphql.statements import counted
from tests.gateway.house import House, synced
from tests.gateway.memory import CREDENTIALS, World, memory_provider

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Content
from metonic_core.model.when import Timed
from metonic_core.spi import Provider
from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.http.identity import Role
from metonic_gateway.store import models
from metonic_gateway.store.preview import PART
from metonic_gateway.store.rows import appointment_columns

PREVIEW = f"""query ($provider: ProviderName! = "memory", $filters: SyncFiltersInput! = {{}},
    $syncAll: Boolean, $forwardImported: Boolean, $first: Int! = 20, $after: String) {{
  selectionPreview(provider: $provider, filters: $filters, syncAll: $syncAll,
    forwardImported: $forwardImported) {{
    ... on SelectionPreview {{ __typename adds removes masked matches(first: $first, after: $after) {{
      nodes {{ title }} edges {{ cursor }} pageInfo {{ hasNextPage endCursor }} }} }} {ERROR} }} }}"""
COUNTS = (
    """{ selectionPreview(provider: "memory", filters: {}) { ... on SelectionPreview { adds removes } } }"""
)
CLASSES = {"appointmentTypes": ["group_class"]}


async def test_before_the_first_sync_all_that_is_selected_would_come(api: Api) -> None:
    await created(api, "Yoga", type="group_class")
    await created(api, "Lesson")
    await api.house.connect()

    everything = await api.call(PREVIEW)
    classes = await api.call(PREVIEW, filters=CLASSES, syncAll=False)

    assert _of(everything) == (2, 0, ["Lesson", "Yoga"])
    assert _of(classes) == (1, 0, ["Yoga"])


async def test_what_narrower_filters_would_take_out_is_what_they_take_out(api: Api) -> None:
    calendar = await api.house.connect()
    await created(api, "Yoga", type="group_class")
    await created(api, "Lesson")
    await created(api, "Secret", type="group_class", isPrivate=True)
    put_own(api.house, "Dentist")
    await api.house.sync(calendar)

    narrow = await api.call(PREVIEW, filters=CLASSES, syncAll=False)
    wider = await api.call(PREVIEW, filters=CLASSES | {"privateAppointments": "INCLUDE"}, syncAll=False)
    nothing = await api.call(PREVIEW, filters={"appointmentTypes": []}, syncAll=False)
    titles = await after_setting(
        api, calendar, syncAll=False, filters=CLASSES | {"privateAppointments": "INCLUDE"}
    )

    assert _of(narrow) == (0, 1, ["Yoga"])
    assert _of(wider) == (1, 1, ["Secret", "Yoga"])
    assert _of(nothing) == (0, 2, [])
    assert titles == ["Dentist", "Secret", "Yoga"]


async def test_what_is_omitted_is_as_it_is_set_now(api: Api) -> None:
    await api.house.connect()
    await created(api, "Yoga", type="group_class")
    await created(api, "Lesson")
    await api.call(SET, settings={"syncAll": False, "filters": CLASSES})

    as_set = await api.call(PREVIEW)
    all_of_them = await api.call(PREVIEW, syncAll=True)
    cleared = await api.call(PREVIEW, filters={"appointmentTypes": None})

    assert [_of(p)[2] for p in (as_set, all_of_them, cleared)] == [["Yoga"], ["Lesson", "Yoga"], []]


async def test_single_choices_count(api: Api) -> None:
    await api.house.connect()
    lesson, yoga = await created(api, "Lesson"), await created(api, "Yoga", type="group_class")
    await api.call(CHOOSE, ids=[lesson], choice="ALWAYS")
    await api.call(CHOOSE, ids=[yoga], choice="NEVER")

    answer = await api.call(PREVIEW, filters=CLASSES, syncAll=False)

    assert _of(answer) == (1, 0, ["Lesson"])


async def test_what_the_user_took_out_of_the_calendar_would_not_come(api: Api) -> None:
    calendar = await api.house.connect()
    lesson, _other = await created(api, "Lesson"), await created(api, "Other")
    await api.house.sync(calendar)
    rows = models.CalendarSyncMapping.filter(appointment_id=UUID(lesson))
    await rows.update(hold="detached", hold_reason="deleted_there", etag=None)

    answer = await api.call(PREVIEW)

    assert _of(answer) == (0, 0, ["Other"])


async def test_copies_of_what_has_left_the_window_or_was_cancelled_count_as_going(api: Api) -> None:
    calendar = await api.house.connect()
    cancelled, _past = await created(api, "Cancelled"), await created(api, "Past")
    await api.house.sync(calendar)
    api.house.later(timedelta(days=90))
    api = api.as_user("trainer-1", Role.TRAINER)
    await api.call(DELETE, id=cancelled)

    as_it_is = await api.call(PREVIEW)
    classes = await api.call(PREVIEW, filters=CLASSES, syncAll=False)

    assert _of(as_it_is) == (0, 1, [])
    assert _of(classes) == (0, 2, [])


async def test_nothing_would_come_or_go_in_a_calendar_that_is_only_read(api: Api) -> None:
    calendar = await api.house.connect()
    await created(api, "Lesson")
    await api.house.sync(calendar)
    await after_setting(api, calendar, direction="PULL")
    await created(api, "Yoga")

    answer = await api.call(PREVIEW, filters=CLASSES, syncAll=False)

    assert _of(answer) == (0, 0, [])


async def test_matches_come_in_pages_by_start(api: Api) -> None:
    await api.house.connect()
    for day in (3, 1, 2, 4):
        when = timed(f"2026-12-0{day}T10:00", f"2026-12-0{day}T11:00")
        await created(api, f"No. {day}", when=when, type="group_class" if day != 2 else "one_on_one")

    first = await api.call(PREVIEW, filters=CLASSES, syncAll=False, first=2)
    cursor = first["matches"]["pageInfo"]["endCursor"]
    second = await api.call(PREVIEW, filters=CLASSES, syncAll=False, first=2, after=cursor)

    assert [n["title"] for n in first["matches"]["nodes"]] == ["No. 1", "No. 3"]
    assert first["matches"]["pageInfo"]["hasNextPage"] is True
    assert [n["title"] for n in second["matches"]["nodes"]] == ["No. 4"]
    assert second["matches"]["pageInfo"]["hasNextPage"] is False


async def test_a_look_changes_nothing_and_asks_no_provider(api: Api) -> None:
    await created(api, "Lesson")
    await synced(api.house)
    before, reads = await api.call(MINE), api.house.world.reads

    await api.call(PREVIEW, filters=CLASSES, syncAll=False)

    assert (await api.call(MINE), api.house.world.reads, api.house.nudged) == (before, reads, [])
    assert not await models.CalendarSyncMapping.exists(due__not_isnull=True)


@pytest.mark.parametrize(
    ("filters", "path"),
    [
        ({"clientIds": ["nobody"]}, ["filters", "clientIds", "0"]),
        ({"appointmentTypes": ["!"]}, ["filters", "appointmentTypes", "0"]),
        ({"dateRange": {"start": "2026-12-02", "end": "2026-12-01"}}, ["filters", "dateRange"]),
    ],
)
async def test_filters_that_cannot_be_used_are_named(
    filters: dict[str, Any], path: list[str], api: Api
) -> None:
    await api.house.connect()

    answer = await api.call(PREVIEW, filters=filters)

    assert (answer["__typename"], answer["path"]) == ("InvalidInput", path)


async def test_without_a_calendar_there_is_nothing_to_look_at(api: Api) -> None:
    stranger = await api.as_user("trainer-2", Role.TRAINER).call(PREVIEW)
    unknown = await api.call(PREVIEW, provider="papyrus")
    calendar = await api.house.connect()
    await models.CalendarSyncConfig.filter(id=calendar).update(link_id=None, stopped="needs_calendar")
    unchosen = await api.call(PREVIEW)

    assert [a["code"] for a in (stranger, unknown, unchosen)] == [
        "NOT_CONNECTED",
        "UNKNOWN_PROVIDER",
        "CALENDAR_REQUIRED",
    ]


async def test_a_page_that_cannot_be_used_is_an_error_of_the_field(api: Api) -> None:
    await api.house.connect()

    error = await api.refused(PREVIEW, first=51)

    assert error["extensions"]["code"] == "INVALID_ARGUMENT"


async def test_ten_thousand_appointments_would_cost_a_statement_for_every_500(api: Api) -> None:
    await api.house.connect()
    await _many(api.house, 3)
    with counted() as for_few:
        await api.call(COUNTS)
    await _many(api.house, 3 * PART)

    with counted() as for_many:
        counts = await api.call(COUNTS)

    assert counts == {"adds": 3 * PART + 3, "removes": 0}
    assert len(for_many) - len(for_few) == 3, "\n".join(for_many)
    assert len(for_few) <= 7, "\n".join(for_few)


async def test_treatment_and_rules_are_tried_like_any_filter(api: Api) -> None:
    calendar = await api.house.connect()
    await created(api, "Lesson")
    await created(api, "Group therapy")
    await created(api, "Secret", isPrivate=True)
    await api.house.sync(calendar)
    rules = {"rules": [{"field": "title", "pattern": "therapy"}]}
    masking = rules | {"privateAppointments": "MASK"}

    ruled = await api.call(PREVIEW, filters=rules)
    masked = await api.call(PREVIEW, filters=masking)
    bad = await api.call(PREVIEW, filters={"rules": [{"field": "title", "pattern": "x)"}]})
    after = await after_setting(api, calendar, filters=masking)
    settled = await api.call(PREVIEW)

    assert (_of(ruled), ruled["masked"]) == ((0, 1, ["Lesson"]), 0)
    assert (_of(masked), masked["masked"]) == ((1, 0, ["Group therapy", "Lesson", "Secret"]), 2)
    assert bad["path"] == ["filters", "rules", "0", "pattern"]
    assert after == ["Busy", "Busy", "Lesson"]
    assert (_of(settled)[:2], settled["masked"]) == ((0, 0), 2)


async def test_what_would_be_forwarded_is_tried(api: Api) -> None:
    put_own(api.house, "Dentist")
    await api.house.sync(await api.house.connect())
    pear = memory_provider(World(), "pear")
    cast("dict[str, Provider]", api.house.services.registry.providers)["pear"] = pear
    await api.house.sync(
        await connect_with_credentials(api.house.services, api.house.user, pear, CREDENTIALS)
    )

    off = await api.call(PREVIEW, provider="pear")
    on = await api.call(PREVIEW, provider="pear", forwardImported=True)

    assert (_of(off), _of(on)) == ((0, 0, []), (1, 0, ["Dentist"]))


async def _many(house: House, number: int) -> None:
    start = house.now.replace(tzinfo=None)
    hours = [
        Timed(start + timedelta(hours=n % 9000), start + timedelta(hours=n % 9000 + 1), "UTC")
        for n in range(number)
    ]
    made = [Appointment(uuid4(), 1, house.user, "one_on_one", Content("Lesson", hour)) for hour in hours]
    await models.Appointment.bulk_create(
        models.Appointment(
            id=a.id, owner_id=a.owner_id, created_at=house.now, **appointment_columns(a, house.now)
        )
        for a in made
    )


def _of(preview: dict[str, Any]) -> tuple[int, int, list[str]]:
    titles = sorted(node["title"] for node in preview["matches"]["nodes"])
    return preview["adds"], preview["removes"], titles
