"""What is private reaches no calendar that may not see it, and "Busy" never becomes a title by itself.

What a calendar may see is asked here of the rows, not of the code that the engine asks.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tests.simulation.values import tokens, tokens_of

from metonic_core.model.appointment import Appointment
from metonic_core.model.codec import decode
from metonic_core.model.content import LOCATION, NOTES, TIME, TITLE, Content, Group, slot_of
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Mapping, Origin
from metonic_core.model.marker import is_masking
from metonic_gateway.store import appointments, models

BUSY = "Busy"
_TEXTS = {TITLE, LOCATION, NOTES}


@dataclass(slots=True)
class Watch:
    """Looks at every write in the transaction that announces it; ``leaks`` are in words.

    ``over_masks`` are the values that people typed into copies while those were masked.
    """

    leaks: list[str] = field(default_factory=list)
    over_masks: set[int] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)

    async def look(self, rows: Sequence[Mapping]) -> None:
        for row in rows:
            intent = row.intent
            if intent is None or intent.sent is None or intent.operation in self._known:
                continue
            self._known.add(intent.operation)
            if row.appointment_id is None or not await _is_hidden(row.appointment_id, row.link_id):
                continue
            if row.origin is Origin.OWN:
                told = {g for g in intent.sent.groups if g in _TEXTS or slot_of(g) is not None}
            else:
                told = {text for text in _texts(intent.sent.content) if text not in {BUSY, ""}}
            self.leaks += [
                f"privacy: {text} of {row.appointment_id} is sent to {row.link_id}" for text in told
            ]

    def edited(self, event: StoredEvent, content: Content, group: Group) -> None:
        """Somebody edited that group of an event: its stamp tells what was typed over a mask."""
        operation = event.marker.split(";")[-2] if event.marker else ""
        if is_masking(operation) and group != TIME:
            self.over_masks.update(tokens_of(content, group))


async def _is_hidden(appointment_id: UUID, link_id: UUID) -> bool:
    """Whether the calendar of that link may not be shown now what the appointment is about."""
    appointment = (await appointments.load([appointment_id]))[appointment_id]
    filters = await models.CalendarSyncFilter.get(sync_config__link_id=link_id)
    is_elsewhere = appointment.imported_from not in {None, link_id}
    is_included = not filters.exclude_private and not filters.mask_private and not is_elsewhere
    if appointment.content.is_private and not is_included:
        return True
    return any(
        re.search(rule["pattern"], text, re.IGNORECASE)
        for rule in filters.custom_rules or ()
        for text in _field(appointment, rule["field"])
    )


def _field(appointment: Appointment, name: str) -> list[str]:
    content = appointment.content
    if name == "notes":
        return [content.notes]
    return [content.title, *(override.title or "" for override in content.overrides)]


def _texts(content: Content) -> Iterator[str]:
    yield from (content.title, content.location, content.notes)
    for override in content.overrides:
        yield from (override.title or "", override.location or "")


async def disclosed(watch: Watch) -> list[str]:
    """What leaked, and what stood in a masked copy and came in: nobody calls an appointment "Busy"."""
    found = list(watch.leaks)
    for row in await models.Appointment.all():
        content = decode(row.content)
        found += [f"privacy: v{v} was typed over a mask" for v in tokens(content) & watch.over_masks]
        if BUSY in _texts(content) and (row.imported_from is None or await _was_named(row.id)):
            found.append(f"privacy: {row.id} is called {BUSY} by nobody")
    return found


async def _was_named(appointment_id: UUID) -> bool:
    """Whether a run took away its name; what came in private never had another one."""
    lines = await models.SyncOperation.filter(appointment_id=appointment_id, side="local", operation="update")
    return any(TITLE in line.field_groups and decode(line.before).title != BUSY for line in lines)
