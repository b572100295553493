"""Edits on both sides between two syncs: merged field by field, or a conflict that freezes the item."""

import icalendar
from tests.e2e.smoke.api import Told, when
from tests.e2e.smoke.device import put
from tests.e2e.smoke.item import Item, of_appointment, timed
from tests.e2e.smoke.scene import Person, Scene, day
from tests.e2e.smoke.table import Difference, expect
from tests.e2e.smoke.user import state_in


async def merging(scene: Scene) -> None:
    mia = await scene.meet("mia")
    for name, check in (
        ("title here, place there: merged", _different_fields),
        ("time here, notes there, on an imported event: merged", _time_and_notes),
        ("the same edit on both sides is none", _same_edit),
        ("title on both sides: conflict, item frozen, others go on", _same_field),
        ("time on both sides: conflict", _same_time),
        ("a conflict closes itself when the sides agree", _agreed),
    ):
        await scene.table.check(f"merging: {name}", check(mia))
    in_step = mia.in_step(apart={"Mine", "Theirs", "Time apart"})
    await scene.table.check("merging: both sides agree on all of the rest", in_step)


async def _different_fields(mia: Person) -> None:
    told, path = await _copied(mia, "Two fields", 3)

    await mia.device.edit(path, lambda event: put(event, "LOCATION", "From the phone"))
    await mia.api.update(told["id"], title="Two fields, from here")
    await mia.api.settled()

    wanted = Item("Two fields, from here", timed(day(3), 8), "From the phone")
    expect("the merged item", (await mia.pair(told["id"]))[1], wanted)


async def _time_and_notes(mia: Person) -> None:
    path = await mia.device.create("Imported, two fields", (day(4), day(5)))
    await mia.synced()
    told = await mia.api.named("Imported, two fields")

    await mia.device.edit(path, lambda event: put(event, "DESCRIPTION", "From the phone"))
    await mia.api.update(told["id"], when=when(timed(day(6), 8)))
    await mia.api.settled()

    wanted = Item("Imported, two fields", timed(day(6), 8), notes="From the phone")
    expect("the merged item", (await mia.pair(told["id"]))[1], wanted)


async def _same_edit(mia: Person) -> None:
    told, path = await _copied(mia, "Before", 7)

    await mia.device.edit(path, lambda event: put(event, "SUMMARY", "After"))
    await mia.api.update(told["id"], title="After")
    await mia.api.settled()

    expect("the item", (await mia.pair(told["id"]))[1], Item("After", timed(day(7), 8)))
    expect("the conflicts", await mia.api.conflicts(), [])


async def _same_field(mia: Person) -> None:
    told, path = await _copied(mia, "Whose", 8)

    await mia.device.edit(path, lambda event: put(event, "SUMMARY", "Theirs"))
    await mia.api.update(told["id"], title="Mine")
    await mia.api.settled()

    conflict = await conflict_of(mia, told["id"])
    expect("its type", conflict["conflictType"], "DATA_MISMATCH")
    versions = conflict["localVersion"]["title"], conflict["externalVersion"]["summary"]
    expect("what it shows", versions, ("Mine", "Theirs"))
    fields = [(f["group"], f["base"], f["local"], f["external"], f["collides"]) for f in conflict["fields"]]
    expect("its fields", fields, [("TITLE", "Whose", "Mine", "Theirs", True)])
    await _is_frozen(mia, told["id"], path)


async def _is_frozen(mia: Person, id_: str, path: str) -> None:
    """Neither side of it moves, whatever else does."""
    before = (await mia.device.fingerprint())[path]
    other, other_path = await _copied(mia, "Beside a conflict", 9)
    await mia.api.update(id_, location="Only here")
    await mia.device.edit(other_path, lambda event: put(event, "LOCATION", "Moves on"))
    await mia.synced()

    expect("the frozen event", (await mia.device.fingerprint())[path], before)
    told = await mia.api.appointment(id_)
    expect("the frozen appointment", (told["title"], state_in(told)), ("Mine", "CONFLICT"))
    expect("the item beside it", (await mia.pair(other["id"]))[1].location, "Moves on")


async def _same_time(mia: Person) -> None:
    told, path = await _copied(mia, "Time apart", 10)

    def move(event: icalendar.Component) -> None:
        put(event, "DTSTART", day(12))
        put(event, "DTEND", day(13))

    await mia.device.edit(path, move)
    await mia.api.update(told["id"], when=when(timed(day(11), 15)))
    await mia.api.settled()

    expect("its type", (await conflict_of(mia, told["id"]))["conflictType"], "TIME_CHANGE")
    expect("the appointment", of_appointment(await mia.api.appointment(told["id"])).when, timed(day(11), 15))


async def _agreed(mia: Person) -> None:
    told, path = await _copied(mia, "Settle me", 14)
    await mia.device.edit(path, lambda event: put(event, "SUMMARY", "Settle me, phone"))
    await mia.api.update(told["id"], title="Settle me, here")
    await mia.api.settled()
    await conflict_of(mia, told["id"])

    await mia.device.edit(path, lambda event: put(event, "SUMMARY", "Settle me, here"))
    await mia.synced()

    expect("the item", (await mia.pair(told["id"]))[1], Item("Settle me, here", timed(day(14), 8)))
    closed = [c["appointmentId"] for c in await mia.api.conflicts("SUPERSEDED")]
    expect("the closed conflicts", closed, [told["id"]])


async def _copied(mia: Person, title: str, number: int) -> tuple[Told, str]:
    """A new appointment, and the path of its copy."""
    told = await mia.api.create(title=title, when=when(timed(day(number), 8)))
    await mia.api.settled()
    path, _ = await mia.pair(told["id"])
    return told, path


async def conflict_of(person: Person, id_: str) -> Told:
    """The only open conflict about that appointment."""
    found = [c for c in await person.api.conflicts() if c["appointmentId"] == id_]
    if len(found) != 1:
        raise Difference(f"{len(found)} open conflicts, not one: {await person.api.appointment(id_)}")
    return found[0]
