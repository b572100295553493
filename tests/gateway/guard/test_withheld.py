"""What waits for approval, or was rejected, shows no more than may be shown; what was typed there waits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.settings import SET
from tests.gateway.guard.asking import APPROVE, REJECT
from tests.gateway.guard.stock import HOME, held, held_run, lesson, run, send
from tests.gateway.guard.test_previews import previewed
from tests.gateway.guard.test_privacy import private
from tests.gateway.house import House, synced
from tests.gateway.store.states import moved

from metonic_core.model.content import Content
from metonic_gateway.store.models import Appointment, CalendarSyncHistory, SyncOperation
from metonic_gateway.store.upserts import PlatformAppointment

NUMBER = 20
SECRET = {"field": "title", "pattern": "^secret"}
LESSONS = {"field": "title", "pattern": "^lesson"}


def noted(number: int, version: int = 1, **given: object) -> PlatformAppointment:
    told = lesson(number, version, **given)
    return replace(told, content=replace(told.content, notes="Knee injury"))


def edit_all(house: House, edited: Callable[[Content], Content]) -> None:
    for event in list(house.world.events[HOME].values()):
        house.world.put(HOME, replace(event, content=edited(event.content)))


def garbled(content: Content) -> Content:
    return replace(moved(content, 5), title="Garbage")


def elsewhere(content: Content) -> Content:
    return replace(content, location="Elsewhere")


def notes_there(house: House) -> set[str]:
    return {event.content.notes for event in house.world.events[HOME].values()}


async def titles_here() -> set[str]:
    return {row.content["title"] for row in await Appointment.all()}


async def starts_here() -> set[str]:
    return {row.content["when"]["start"]["t"] for row in await Appointment.all()}


LESSON_TITLES = {lesson(n).content.title for n in range(NUMBER)}


async def under(house: House, api: Api, **filters: object) -> UUID:
    """A calendar with copies, under these filters."""
    await send(house, *map(lesson, range(NUMBER)))
    calendar = await synced(house)
    await api.call(SET, settings={"filters": filters})
    await run(house, calendar)
    return calendar


async def with_notes(house: House) -> UUID:
    await send(house, *map(noted, range(NUMBER)))
    return await synced(house)


async def test_words_typed_there_that_match_a_rule_do_not_erase_the_copies(house: House, api: Api) -> None:
    calendar = await under(house, api, rules=[SECRET])

    edit_all(house, lambda content: replace(content, title="Secret"))
    await run(house, calendar)

    assert await held() == NUMBER
    assert (await titles_here(), set(house.world.titles())) == (LESSON_TITLES, {"Secret"})


async def test_what_goes_private_leaves_without_the_edits_that_nobody_approved(
    house: House, api: Api
) -> None:
    calendar = await under(house, api, privateAppointments="EXCLUDE")
    starts = await starts_here()
    edit_all(house, garbled)
    await run(house, calendar)
    assert await held() == NUMBER

    await send(house, *(private(n, 2) for n in range(NUMBER)))
    await run(house, calendar)

    assert (house.world.titles(), await held()) == ([], 0)
    assert (await titles_here(), await starts_here()) == (LESSON_TITLES, starts)
    assert not await CalendarSyncHistory.filter(state="held").exists()
    erased = await SyncOperation.filter(side="external", operation="delete", reason="hidden")
    assert [line.before["title"] for line in erased] == ["Garbage"] * NUMBER


async def test_what_is_masked_says_no_word_and_its_edits_still_wait(house: House, api: Api) -> None:
    calendar = await under(house, api, privateAppointments="MASK")
    starts = await starts_here()
    edit_all(house, garbled)
    await run(house, calendar)

    await send(house, *(private(n, 2) for n in range(NUMBER)))
    await run(house, calendar)
    assert (set(house.world.titles()), await held()) == ({"Busy"}, NUMBER)
    assert (await titles_here(), await starts_here()) == (LESSON_TITLES, starts)

    await run(house, calendar)
    await api.call(APPROVE, id=str((await held_run()).id))
    await run(house, calendar)

    assert (await held(), await titles_here()) == (0, LESSON_TITLES)
    assert len(await starts_here() - starts) == 5
    assert set(house.world.titles()) == {"Busy"}


async def test_a_rule_given_while_a_tool_moves_everything_masks_and_moves_nothing(
    house: House, api: Api
) -> None:
    calendar = await under(house, api)
    starts = await starts_here()
    edit_all(house, lambda content: moved(content, 1))

    await api.call(SET, settings={"filters": {"privateAppointments": "MASK", "rules": [LESSONS]}})
    await run(house, calendar)

    assert (set(house.world.titles()), await held()) == ({"Busy"}, NUMBER)
    assert await starts_here() == starts


async def test_notes_that_are_switched_off_leave_what_is_held(house: House, api: Api) -> None:
    calendar = await with_notes(house)
    edit_all(house, elsewhere)
    await run(house, calendar)
    plan = (await held_run()).id

    await api.call(SET, settings={"includeNotes": False})
    await run(house, calendar)
    await run(house, calendar)

    assert (notes_there(house), await held()) == ({""}, NUMBER)
    assert (await held_run()).id == plan, "It is the same that waits."
    await api.call(APPROVE, id=str(plan))
    await run(house, calendar)
    assert {(row.content["location"], row.content["notes"]) for row in await Appointment.all()} == {
        ("Elsewhere", "Knee injury")
    }
    assert notes_there(house) == {""}


async def test_notes_that_are_switched_off_leave_what_was_rejected_and_nobody_is_asked_again(
    house: House, api: Api
) -> None:
    calendar = await with_notes(house)
    edit_all(house, elsewhere)
    await run(house, calendar)
    await api.call(REJECT, id=str((await held_run()).id))

    await api.call(SET, settings={"includeNotes": False})
    for _ in range(3):
        await run(house, calendar, timedelta(days=1))

    assert (notes_there(house), await held()) == ({""}, 0)
    assert {row.content.get("location", "") for row in await Appointment.all()} == {""}


async def test_notes_that_are_switched_off_leave_what_was_cancelled_and_waits(house: House, api: Api) -> None:
    calendar = await with_notes(house)
    await send(house, *(noted(n, 2, is_cancelled=True) for n in range(NUMBER)))
    await run(house, calendar)
    assert await held() == NUMBER

    await api.call(SET, settings={"includeNotes": False})
    await run(house, calendar)

    assert (notes_there(house), await held()) == ({""}, NUMBER)
    await api.call(APPROVE, id=str((await held_run()).id))
    await run(house, calendar)
    assert house.world.titles() == []


async def test_contact_details_that_are_switched_off_leave_what_is_held(house: House, api: Api) -> None:
    calendar = await with_notes(house)
    await api.call(SET, settings={"includeClientContact": True})
    await run(house, calendar)
    assert all("chris@example.org" in notes for notes in notes_there(house))
    edit_all(house, elsewhere)
    await run(house, calendar)
    assert await held() == NUMBER

    await api.call(SET, settings={"includeClientContact": False})
    await run(house, calendar)

    assert (notes_there(house), await held()) == ({"Knee injury"}, NUMBER)


async def test_a_preview_tells_what_is_taken_out_of_what_it_would_hold(house: House, api: Api) -> None:
    await with_notes(house)
    edit_all(house, elsewhere)

    plan = (await previewed(house, api, {"includeNotes": False}))["plan"]

    steps = plan["steps"]["nodes"]
    assert {(step["side"], step["reasonCode"], step["heldBecause"] is None) for step in steps} == {
        ("LOCAL", "edited_there", False),
        ("EXTERNAL", "kept_from_flowing", True),
    }
    assert plan["updates"] == 2 * NUMBER
