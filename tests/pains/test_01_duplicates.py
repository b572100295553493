"""Pain 1, duplicates: every create has a derived identity and is looked for before it is repeated."""

import asyncio

from tests.e2e.smoke.proxy import Exchange
from tests.e2e.smoke.proxy import Stage as How
from tests.gateway.graphql.operations import SYNC_NOW
from tests.gateway.house import eventually
from tests.specification.resolving import resolve
from tests.stage import Person, sign_in

DISCONNECT = (
    """mutation { disconnectProvider(provider: "apple", removeExternalEvents: false) { __typename } }"""
)


async def test_a_create_whose_answer_was_lost_is_not_made_twice(trainer: Person) -> None:
    lost = trainer.line.gate(How.AFTER, lambda exchange: exchange.method == "PUT")

    async def is_there() -> bool:
        return bool(lost.held)

    await trainer.create("Yoga")
    run = asyncio.create_task(trainer.sync())
    await eventually(is_there)
    lost.drop()
    await run
    for _ in range(3):
        await trainer.sync()

    assert await trainer.device.titles() == ["Yoga"]
    assert await trainer.titles() == ["Yoga"]
    assert await trainer.conflicts() == []


async def test_a_calendar_that_is_read_anew_from_the_start_doubles_nothing(trainer: Person) -> None:
    await trainer.create("Yoga")
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")
    await trainer.sync()

    await trainer.api.call(SYNC_NOW, provider="apple", complete=True)
    await trainer.sync()

    assert await trainer.titles() == ["Dentist", "Yoga"]
    assert await trainer.device.titles() == ["Dentist", "Yoga"]


async def test_a_server_that_forgot_how_far_was_read_doubles_nothing(trainer: Person) -> None:
    await trainer.create("Yoga")
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")
    await trainer.sync()

    def forgets(exchange: Exchange) -> bool:
        return exchange.method == "REPORT" and b"radicale.org/ns/sync/" in exchange.sent

    refused = trainer.refused(forgets, 403)
    await trainer.sync()

    assert refused
    assert await trainer.titles() == ["Dentist", "Yoga"]
    assert await trainer.device.titles() == ["Dentist", "Yoga"]


async def test_copies_that_were_left_behind_are_found_again(trainer: Person) -> None:
    await trainer.create("Yoga")
    await trainer.sync()
    await trainer.api.call(DISCONNECT)
    await trainer.sync()

    await sign_in(trainer.api, trainer.line, trainer.name)
    await trainer.sync()

    assert await trainer.device.titles() == ["Yoga"]
    assert await trainer.titles() == ["Yoga"]


async def test_what_was_copied_by_hand_before_is_asked_about_and_not_doubled(trainer: Person) -> None:
    await trainer.device.put("own.ics", "SUMMARY:yoga", "DTSTART:20261201T090000Z", "DTEND:20261201T100000Z")
    await trainer.create("Yoga")
    await trainer.sync()

    assert await trainer.device.titles() == ["yoga"]
    assert await trainer.titles() == ["Yoga"]
    assert [conflict["conflictType"] for conflict in await trainer.conflicts()] == ["CREATED_EXTERNALLY"]


async def test_what_is_one_thing_is_adopted_instead_of_copied(trainer: Person) -> None:
    await trainer.device.put("own.ics", "SUMMARY:yoga", "DTSTART:20261201T090000Z", "DTEND:20261201T100000Z")
    lesson = await trainer.create("Yoga")
    await trainer.sync()

    await resolve(trainer, "KEEP_LOCAL")
    await trainer.update(lesson, title="Yin Yoga")
    await trainer.sync()

    texts = await trainer.device.texts()
    assert list(texts) == ["own.ics"]
    assert "SUMMARY:Yin Yoga\n" in texts["own.ics"]
    assert await trainer.titles() == ["Yin Yoga"]
