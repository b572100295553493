"""A weekly series with one moved and one cancelled occurrence, from both sides; a series is one event."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import icalendar
from tests.e2e.smoke.api import Told, when
from tests.e2e.smoke.device import put
from tests.e2e.smoke.item import Item, Occurrence, days, timed
from tests.e2e.smoke.scene import Person, Scene, day
from tests.e2e.smoke.table import expect

_BERLIN = ZoneInfo("Europe/Berlin")
_SIX_WEEKS = frozenset({"COUNT=6;FREQ=WEEKLY"})


async def series(scene: Scene) -> None:
    sara = await scene.meet("sara")
    for name, check in (
        ("made here, one moved and one cancelled", _made_here),
        ("made there, one moved and one cancelled", _made_there),
        ("changed here after an import: one moved, one cancelled", _changed_here),
        ("changed there after a copy: one moved, one cancelled", _changed_there),
        ("renamed here while an occurrence moves there: merged", _merged),
        ("rule changed here, then there", _rule),
        ("of whole days, one cancelled, from both sides", _whole_days),
        ("both sides agree on all of it", Person.in_step),
    ):
        await scene.table.check(f"series: {name}", check(sara))


async def _made_here(sara: Person) -> None:
    first = day(2)
    told = await sara.api.create(
        title="Class made here", **_weekly(first, [_moved(first), _cancelled(first)])
    )
    await sara.api.settled()

    _path, item = await sara.pair(told["id"])
    expect("the series", item, _expected("Class made here", first))


async def _made_there(sara: Person) -> None:
    first = day(3)
    path = await sara.device.put(*_phone_series("Class made there", first))
    await sara.synced()

    found, item = await sara.pair((await sara.api.named("Class made there"))["id"])
    expect("what was imported", (found, item), (path, _expected("Class made there", first)))


async def _changed_here(sara: Person) -> None:
    first = day(4)
    path = await sara.device.put(_phone_master("Change me here", first))
    await sara.synced()
    told = await sara.api.named("Change me here")

    await sara.api.update(told["id"], recurrence=_recurrence([_moved(first), _cancelled(first)]))
    await sara.api.settled()

    found, item = await sara.pair(told["id"])
    expect("the series", (found, item), (path, _expected("Change me here", first)))


async def _changed_there(sara: Person) -> None:
    first = day(5)
    told = await sara.api.create(title="Change me there", **_weekly(first, []))
    await sara.api.settled()
    path, _ = await sara.pair(told["id"])

    await sara.device.edit_object(path, lambda calendar: _change_on_phone(calendar, first))
    await sara.synced()

    found, item = await sara.pair(told["id"])
    expect("the series", (found, item), (path, _expected("Change me there", first)))


async def _merged(sara: Person) -> None:
    first = day(6)
    told = await sara.api.create(title="Rename me", **_weekly(first, [_cancelled(first)]))
    await sara.api.settled()
    path, _ = await sara.pair(told["id"])

    await sara.device.edit_object(
        path, lambda calendar: calendar.add_component(_phone_moved(calendar, first))
    )
    await sara.api.update(told["id"], location="Hall 2")
    await sara.api.settled()

    _path, item = await sara.pair(told["id"])
    expect("where the series is", item.location, "Hall 2")
    expect("which occurrences differ", [(slot, o and o[0]) for slot, o in item.occurrences], _slots(first))


async def _rule(sara: Person) -> None:
    first = day(1)
    told = await sara.api.create(title="Change my rule", **_weekly(first, []))
    await sara.api.settled()
    path, _ = await sara.pair(told["id"])

    await sara.api.update(told["id"], recurrence={"rules": ["FREQ=WEEKLY;INTERVAL=2;COUNT=4"]})
    await sara.api.settled()
    _path, item = await sara.pair(told["id"])
    expect("the rule from here", item.rules, {"COUNT=4;FREQ=WEEKLY;INTERVAL=2"})

    await sara.device.edit(path, lambda event: put(event, "RRULE", {"FREQ": "DAILY", "COUNT": 5}))
    await sara.synced()
    _path, item = await sara.pair(told["id"])
    expect("the rule from there", item.rules, {"COUNT=5;FREQ=DAILY"})


async def _whole_days(sara: Person) -> None:
    first = day(7)
    third, fourth = ((first + timedelta(weeks=n)).isoformat() for n in (2, 3))
    cancelled = {"occurrence": third, "isCancelled": True}
    told = await sara.api.create(
        title="Market day",
        when=when(days(first)),
        recurrence={"rules": ["FREQ=WEEKLY;COUNT=6"], "overrides": [cancelled]},
    )
    await sara.api.settled()
    path, _ = await sara.pair(told["id"])

    await sara.device.edit(path, lambda event: event.add("EXDATE", first + timedelta(weeks=3)))
    await sara.synced()

    _path, item = await sara.pair(told["id"])
    expect("the series", item.occurrences, ((third, None), (fourth, None)))


def _expected(title: str, first: date) -> Item:
    second, third = _slots(first)
    moved: Occurrence = (timed(first + timedelta(days=8), 19), title, "")
    return Item(title, timed(first, 7), rules=_SIX_WEEKS, occurrences=((second[0], moved), (third[0], None)))


def _slots(first: date) -> list[tuple[str, object]]:
    """The second occurrence and where it is moved to, and the third, which is cancelled."""
    second, third = (timed(first + timedelta(weeks=n), 7)[0] for n in (1, 2))
    return [(second, timed(first + timedelta(days=8), 19)), (third, None)]


def _weekly(first: date, overrides: Sequence[Told]) -> dict[str, object]:
    return {"when": when(timed(first, 7)), "recurrence": _recurrence(overrides)}


def _recurrence(overrides: Sequence[Told]) -> Told:
    return {"rules": ["FREQ=WEEKLY;COUNT=6"], "overrides": list(overrides)}


def _moved(first: date) -> Told:
    return {
        "occurrence": timed(first + timedelta(weeks=1), 7)[0],
        "when": when(timed(first + timedelta(days=8), 19)),
    }


def _cancelled(first: date) -> Told:
    return {"occurrence": timed(first + timedelta(weeks=2), 7)[0], "isCancelled": True}


def _phone_series(title: str, first: date) -> list[icalendar.Event]:
    master = _phone_master(title, first)
    master.add("EXDATE", _at(first, 14, 7))
    return [master, _phone_occurrence(master, first)]


def _phone_master(title: str, first: date) -> icalendar.Event:
    event = icalendar.Event()
    event.add("UID", f"{uuid4()}@phone.example")
    event.add("SUMMARY", title)
    event.add("DTSTART", _at(first, 0, 7))
    event.add("DTEND", _at(first, 0, 8))
    event.add("RRULE", {"FREQ": "WEEKLY", "COUNT": 6})
    return event


def _phone_occurrence(master: icalendar.Component, first: date) -> icalendar.Event:
    """The second occurrence, a day later and in the evening."""
    event = icalendar.Event()
    for name in ("UID", "SUMMARY"):
        event.add(name, master[name])
    event.add("RECURRENCE-ID", _at(first, 7, 7))
    event.add("DTSTART", _at(first, 8, 19))
    event.add("DTEND", _at(first, 8, 20))
    return event


def _phone_moved(calendar: icalendar.Component, first: date) -> icalendar.Event:
    event = _phone_occurrence(calendar.walk("VEVENT")[0], first)
    event.add("DTSTAMP", datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")))
    return event


def _change_on_phone(calendar: icalendar.Component, first: date) -> None:
    calendar.walk("VEVENT")[0].add("EXDATE", _at(first, 14, 7))
    calendar.add_component(_phone_moved(calendar, first))


def _at(first: date, later: int, hour: int) -> datetime:
    midnight = datetime.combine(first + timedelta(days=later), datetime.min.time(), _BERLIN)
    return midnight.replace(hour=hour)
