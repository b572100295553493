"""The copies that guests with an account here have of a meeting, kept as the organizer has it."""

from collections.abc import Iterable
from dataclasses import replace

from metonic_simulators.graph.events import zones
from metonic_simulators.graph.mailbox import Body, Calendar, Event
from metonic_simulators.graph.people import User
from metonic_simulators.graph.world import World

GUESTS_OWN = frozenset({"showAs", "categories", "isReminderOn", "reminderMinutesBeforeStart", "sensitivity"})
"""What a guest can write of a copy."""


def bring(world: World, calendar: Calendar, event: Event, emails: Iterable[str]) -> None:
    """New or up to date, with the exceptions of a series."""
    for user in filter(None, map(world.people.named, emails)):
        home, old = _find(world, event, user)
        body = _body(world, calendar, event)
        if old is None:
            now = world.now()
            made = Event(world.new_name(), body, 0, now, now, event.uid, is_organizer=False)
            copy, change = replace(made, cancelled=event.cancelled, run=event.run), "created"
        else:
            own = {name: old.body[name] for name in (*GUESTS_OWN, "responseStatus")}
            copy = replace(old, body={**body, **own}, cancelled=event.cancelled, run=event.run)
            change = "updated"
        _mirror(world, calendar.exceptions_of(event), home, copy)
        world.put(home, copy, change)


def call_off(world: World, event: Event, emails: Iterable[str]) -> None:
    """They stay, as cancelled ones, until the guests remove them."""
    for user in filter(None, map(world.people.named, emails)):
        home, old = _find(world, event, user)
        if old is not None and world.quirks.is_on("cancelled-removed"):
            world.put(home, replace(old, is_deleted=True), "deleted")
        elif old is not None:
            subject = f"Canceled: {old.body['subject'] or ''}"
            changes = {"isCancelled": True, "showAs": "free", "subject": subject}
            world.put(home, replace(old, body={**old.body, **changes}), "updated")


def _body(world: World, calendar: Calendar, event: Event) -> Body:
    owner = world.people.users[calendar.owner]
    return {
        **event.body,
        "organizer": {"emailAddress": {"name": owner.name, "address": owner.email}},
        "transactionId": None,
        "responseStatus": {"response": "notResponded", "time": zones.NO_TIME},
    }


def _find(world: World, event: Event, user: User) -> tuple[Calendar, Event | None]:
    home = world.default_calendar(user)
    found = [one for one in home.living() if one.uid == event.uid and not one.master]
    return home, found[0] if found else None


def _mirror(world: World, wanted: dict[str, Event], home: Calendar, copy: Event) -> None:
    have = home.exceptions_of(copy)
    for day in have.keys() - wanted.keys():
        home.put(replace(have[day], is_deleted=True), world.now())
    for day, one in wanted.items():
        name = have[day].name if day in have else world.new_name()
        home.put(replace(one, name=name, master=copy.name, is_organizer=False), world.now())
