"""What people and services do in calendars: they make, edit, copy, move, restore and delete events."""

from dataclasses import replace

from tests.simulation.people import new_content
from tests.simulation.values import editable, tokens
from tests.simulation.world import Desk, Replaced, World

from metonic_core.model.event import StoredEvent
from metonic_core.testing.calendar import tidied
from metonic_core.testing.conduct import CALDAV


async def make(world: World) -> None:
    """One of the user's own; now and then with guests, or one that cannot be written."""
    kind = world.dice.choice(["plain", "plain", "plain", "guests", "fixed", "fixed time"])
    own(world, world.dice.choice(world.desks), kind)


def own(world: World, desk: Desk, kind: str = "plain") -> None:
    name = f"own-{len(world.trace)}"
    content = new_content(world)
    world.note("there: new", world.place(desk), name, content.title, kind)
    event = StoredEvent(name, "", content, uid=f"{name}@{desk.provider}")
    desk.calendar.put(
        replace(
            event,
            has_guests=kind == "guests",
            can_write=kind != "fixed",
            can_write_time=kind != "fixed time",
        )
    )


def _some(world: World) -> tuple[Desk, StoredEvent] | None:
    desks = [desk for desk in world.desks if desk.calendar.live]
    if not desks:
        return None
    desk = world.dice.choice(desks)
    return desk, desk.calendar.live[world.dice.choice(sorted(desk.calendar.live))]


async def edit(world: World) -> None:
    if found := _some(world):
        desk, event = found
        group = world.dice.choice(editable(event.content, world.values.groups))
        content = world.values.edited(event.content, group)
        world.note("there: edit", world.place(desk), event.id, group, content.get(group))
        desk.calendar.garbled.discard(event.id)
        world.weather.watch.edited(event, content, group)
        desk.calendar.put(replace(event, content=content, modified_at=world.now))


async def restore(world: World) -> None:
    if found := _some(world):
        desk, event = found
        put_back(world, desk, event, world.dice.choice(desk.calendar.versions(event.id)))


def put_back(world: World, desk: Desk, event: StoredEvent, old: StoredEvent) -> None:
    """Somebody undoes. Where a version is stored whole, its old stamp and its old etag come back with it."""
    world.values.restore(old.content, event.content)
    world.note("there: restore", world.place(desk), event.id, old.content.title)
    desk.calendar.garbled.discard(event.id)
    if desk.calendar.conduct is CALDAV:
        # Nobody can tell it from a write of ours that did not arrive, so it may be written over.
        desk.calendar.put(old)
    else:
        unseen = world.witness.unseen(desk, event, old.content)
        world.put_back[desk.id, event.id] = Replaced(event, old.content, unseen)
        desk.calendar.put(replace(event, content=old.content))


async def delete(world: World) -> None:
    if found := _some(world):
        desk, event = found
        world.erased_there.add((desk.id, event.id))
        world.values.retire(event.content)
        world.note("there: delete", world.place(desk), event.id)
        desk.calendar.erase(event.id)


async def bring_back(world: World) -> None:
    """Out of the trash, as it was: where etags are made of the content, with its old etag."""
    trash = [(desk, i) for desk in world.desks for i in desk.calendar.deleted()]
    if trash:
        desk, event_id = world.dice.choice(trash)
        event = desk.calendar.versions(event_id)[-1]
        world.values.restored |= tokens(event.content)
        world.note("there: back", world.place(desk), event_id)
        desk.calendar.put(event)


async def move(world: World) -> None:
    """A client stores the event under another name, as some do in CalDAV: its UID stays."""
    if found := _some(world):
        desk, event = found
        if desk.calendar.conduct is CALDAV:
            moved = replace(event, id=f"{event.id}-moved-{len(desk.calendar.log)}")
            world.note("there: move", world.place(desk), event.id, moved.id)
            # Who does not meet both in one round has to take it for what it looks like.
            world.erased_there.add((desk.id, event.id))
            desk.calendar.erase(event.id)
            desk.calendar.put(moved)


async def copy(world: World) -> None:
    """Somebody makes another event of one: it carries the marker, and is none of ours."""
    if found := _some(world):
        desk, event = found
        name = f"own-{len(world.trace)}"
        world.note("there: copy", world.place(desk), event.id, name)
        desk.calendar.put(replace(event, id=name, uid=f"{name}@{desk.provider}", identity=None))


async def tidy(world: World) -> None:
    """A service gives an event its own form some time after it was written: a new etag, and nothing said."""
    for desk in world.desks:
        for event in list(desk.calendar.live.values()):
            if tidied(event.content) != event.content and world.dice.random() < 0.5:
                world.note("there: tidied", world.place(desk), event.id)
                desk.calendar.put(replace(event, content=tidied(event.content)))


async def garble(world: World) -> None:
    """Some client writes an event that cannot be understood; its next edit mends it."""
    if found := _some(world):
        desk, event = found
        world.note("there: garbled", world.place(desk), event.id)
        desk.calendar.garbled.add(event.id)
        desk.calendar.put(event)
