"""Thousands of look-alikes: whom each row meets is asked for all of a batch at once."""

from datetime import timedelta

from tests.gateway.graphql.statements import counted
from tests.gateway.house import House, synced

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import AllDay
from metonic_gateway.store.models import CalendarSyncConflict

FEW, MANY = 2, 45


async def _statements(house: House, number: int, day: int) -> int:
    """How many a run takes over so many pairs that look alike, and as many that do not."""
    calendar = await house.connect()
    first = house.now.date() + timedelta(days=day)
    when = AllDay(first, first + timedelta(days=1))
    for n in range(number):
        title = f"Training {'abcdefghijklmnopqrstuvwxyz'[n % 26] * (1 + n // 26)}"
        await house.add(title, when)
        house.world.put("home", StoredEvent(f"event-{day}-{n}", "", Content(title.upper(), when)))
    with counted() as statements:
        await house.sync(calendar)
    return len(statements)


async def test_many_take_about_as_many_statements_as_few(house: House) -> None:
    await synced(house)

    few = await _statements(house, FEW, 2)
    many = await _statements(house, MANY, 4)

    assert await CalendarSyncConflict.filter(conflict_type="created_externally").count() == FEW + MANY
    # Two for each conflict that is written, and none for finding it.
    assert many - few <= 2 * (MANY - FEW) + 4
