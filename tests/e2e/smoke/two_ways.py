"""Create, edit, move and delete, of what has a time and of whole days, from both sides."""

from datetime import datetime
from zoneinfo import ZoneInfo

import icalendar
from tests.e2e.smoke.api import when
from tests.e2e.smoke.device import put
from tests.e2e.smoke.item import Item, days, timed
from tests.e2e.smoke.scene import Person, Scene, day
from tests.e2e.smoke.table import expect
from tests.e2e.smoke.user import created_here, moved_here

_BERLIN, _TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")


async def two_ways(scene: Scene) -> None:
    toni = await scene.meet("toni")
    for name, check in (
        ("created here: the calendar has it", _created_here),
        ("created there: the platform has it", _created_there),
        ("edited here", _edited_here),
        ("edited there", _edited_there),
        ("moved in time here, to another zone", _moved_here),
        ("moved in time there, to another zone", _moved_there),
        ("deleted here: the event is gone", _deleted_here),
        ("deleted here after an import: the event is gone", _deleted_here_after_import),
        ("whole days here: created, moved", _whole_days_here),
        ("whole days there: created, moved", _whole_days_there),
        ("both sides agree on all of it", Person.in_step),
    ):
        await scene.table.check(f"two ways: {name}", check(toni))


async def _created_here(toni: Person) -> None:
    await created_here(toni, day(3))


async def _created_there(toni: Person) -> None:
    path = await toni.device.create(
        "Made there", _berlin(4, 11, 12), LOCATION="Gym", DESCRIPTION="First line\nsecond; line, with \\"
    )
    await toni.synced()

    found, item = await toni.pair((await toni.api.named("Made there"))["id"])
    wanted = Item("Made there", timed(day(4), 11), "Gym", "First line\nsecond; line, with \\")
    expect("what was imported", (found, item), (path, wanted))


async def _edited_here(toni: Person) -> None:
    told = await toni.api.create(title="Edit me here", when=when(timed(day(5), 8)), notes="Old")
    await toni.api.settled()
    path, _ = await toni.pair(told["id"])
    uids = await toni.device.uids()

    await toni.api.update(told["id"], title="Edited here", location="Room 7", notes=None)
    await toni.api.settled()

    expect(
        "path and event", await toni.pair(told["id"]), (path, Item("Edited here", timed(day(5), 8), "Room 7"))
    )
    expect("the UIDs", await toni.device.uids(), uids)


async def _edited_there(toni: Person) -> None:
    told = await toni.api.create(title="Edit me there", when=when(timed(day(6), 8)), notes="Keep")
    await toni.api.settled()
    path, _ = await toni.pair(told["id"])

    await toni.device.edit(path, lambda event: put(event, "SUMMARY", "Edited there"))
    await toni.synced()

    expect(
        "path and event",
        await toni.pair(told["id"]),
        (path, Item("Edited there", timed(day(6), 8), "", "Keep")),
    )


async def _moved_here(toni: Person) -> None:
    await moved_here(toni, day(7), day(8))


async def _moved_there(toni: Person) -> None:
    path = await toni.device.create("Move me there", _berlin(9, 8, 9))
    await toni.synced()
    told = await toni.api.named("Move me there")

    def move(event: icalendar.Component) -> None:
        put(event, "DTSTART", datetime.combine(day(10), datetime.min.time(), _TOKYO).replace(hour=6))
        put(event, "DTEND", datetime.combine(day(10), datetime.min.time(), _TOKYO).replace(hour=8))

    await toni.device.edit(path, move)
    await toni.synced()

    _path, item = await toni.pair(told["id"])
    expect("when", item.when, timed(day(10), 6, 2, "Asia/Tokyo"))


async def _deleted_here(toni: Person) -> None:
    told = await toni.api.create(title="Delete me here", when=when(timed(day(11), 8)))
    await toni.api.settled()
    path, _ = await toni.pair(told["id"])

    await toni.api.delete(told["id"])
    await toni.api.settled()

    expect("whether the event is there", path in await toni.device.texts(), False)  # noqa: FBT003 - the value
    expect("the status", (await toni.api.appointment(told["id"]))["status"], "CANCELLED")


async def _deleted_here_after_import(toni: Person) -> None:
    path = await toni.device.create("Delete me there", _berlin(12, 8, 9))
    await toni.synced()

    await toni.api.delete((await toni.api.named("Delete me there"))["id"])
    await toni.api.settled()

    expect("whether the event is there", path in await toni.device.texts(), False)  # noqa: FBT003 - the value


async def _whole_days_here(toni: Person) -> None:
    told = await toni.api.create(title="Days here", when=when(days(day(13))))
    await toni.api.settled()
    _path, item = await toni.pair(told["id"])
    expect("when", item.when, days(day(13)))

    await toni.api.update(told["id"], when=when(days(day(14), 3)))
    await toni.api.settled()

    _path, item = await toni.pair(told["id"])
    expect("when, moved", item.when, days(day(14), 3))


async def _whole_days_there(toni: Person) -> None:
    path = await toni.device.create("Days there", (day(20), day(21)))
    await toni.synced()
    told = await toni.api.named("Days there")
    _path, item = await toni.pair(told["id"])
    expect("when", item.when, days(day(20)))

    def move(event: icalendar.Component) -> None:
        put(event, "DTSTART", day(22))
        put(event, "DTEND", day(24))

    await toni.device.edit(path, move)
    await toni.synced()

    _path, item = await toni.pair(told["id"])
    expect("when, moved", item.when, days(day(22), 2))


def _berlin(number: int, start: int, end: int) -> tuple[datetime, datetime]:
    midnight = datetime.combine(day(number), datetime.min.time(), _BERLIN)
    return midnight.replace(hour=start), midnight.replace(hour=end)
