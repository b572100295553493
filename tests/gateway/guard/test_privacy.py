"""What a calendar may not show leaves it at once, however much it is and whatever waits for approval."""

from dataclasses import replace

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.settings import SET
from tests.gateway.guard.stock import held, lesson, run, send
from tests.gateway.house import House, synced
from tests.gateway.store.states import CHRIS, TONI

from metonic_gateway.store.models import CalendarSyncHistory, SyncOperation
from metonic_gateway.store.upserts import PlatformAppointment, Seat

NUMBER = 20


def of_another(number: int, version: int = 1, **given: object) -> PlatformAppointment:
    """A state that the client owns and the trainer takes part in."""
    return lesson(number, version, **({"owner": CHRIS, "participants": (Seat(TONI),)} | given))


def without_the_trainer(version: int, **given: object) -> list[PlatformAppointment]:
    return [of_another(n, version, participants=(), **given) for n in range(NUMBER)]


def private(number: int, version: int, **given: object) -> PlatformAppointment:
    told = lesson(number, version, **given)
    return replace(told, content=replace(told.content, is_private=True))


async def test_who_is_taken_off_keeps_no_copy(house: House) -> None:
    await send(house, *map(of_another, range(NUMBER)))
    calendar = await synced(house)
    assert len(house.world.titles()) == NUMBER

    await send(house, *without_the_trainer(2))
    await run(house, calendar)

    assert (house.world.titles(), await held()) == ([], 0)
    assert await SyncOperation.filter(reason="not_concerned", counted_in=None).count() == NUMBER


async def test_who_is_taken_off_keeps_no_copy_of_what_was_cancelled_and_waits(house: House) -> None:
    await send(house, *map(of_another, range(NUMBER)))
    calendar = await synced(house)
    await send(house, *(of_another(n, 2, is_cancelled=True) for n in range(NUMBER)))
    await run(house, calendar)
    assert (len(house.world.titles()), await held()) == (NUMBER, NUMBER)

    await send(house, *without_the_trainer(3, is_cancelled=True))
    await run(house, calendar)

    assert (house.world.titles(), await held()) == ([], 0)
    assert not await CalendarSyncHistory.filter(state="held").exists()


@pytest.mark.parametrize("treatment", ["EXCLUDE", "MASK"])
async def test_what_went_private_shows_no_word_even_where_its_cancelling_waits(
    house: House, api: Api, treatment: str
) -> None:
    await send(house, *map(lesson, range(NUMBER)))
    calendar = await synced(house)
    await api.call(SET, settings={"filters": {"privateAppointments": treatment}})
    await send(house, *(lesson(n, 2, is_cancelled=True) for n in range(NUMBER)))
    await run(house, calendar)
    assert (len(house.world.titles()), await held()) == (NUMBER, NUMBER)

    await send(house, *(private(n, 3, is_cancelled=True) for n in range(NUMBER)))
    await run(house, calendar)

    assert (house.world.titles(), await held()) == ([], 0)


async def test_what_matches_a_rule_leaves_at_once(house: House, api: Api) -> None:
    await send(house, *map(lesson, range(NUMBER)))
    calendar = await synced(house)
    rule = {"field": "title", "pattern": "^Secret"}
    await api.call(SET, settings={"filters": {"rules": [rule]}})
    renamed = [lesson(n, 2) for n in range(NUMBER)]

    await send(house, *(replace(s, content=replace(s.content, title="Secret")) for s in renamed))
    await run(house, calendar)

    assert (house.world.titles(), await held()) == ([], 0)


async def test_a_copy_that_is_busy_time_already_waits_like_any_other(house: House, api: Api) -> None:
    calendar = await synced(house)
    await api.call(SET, settings={"filters": {"privateAppointments": "MASK"}})
    await send(house, *(private(n, 1) for n in range(NUMBER)))
    await run(house, calendar)

    await send(house, *(private(n, 2, is_cancelled=True) for n in range(NUMBER)))
    await run(house, calendar)

    assert (set(house.world.titles()), await held()) == ({"Busy"}, NUMBER)
