"""Pairs as they stand now, with all that decides about them: what would be done can be told without a run."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from metonic_core.model import mapping as rows
from metonic_core.model.appointment import Appointment
from metonic_core.model.when import Window
from metonic_core.selection import Selection
from metonic_gateway.store import models
from metonic_gateway.store.appointments import load
from metonic_gateway.store.rows import mapping_of
from metonic_gateway.store.selections import choices_of, selection_of


@dataclass(frozen=True, slots=True)
class Standing:
    """An open row with its appointment, and what its calendar takes."""

    mapping: rows.Mapping
    appointment: Appointment
    selection: Selection


async def standing(ids: Collection[UUID], window: Window) -> Mapping[UUID, Standing]:
    """The pairs with these rows, by row, where it is open and in the present life of its calendar."""
    found = models.CalendarSyncMapping.filter(id__in=list(ids), closed=None, link__archived_at=None)
    pairs = await found.exclude(appointment_id=None).select_related("link")
    appointments = await load({row.appointment_id for row in pairs if row.appointment_id})
    calendars = {row.link.sync_config_id for row in pairs}
    chosen = await models.CalendarSyncConfig.filter(id__in=list(calendars)).select_related(
        "sync_filter", "user"
    )
    choices = await choices_of(calendars, list(appointments))
    selections = {row.id: selection_of(row, window, choices) for row in chosen if row.link_id is not None}
    return {
        row.id: Standing(mapping_of(row), appointment, selection)
        for row in pairs
        if row.appointment_id and (appointment := appointments.get(row.appointment_id))
        if (selection := selections.get(row.link.sync_config_id))
    }
