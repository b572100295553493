"""A world as it stands, read once for all that is asked about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.simulation.resolving import taken_out_again
from tests.simulation.world import Desk, World

from metonic_core.model.appointment import Appointment
from metonic_core.model.mapping import Mapping
from metonic_core.model.when import Window
from metonic_core.selection import Selection
from metonic_core.testing.calendar import begun_with
from metonic_gateway.store import appointments, models
from metonic_gateway.store.rows import mapping_of
from metonic_gateway.store.selections import choices_of, contacts_of, selection_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A calendar as it stands: ``rows`` with its tombstones, ``known`` as the platform shows them there.

    ``every`` is each appointment, as it is. ``window``: what its feed is about.
    """

    world: World
    desk: Desk
    selection: Selection
    rows: Sequence[Mapping]
    known: Sequence[Appointment]
    every: Sequence[Appointment]
    window: Window

    @property
    def open(self) -> list[Mapping]:
        return [row for row in self.rows if row.closed is None]


async def standing(world: World) -> list[Standing]:
    """Everything that the invariants ask about, read once."""
    rows = [row["id"] for row in await models.Appointment.all().values("id")]
    known = list((await appointments.load(rows)).values())
    return [await _standing(world, desk, known) for desk in world.desks]


async def _standing(world: World, desk: Desk, known: Sequence[Appointment]) -> Standing:
    config = await models.CalendarSyncConfig.get(id=desk.id).select_related("sync_filter", "user")
    selection = selection_of(config, world.window(), await choices_of([desk.id]))
    contacts = await contacts_of(known, desk.user_id) if selection.include_contact else {}
    away = await taken_out_again(desk.link_id)
    expected = [a for a in known if a.id not in away or selection.draws(a)]
    told = [replace(a, contacts=contacts.get(a.id, ())) for a in expected]
    rows = [mapping_of(row) for row in await models.CalendarSyncMapping.filter(link_id=desk.link_id)]
    return Standing(world, desk, selection, rows, told, known, await _told_window(desk, selection))


async def _told_window(desk: Desk, selection: Selection) -> Window:
    """A feed that keeps to the window that it was begun with is behind by as long as that is ago."""
    cursor = (await models.CalendarLink.get(id=desk.link_id)).cursor
    return begun_with(cursor) if cursor and desk.calendar.conduct.is_windowed else selection.window
