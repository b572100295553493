"""Private appointments, masked: what the calendar sees, what comes back, and what is said about it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import UPDATE
from tests.gateway.graphql.settings import MINE, SET, copy_of, created, imported, put_own
from tests.gateway.house import House, synced

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent

READ = "query ($id: ID!) { appointment(id: $id) { title notes location isPrivate } }"
SECRET: dict[str, Any] = {"notes": "about him", "location": "Room 9", "isPrivate": True}


def ruled(*patterns: str, field: str = "title") -> dict[str, Any]:
    """Settings with these rules."""
    return {"filters": {"rules": [{"field": field, "pattern": pattern} for pattern in patterns]}}


def only_event(house: House) -> StoredEvent:
    (event,) = house.world.events["home"].values()
    return event


def edit_there(house: House, **fields: Any) -> None:  # noqa: ANN401 - as the content has them
    event = only_event(house)
    house.world.put("home", replace(event, content=replace(event.content, **fields)))


async def sync_later(api: Api, calendar: UUID) -> None:
    api.house.later(timedelta(minutes=20))
    await api.house.sync(calendar)


async def under(api: Api, calendar: UUID, treatment: str) -> None:
    answer = await api.call(SET, settings={"filters": {"privateAppointments": treatment}})
    assert answer["__typename"] == "ConnectedCalendar", answer
    await api.house.sync(calendar)


async def masked(api: Api) -> tuple[UUID, str]:
    """A calendar that masks, and a private appointment that is in it."""
    calendar = await synced(api.house)
    await under(api, calendar, "MASK")
    made = await created(api, "Coaching", **SECRET)
    await sync_later(api, calendar)
    return calendar, made


def told(content: Content) -> tuple[str, str, str, bool]:
    return content.title, content.location, content.notes, content.is_private


WHOLE = ("Coaching", "Room 9", "about him", True)
MASK = ("Busy", "", "", True)


async def test_a_private_appointment_is_shown_as_busy_time_and_the_copy_says_why(api: Api) -> None:
    _, made = await masked(api)

    copy = await copy_of(api, made)

    assert told(only_event(api.house).content) == MASK
    assert (copy["state"], copy["reasonCode"]) == ("IN_SYNC", "masked")
    assert copy["reason"] == "The calendar shows only that you are busy."


@pytest.mark.parametrize("next_treatment", ["MASK", "INCLUDE", "EXCLUDE"])
async def test_what_was_typed_over_the_mask_never_comes_in(next_treatment: str, api: Api) -> None:
    calendar, made = await masked(api)
    before = await api.call(READ, id=made)
    edit_there(api.house, title="Dentist", notes="typed", location="typed")
    await api.call(SET, settings={"filters": {"privateAppointments": next_treatment}})

    await sync_later(api, calendar)

    assert await api.call(READ, id=made) == before
    shown = [told(event.content) for event in api.house.world.events["home"].values()]
    assert shown == {"MASK": [MASK], "INCLUDE": [WHOLE], "EXCLUDE": []}[next_treatment]


async def test_a_mask_is_put_on_and_lifted_as_settings_and_appointment_say(api: Api) -> None:
    calendar, made = await masked(api)
    seen = []

    for treatment in ("INCLUDE", "MASK"):
        await under(api, calendar, treatment)
        seen.append(told(only_event(api.house).content))
    await api.call(UPDATE, id=made, appointment={"isPrivate": False})
    await sync_later(api, calendar)

    assert seen == [WHOLE, MASK]
    assert told(only_event(api.house).content) == (*WHOLE[:3], False)
    assert (await api.call(READ, id=made))["title"] == "Coaching"


async def test_a_masked_version_that_is_put_back_later_is_overwritten(api: Api) -> None:
    calendar, made = await masked(api)
    old = only_event(api.house)
    await under(api, calendar, "INCLUDE")
    api.house.world.put("home", old)

    await sync_later(api, calendar)

    assert told(only_event(api.house).content) == WHOLE
    assert (await api.call(READ, id=made))["title"] == "Coaching"


async def test_an_edit_of_a_copy_counts_again_once_its_mask_is_lifted(api: Api) -> None:
    calendar, made = await masked(api)
    await under(api, calendar, "INCLUDE")
    edit_there(api.house, title="Training")

    await sync_later(api, calendar)

    assert (await api.call(READ, id=made))["title"] == "Training"


async def test_an_own_event_keeps_its_words_while_its_appointment_is_private_here(api: Api) -> None:
    calendar = await synced(api.house)
    event = put_own(api.house, "Lunch")
    await sync_later(api, calendar)
    mine = (await imported(api))["id"]
    await api.call(SET, settings=ruled("interview"))

    await api.call(UPDATE, id=mine, appointment={"title": "Interview", "notes": "hush"})
    await sync_later(api, calendar)
    apart = only_event(api.house).content
    copy = await copy_of(api, mine)
    await api.call(UPDATE, id=mine, appointment={"title": "Lunch with Ada"})
    await sync_later(api, calendar)

    assert apart == event.content
    assert (copy["state"], copy["reasonCode"]) == ("IN_SYNC", "kept_apart")
    assert told(only_event(api.house).content)[::2] == ("Lunch with Ada", "hush")


async def test_a_rule_takes_out_what_matches_and_says_so(api: Api) -> None:
    calendar = await synced(api.house)
    made = await created(api, "Group therapy")
    await sync_later(api, calendar)

    await api.call(SET, settings=ruled("THERAPY$"))
    await sync_later(api, calendar)
    copy = await copy_of(api, made)

    assert api.house.world.titles() == []
    assert (copy["state"], copy["reasonCode"]) == ("EXCLUDED", "matches_rule")
    assert copy["reason"] == "One of your rules keeps it out of this calendar."


async def test_a_title_that_comes_to_match_in_the_calendar_takes_its_copy_out(api: Api) -> None:
    calendar = await synced(api.house)
    made = await created(api, "Coaching")
    await api.call(SET, settings=ruled("therapy"))
    await sync_later(api, calendar)
    edit_there(api.house, title="Therapy")

    await sync_later(api, calendar)

    assert api.house.world.titles() == []
    assert (await api.call(READ, id=made))["title"] == "Therapy"


@pytest.mark.parametrize(
    ("settings", "path", "text"),
    [
        (ruled("x(", "("), ["0", "pattern"], "character 3"),
        (ruled("x", "a**"), ["1", "pattern"], "character 2"),
        (ruled(""), ["0", "pattern"], "1 to 500"),
        (ruled("x" * 501), ["0", "pattern"], "1 to 500"),
        (ruled("\0"), ["0", "pattern"], "character 1"),
        (ruled(*["x"] * 21), [], "At most 20"),
        (ruled("x", field="client"), ["0", "field"], "no such field"),
    ],
)
async def test_a_rule_that_cannot_be_used_is_named_and_nothing_is_stored(
    settings: dict[str, Any], path: list[str], text: str, api: Api
) -> None:
    await api.house.connect()
    before = await api.call(MINE)

    answer = await api.call(SET, settings={"includeNotes": False} | settings)

    assert (answer["__typename"], answer["code"]) == ("InvalidInput", "INVALID_INPUT")
    assert answer["path"] == ["settings", "filters", "rules", *path]
    assert text in answer["message"]
    assert await api.call(MINE) == before
