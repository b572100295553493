"""One-way sync option (platform to external only). Selective sync (choose which appointments to sync)."""

from tests.gateway.graphql.operations import timed
from tests.gateway.graphql.settings import CHOOSE
from tests.stage import Person, Stage

from metonic_gateway.http.identity import Role


async def test_one_way_out_nothing_of_the_calendar_comes_in(trainer: Person) -> None:
    await trainer.set(direction="PUSH")
    await trainer.create("Yoga")
    await trainer.device.put("dentist.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")
    await trainer.sync()

    await trainer.device.edit("Yoga", ("SUMMARY:Yoga", "SUMMARY:Boxing"))
    await trainer.sync()

    assert await trainer.titles() == ["Yoga"]
    assert await trainer.device.titles() == ["Dentist", "Yoga"]


async def test_single_appointments_are_chosen(trainer: Person) -> None:
    yoga, _pilates = await trainer.create("Yoga"), await trainer.create("Pilates")
    await trainer.set(syncAll=False)

    await trainer.api.call(CHOOSE, provider="apple", ids=[yoga], choice="ALWAYS")
    await trainer.sync()

    assert await trainer.device.titles() == ["Yoga"]


async def test_appointments_are_chosen_by_client(stage: Stage) -> None:
    trainer = await stage.connected()
    for client in ("client-1", "client-2"):
        await trainer.api.as_user(client, Role.CLIENT).call("{ viewer { id } }")
        await trainer.create(f"With {client}", participantIds=[client])

    await trainer.set(syncAll=False, filters={"clientIds": ["client-2"]})
    await trainer.sync()

    assert await trainer.device.titles() == ["With client-2"]


async def test_appointments_are_chosen_by_date(trainer: Person) -> None:
    await trainer.create("Yoga")
    await trainer.create("New year", when=timed("2027-01-01T10:00:00", "2027-01-01T11:00:00"))

    await trainer.set(syncAll=False, filters={"dateRange": {"start": "2027-01-01", "end": "2027-01-31"}})
    await trainer.sync()

    assert await trainer.device.titles() == ["New year"]
