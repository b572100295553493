"""Apple Calendar integration (read/write)."""

from tests.gateway.graphql.operations import TEST
from tests.stage import Person

DENTIST = ("SUMMARY:Dentist", "DTSTART:20261203T090000Z", "DTEND:20261203T100000Z")


async def test_apple_is_offered_and_signs_in_with_an_app_specific_password(trainer: Person) -> None:
    offered = await trainer.api.call("{ providers { name title signIn { __typename } } }")
    tested = await trainer.api.call(TEST, provider="apple")

    assert offered == [
        {"name": "apple", "title": "Apple Calendar", "signIn": {"__typename": "PasswordSignIn"}}
    ]
    assert (tested["ok"], tested["canWrite"]) == (True, True)


async def test_appointments_are_written_changed_and_deleted_in_the_calendar(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()
    created = await trainer.device.titles()

    await trainer.update(lesson, title="Pilates")
    await trainer.sync()
    changed = await trainer.device.titles()
    await trainer.cancel(lesson)
    await trainer.sync()

    assert (created, changed, await trainer.device.titles()) == (["Yoga"], ["Pilates"], [])


async def test_events_of_the_calendar_are_read_changed_and_deleted_on_the_platform(trainer: Person) -> None:
    await trainer.device.put("dentist.ics", *DENTIST)
    await trainer.sync()
    created = await trainer.titles()

    await trainer.device.edit("Dentist", ("SUMMARY:Dentist", "SUMMARY:Doctor"))
    await trainer.sync()
    changed = await trainer.titles()
    await trainer.device.delete("Doctor")
    await trainer.sync()

    assert (created, changed, await trainer.titles()) == (["Dentist"], ["Doctor"], [])
