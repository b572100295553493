"""The provider tells of changes by itself: nobody asks for a sync, and the next look would be in an hour."""

import time
from collections.abc import Sequence

from tests.e2e.smoke.api import DISCONNECT, when
from tests.e2e.smoke.item import Item, timed
from tests.e2e.smoke.scene import day
from tests.e2e.smoke.signed_in.person import TOLD_SECONDS, Person
from tests.e2e.smoke.signed_in.scene import Scene
from tests.e2e.smoke.table import expect
from tests.e2e.smoke.waiting import until

_HEALTH = "query ($provider: ProviderName!) { it: syncStatus(provider: $provider) { pushHealthy } }"
_RUNS = "{ it: syncHistory(first: 50) { nodes { reason status } } }"


async def told(scene: Scene) -> None:
    pia = await scene.meet("pia")
    for name, check in (
        ("a channel is opened after the first sync", _healthy(pia)),
        ("what is made there comes by itself", _made(scene, pia)),
        ("what is moved and deleted there as well", _moved_and_deleted(pia)),
        ("what we write ourselves is told as well, and ends there", _echo(pia)),
        ("who does not know the channel's secret is refused", _forged(scene, pia)),
        *scene.place.lapses(pia),
        ("who leaves closes the channel", _closed(scene, pia)),
    ):
        await scene.table.check(f"{scene.name}, told: {name}", check)


async def _healthy(pia: Person) -> None:
    async def look() -> bool | None:
        return (await pia.api.do(_HEALTH))["pushHealthy"] or None

    await until(look, "the channel is open", TOLD_SECONDS)
    await pia.api.settled()


async def _made(scene: Scene, pia: Person) -> None:
    began = time.monotonic()
    event_id = await pia.calendar.create("Told of", timed(day(3), 8))

    appointment = await pia.told_of("Told of")

    scene.table.tell(
        f"{scene.name}: a change was told, synced and seen after {time.monotonic() - began:.1f} s"
    )
    expect("what came", await pia.pair(appointment["id"]), (event_id, Item("Told of", timed(day(3), 8))))
    expect("why there was a run", "WEBHOOK" in await _reasons(pia), True)  # noqa: FBT003 - the value


async def _moved_and_deleted(pia: Person) -> None:
    appointment = await pia.told_of("Told of")
    gone = await pia.calendar.create("Goes again", timed(day(4), 8))
    await pia.told_of("Goes again")

    event_id, _ = await pia.pair(appointment["id"])
    await pia.calendar.edit(event_id, when=timed(day(5), 9))
    await pia.calendar.delete(gone)

    async def look() -> bool | None:
        listed = {one["title"]: one["when"].get("start") for one in await pia.api.appointments()}
        return listed == {"Told of": timed(day(5), 9)[0]} or None

    await until(look, "both changes have come", TOLD_SECONDS)
    await pia.api.settled()
    await pia.in_step()


async def _echo(pia: Person) -> None:
    made = await pia.api.create(title="From here", when=when(timed(day(6), 8)))
    await pia.api.settled()
    pair = await pia.pair(made["id"])
    before = await pia.calendar.events()

    await pia.synced()

    expect("the pair after it", await pia.pair(made["id"]), pair)
    expect("the events after it", await pia.calendar.events(), before)


async def _forged(scene: Scene, pia: Person) -> None:
    runs = len(await _reasons(pia))
    expect("how it is answered", await scene.place.forge(pia, scene.service_url), 403)
    expect("runs", len(await _reasons(pia)), runs)


async def _closed(scene: Scene, pia: Person) -> None:
    await pia.api.do(DISCONNECT, remove=False)
    await pia.api.settled()

    closed = await scene.place.statuses(scene.place.closing, pia.calendar.owner)
    expect("how the channel was closed", closed, [204])


async def _reasons(pia: Person) -> Sequence[str]:
    return [run["reason"] for run in (await pia.api.do(_RUNS))["nodes"]]
