"""An appointment as one calendar may see it, and what an event says in the platform's terms.

Contact details of clients stand in the notes of a copy, each on a line of its own that begins with a sign.
Such lines never flow in, so people may edit the notes around them.
"""

from dataclasses import replace

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Content
from metonic_core.model.mapping import Mapping, Origin
from metonic_core.selection.choosing import Selection
from metonic_core.selection.masking import masked

_SIGN = "\N{BLACK TELEPHONE} "


def projected(appointment: Appointment, origin: Origin, selection: Selection) -> Content:
    """What the event of this appointment shall say. A user's own event is theirs: nothing is added to it."""
    content = appointment.content
    if origin is Origin.OWN:
        return content
    if selection.masks(appointment):
        return masked(content)
    notes = content.notes if selection.include_notes else ""
    contacts = appointment.contacts if selection.include_contact else ()
    lines = "\n".join(_SIGN + line for line in contacts)
    shown = "\n\n".join(part for part in (notes, lines) if part)
    return content if shown == content.notes else replace(content, notes=shown)


def as_platform_knows(content: Content, mapping: Mapping) -> Content:
    """What the event of this pair says, without the lines that were added to a copy.

    They are those with the sign, where the copy has such lines that the appointment has not: what people or
    the platform write with that sign elsewhere is theirs.
    """
    own = _signed(mapping.local_base)
    if mapping.origin is Origin.OWN or not _signed(mapping.external_base) - own:
        return content
    kept = [line for line in content.notes.split("\n") if line in own or not line.startswith(_SIGN)]
    return replace(content, notes="\n".join(kept).rstrip())


def _signed(content: Content | None) -> frozenset[str]:
    lines = content.notes.split("\n") if content else ()
    return frozenset(line for line in lines if line.startswith(_SIGN))
