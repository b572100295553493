"""What goes wrong at the calendar server: events nobody understands, passwords revoked, calendars deleted."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import icalendar
from tests.e2e.smoke.api import SYNC, when
from tests.e2e.smoke.bad_input import refused
from tests.e2e.smoke.children import PASSWORD
from tests.e2e.smoke.device import put
from tests.e2e.smoke.item import Item, timed
from tests.e2e.smoke.scene import Person, Scene, day
from tests.e2e.smoke.table import expect
from tests.e2e.smoke.user import path_in, state_in

_UNKNOWN_ZONE = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Phone//EN
BEGIN:VEVENT
UID:mars@phone.example
DTSTAMP:20260101T000000Z
SUMMARY:Landing
DTSTART;TZID=Mars/Phobos:{start}
DTEND;TZID=Mars/Phobos:{end}
END:VEVENT
END:VCALENDAR
"""


async def bad_calendars(scene: Scene) -> None:
    uma, rita, gina = await scene.meet("uma"), await scene.meet("rita"), await scene.meet("gina")
    checks: tuple[tuple[str, Callable[[], Awaitable[None]]], ...] = (
        ("an unparsable event: named, and the others come in", lambda: _unparsable(uma)),
        ("a copy that becomes unparsable: set aside, nothing is lost", lambda: _unparsable_copy(uma)),
        ("a password that is revoked: all is kept until it is good again", lambda: _revoked(scene, rita)),
        ("a calendar that is gone: named, nothing is deleted here", lambda: _gone(gina)),
    )
    for name, check in checks:
        await scene.table.check(f"bad calendars: {name}", check())
    await scene.table.check("bad calendars: both sides agree, uma's", uma.in_step())


async def _unparsable(uma: Person) -> None:
    at = f"{day(3):%Y%m%d}T100000", f"{day(3):%Y%m%d}T110000"
    path = await uma.device.put_text(_UNKNOWN_ZONE.format(start=at[0], end=at[1]))
    await uma.device.create("Readable", (day(4), day(5)))
    run = await uma.api.sync()

    expect("how the run ended", run["status"], "PARTIAL")
    [error] = run["errors"]
    expect("which event it names", error["externalEventId"], path.replace("@", "%40"))
    expect("whether it says what next", bool(error["error"] and error["nextStep"]), True)  # noqa: FBT003 - the value
    expect("quarantined", (await uma.api.status())["quarantined"], 1)
    await uma.pair((await uma.api.named("Readable"))["id"])

    await uma.device.edit(path, _made_readable)
    await uma.synced()
    _path, item = await uma.pair((await uma.api.named("Landing"))["id"])
    expect("the event once it can be read", item, Item("Landing", timed(day(3), 10)))
    expect("quarantined", (await uma.api.status())["quarantined"], 0)


def _made_readable(event: icalendar.Component) -> None:
    for name, hour in (("DTSTART", 10), ("DTEND", 11)):
        del event[name]
        at = datetime.combine(day(3), datetime.min.time()).replace(hour=hour)
        event.add(name, at, parameters={"TZID": "Europe/Berlin"})


async def _unparsable_copy(uma: Person) -> None:
    rule = {"rules": ["FREQ=WEEKLY;COUNT=8"]}
    told = await uma.api.create(title="Spoilt copy", when=when(timed(day(5), 8)), recurrence=rule)
    await uma.api.settled()
    path, item = await uma.pair(told["id"])

    await uma.device.edit(path, lambda event: put(event, "EXRULE", {"FREQ": "MONTHLY"}))
    spoilt = (await uma.device.texts())[path]
    await uma.api.sync()
    await uma.api.update(told["id"], title="Mended copy")
    await uma.api.settled()

    stands = await uma.api.appointment(told["id"])
    expect("how it stands", (stands["title"], state_in(stands)), ("Mended copy", "QUARANTINED"))
    expect("the event", (await uma.device.texts())[path], spoilt)

    await uma.device.edit(path, lambda event: event.pop("EXRULE"))
    await uma.synced()
    expect("after it was mended", (await uma.pair(told["id"]))[1].title, "Mended copy")
    expect("its rule", (await uma.pair(told["id"]))[1].rules, item.rules)


async def _revoked(scene: Scene, rita: Person) -> None:
    told = await rita.api.create(title="Kept", when=when(timed(day(3), 8)))
    await rita.api.settled()
    await rita.pair(told["id"])
    users = Path(scene.server.log).with_name("users")
    _replace(users, f"rita:{PASSWORD}\n", "rita:changed\n")
    try:
        run = await rita.api.sync()
    finally:
        _replace(users, "rita:changed\n", f"rita:{PASSWORD}\n")

    expect(
        "how the run ended",
        (run["status"], [e["code"] for e in run["errors"]]),
        ("FAILED", ["SIGN_IN_REQUIRED"]),
    )
    status = await rita.api.status()
    expect("the state", (status["state"], status["attention"]["code"]), ("NEEDS_SIGN_IN", "SIGN_IN_REQUIRED"))
    refused(await rita.api.ask(SYNC), "SIGN_IN_REQUIRED")

    await rita.api.update(told["id"], title="Kept and edited")
    await rita.connect()
    await rita.in_step()


def _replace(path: Path, old: str, new: str) -> None:
    """In one step, as the server reads it at any time."""
    made = path.with_suffix(".new")
    made.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    made.replace(path)


async def _gone(gina: Person) -> None:
    await gina.device.create("Imported before", (day(3), day(4)))
    await gina.api.create(title="Copied before", when=when(timed(day(4), 8)))
    await gina.synced()
    await gina.in_step()
    before = [(t["id"], t["title"], t["status"], path_in(t)) for t in await gina.api.appointments()]

    await gina.device.remove_calendar()
    run = await gina.api.sync()

    expect(
        "how the run ended",
        (run["status"], [e["code"] for e in run["errors"]]),
        ("FAILED", ["CALENDAR_GONE"]),
    )
    status = await gina.api.status()
    expect("the state", (status["state"], status["attention"]["code"]), ("NEEDS_CALENDAR", "CALENDAR_GONE"))
    after = [(t["id"], t["title"], t["status"], path_in(t)) for t in await gina.api.appointments()]
    expect("the appointments", after, before)
    refused(await gina.api.ask(SYNC), "CALENDAR_REQUIRED")
