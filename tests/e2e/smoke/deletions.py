"""What happens here when something is deleted there, by somebody who may."""

from tests.e2e.smoke.api import when
from tests.e2e.smoke.device import put
from tests.e2e.smoke.item import timed
from tests.e2e.smoke.merging import conflict_of
from tests.e2e.smoke.scene import Person, Scene, day
from tests.e2e.smoke.table import expect
from tests.e2e.smoke.user import state_in


async def deletions(scene: Scene) -> None:
    dora = await scene.meet("dora")
    for name, check in (
        ("an imported event goes: its appointment is cancelled", _imported),
        ("a copy goes: conflict, the appointment stays", _copy),
        ("an imported event goes, edited here: conflict", _edited_here),
        ("an appointment goes, edited there: conflict, the event stays", _edited_there),
    ):
        await scene.table.check(f"deletions: {name}", check(dora))
    apart = {"Copy to delete", "Edited and deleted, here", "Deleted and edited, phone"}
    await scene.table.check("deletions: both sides agree on all of the rest", dora.in_step(apart=apart))


async def _imported(dora: Person) -> None:
    path = await dora.device.create("Goes there", (day(3), day(4)))
    await dora.synced()
    told = await dora.api.named("Goes there")

    await dora.device.delete(path)
    await dora.synced()

    expect("the status", (await dora.api.appointment(told["id"]))["status"], "CANCELLED")
    expect("what is listed", [t["id"] for t in await dora.api.appointments() if t["id"] == told["id"]], [])


async def _copy(dora: Person) -> None:
    told = await dora.api.create(title="Copy to delete", when=when(timed(day(4), 8)))
    kept = await dora.api.create(title="Beside it", when=when(timed(day(4), 10)))
    await dora.api.settled()
    path, _ = await dora.pair(told["id"])

    await dora.device.delete(path)
    await dora.synced()

    conflict = await conflict_of(dora, told["id"])
    expect(
        "its type and its version there",
        (conflict["conflictType"], conflict["externalVersion"]),
        ("DELETED", None),
    )
    stands = await dora.api.appointment(told["id"])
    expect("the appointment", (stands["status"], state_in(stands)), ("CONFIRMED", "CONFLICT"))
    await dora.synced()
    expect("whether the copy came back", path in await dora.device.texts(), False)  # noqa: FBT003 - the value
    await dora.pair(kept["id"])


async def _edited_here(dora: Person) -> None:
    path = await dora.device.create("Edited and deleted", (day(5), day(6)))
    await dora.synced()
    told = await dora.api.named("Edited and deleted")

    await dora.device.delete(path)
    await dora.api.update(told["id"], title="Edited and deleted, here")
    await dora.api.settled()

    conflict = await conflict_of(dora, told["id"])
    expect(
        "its type and its version there",
        (conflict["conflictType"], conflict["externalVersion"]),
        ("DELETED", None),
    )


async def _edited_there(dora: Person) -> None:
    told = await dora.api.create(title="Deleted and edited", when=when(timed(day(6), 8)))
    await dora.api.settled()
    path, _ = await dora.pair(told["id"])

    await dora.device.edit(path, lambda event: put(event, "SUMMARY", "Deleted and edited, phone"))
    await dora.api.delete(told["id"])
    await dora.api.settled()

    conflict = await conflict_of(dora, told["id"])
    expect(
        "its type and its version here",
        (conflict["conflictType"], conflict["localVersion"]),
        ("DELETED", None),
    )
    expect("the event", (await dora.device.items())[path].title, "Deleted and edited, phone")
