"""What users do on the platform: they make, edit, hide and delete appointments."""

from dataclasses import replace
from uuid import uuid4

from tests.simulation.values import editable, tokens
from tests.simulation.world import World

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import Content
from metonic_gateway.store import appointments, models
from metonic_gateway.store.changes import Cause


async def make(world: World) -> None:
    dice = world.dice
    owner, other = dice.sample(world.users, 2)
    others = (Participant(other, dice.random() < 0.6),) if dice.random() < 0.6 else ()
    content = new_content(world)
    made = Appointment(uuid4(), 1, owner, "one_on_one", content, others)
    world.note("here: new", made.id, content.title, "shared" if others else "")
    await appointments.insert(made, world.window(), world.now, cause=Cause(user_id=owner))


def new_content(world: World) -> Content:
    is_series, is_private = world.dice.random() < world.values.share_of_series, world.dice.random() < 0.1
    return world.values.content(is_series=is_series, is_private=is_private)


async def edit(world: World) -> None:
    if appointment := await _some(world):
        group = world.dice.choice(editable(appointment.content, world.values.groups))
        content = world.values.edited(appointment.content, group)
        world.note("here: edit", appointment.id, group, content.get(group))
        await store(world, replace(appointment, content=content))


async def hide(world: World) -> None:
    """Private from here on, or private no more."""
    appointment = await _some(world)
    if appointment and appointment.imported_from is None:
        content = replace(appointment.content, is_private=not appointment.content.is_private)
        world.note("here: private", appointment.id, content.is_private)
        await store(world, replace(appointment, content=content))


async def delete(world: World) -> None:
    if appointment := await _some(world):
        world.erased_here.add(appointment.id)
        world.note("here: delete", appointment.id)
        await store(world, replace(appointment, is_deleted=True))


async def store(world: World, made: Appointment) -> None:
    """As a user does it, whom the platform hears of; who sees that it has changed meanwhile leaves it."""

    async def edit(known: Appointment) -> Appointment:
        if known.version != made.version:
            world.values.retired |= tokens(made.content) - tokens(known.content)
            return known
        return made

    cause = Cause(user_id=made.owner_id)
    await appointments.edit(made.id, edit, world.window(), world.now, cause=cause)


async def _some(world: World) -> Appointment | None:
    rows = await models.Appointment.filter(is_deleted=False).order_by("created_at", "id").values("id")
    ids = [row["id"] for row in rows]
    if not ids:
        return None
    chosen = world.dice.choice(ids)
    return (await appointments.load([chosen]))[chosen]
