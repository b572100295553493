"""Who reads the feed while others read it and write to it, on PostgreSQL: one order, and each change once."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from tests.gateway.house import House
from tests.gateway.store.states import feed
from tests.gateway.store.test_changes import named, noted
from tests.gateway.store.test_side_by_side import Begin, begin
from tests.gateway.waiting import is_waited_for
from tests.postgres import on_postgres_alone, url_of
from tortoise.transactions import in_transaction

from metonic_gateway.store.models import AppointmentChange, ChangeCounter

pytestmark = on_postgres_alone

__all__ = ["begin"]

WRITE = """INSERT INTO appointment_changes (appointment_id, kind, state, at)
    VALUES ($1, $2, '{}', now()) RETURNING id"""


async def hold_the_counter() -> None:
    """Until the transaction ends nobody else places anything."""
    await ChangeCounter.filter(id=1).select_for_update().only("id").get()


async def test_several_who_read_at_once_place_each_change_once(house: House, begin: Begin) -> None:
    made = [await house.add(f"No. {n}") for n in range(4)]
    await noted(house, *made)

    async with in_transaction():
        await hold_the_counter()
        readers = [begin(feed()) for _ in range(3)]
        await is_waited_for(3)
        await begin(noted(house, *reversed(made)))
    found = await asyncio.gather(*readers)

    whole = await feed()
    assert named(whole) == [*made, *reversed(made)]
    assert len({change.position for change in whole}) == len(whole)
    for seen in found:
        assert [c.position for c in seen] == [c.position for c in whole][: len(seen)]
    assert (await ChangeCounter.get(id=1)).last_position >= whole[-1].position


async def test_nothing_is_placed_before_what_somebody_has_read(house: House, begin: Begin) -> None:
    made = [await house.add(f"No. {n}") for n in range(3)]
    positions: list[list[int]] = []

    async def write(appointment: UUID) -> None:
        for _ in range(10):
            async with in_transaction():
                await noted(house, appointment)
                await asyncio.sleep(0)
                await noted(house, appointment)

    async def read() -> None:
        positions.extend([[change.position for change in await feed()] for _ in range(15)])

    await asyncio.gather(*(begin(write(i)) for i in made), *(begin(read()) for _ in range(3)))

    whole = [change.position for change in await feed()]
    assert len(whole) == len(set(whole)) == 60
    assert all(seen == whole[: len(seen)] for seen in positions)


async def test_what_one_transaction_writes_stays_in_its_order(
    house: House, begin: Begin, tmp_path: Path
) -> None:
    made, other = await house.add("Made"), await house.add("Other")
    late, prompt = [await asyncpg.connect(url_of(tmp_path / "metonic.sqlite3")) for _ in "12"]
    await prompt.execute("SELECT setval('appointment_changes_id_seq', 10)")
    writing = late.transaction()
    await writing.start()
    await late.execute(WRITE, made, "create")
    await prompt.execute(WRITE, other, "update")
    await late.execute(WRITE, made, "update")
    await prompt.execute(WRITE, other, "update")

    async with in_transaction():
        await hold_the_counter()
        reading: asyncio.Task[Any] = begin(feed())
        await is_waited_for()
        await writing.commit()
    await reading
    await feed()

    told = await AppointmentChange.filter(appointment_id=made).order_by("position")
    assert [change.kind for change in told] == ["create", "update"]
    for connection in (late, prompt):
        await connection.close()
