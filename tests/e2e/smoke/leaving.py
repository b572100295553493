"""Disconnecting with the copies removed leaves only what was the user's own."""

from tests.e2e.smoke.api import DISCONNECT, when
from tests.e2e.smoke.item import timed
from tests.e2e.smoke.scene import Person, Scene, day
from tests.e2e.smoke.table import expect


async def leaving(scene: Scene) -> None:
    dana = await scene.meet("dana")
    check = _only_own_events_stay(dana)
    await scene.table.check("leaving: the copies go, the user's own events stay untouched", check)
    await scene.table.check("leaving: afterwards nobody asks the calendar anything", _is_quiet(dana))


async def _only_own_events_stay(dana: Person) -> None:
    for number in range(3):
        await dana.device.create(f"Dana's own {number}", (day(number + 3), day(number + 4)))
    own = await dana.device.fingerprint()
    for number in range(4):
        await dana.api.create(title=f"Copy {number}", when=when(timed(day(number + 3), 8)))
    weekly = {"rules": ["FREQ=WEEKLY;COUNT=3"]}
    await dana.api.create(title="Series", when=when(timed(day(3), 12)), recurrence=weekly)
    await dana.synced()
    await dana.in_step()
    expect("events before", len(await dana.device.texts()), len(own) + 5)

    told = await dana.api.do(DISCONNECT, remove=True)
    status = await dana.api.settled()

    expect(
        "copies to remove, and the state after",
        (told["copiesToRemove"], status["state"]),
        (5, "DISCONNECTED"),
    )
    expect("the events that stay", await dana.device.fingerprint(), own)
    expect("appointments", len(await dana.api.appointments()), 8)


async def _is_quiet(dana: Person) -> None:
    before = len(dana.proxy.of("dana"))
    events = await dana.device.fingerprint()
    await dana.api.create(title="After leaving", when=when(timed(day(4), 20)))
    await dana.api.update((await dana.api.named("Copy 1"))["id"], title="Nobody copies me")
    await dana.api.settled()

    expect("requests", len(dana.proxy.of("dana")), before)
    expect("events", await dana.device.fingerprint(), events)
