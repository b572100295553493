"""What the platform has heard at rest, and what somebody hears who reads the feed anew."""

from collections.abc import Sequence
from itertools import pairwise

from tests.simulation.world import World

from metonic_core.model.appointment import Appointment
from metonic_gateway.store import appointments, changes, models


async def unheard(world: World) -> list[str]:
    """The platform holds what we hold, and the feed leads to the present state from wherever it is read."""
    await world.platform.read_all()
    found = await _at_odds_with_the_platform(world)
    last = await changes.newest()
    for after in {0, world.dice.randint(0, last), last}:
        found += await _at_odds_after(after)
    return found


async def _at_odds_with_the_platform(world: World) -> list[str]:
    found = []
    rows = await models.Appointment.exclude(platform_id=None)
    known = await appointments.load([row.id for row in rows])
    for row in rows:
        state, here = world.platform.records[row.platform_id or ""].state, known[row.id]
        if state.is_cancelled != here.is_deleted:
            found.append(f"feed: {row.platform_id} is cancelled on one side only")
        if state.content != here.content:
            found.append(f"feed: {row.platform_id} is {state.content} there, {here.content} here")
    unnamed = await models.Appointment.filter(platform_id=None, is_deleted=False)
    return found + [f"feed: the platform does not know {row.id}" for row in unnamed]


async def _at_odds_after(after: int) -> list[str]:
    """Somebody who reads from there on knows the present state of all that changed since, in order."""
    heard: dict[object, Appointment] = {}
    position, positions, has_more = after, [after], True
    while has_more:
        page = await changes.page(position, 3)
        heard |= {change.kept.appointment.id: change.kept.appointment for change in page.changes}
        positions += [change.position for change in page.changes]
        position, has_more = page.position, page.has_more
    changed = models.AppointmentChange.filter(position__gt=after)
    ids = {row["appointment_id"] for row in await changed.values("appointment_id")}
    present = await appointments.load(ids)
    found = [] if _grows(positions) else ["feed: the positions do not grow"]
    return found if heard == present else [*found, f"feed: read from {after} it leads to another state"]


def _grows(positions: Sequence[int]) -> bool:
    return all(a < b for a, b in pairwise(positions))
