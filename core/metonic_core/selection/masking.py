"""What is left of an appointment or event that may not be shown: that somebody is busy, and when."""

from dataclasses import replace

from metonic_core.model.content import LOCATION, NOTES, TITLE, VISIBILITY, Content, Group, ordered, slot_of
from metonic_core.model.series import Override, has_slot
from metonic_core.model.when import slot_text

BUSY = "Busy"
"""All that a masked copy says, and all that is ever known here of a private event's title."""

_TELLING = frozenset({TITLE, LOCATION, NOTES})


def is_telling(group: Group) -> bool:
    """Whether the group says what it is about, and not only when. Occurrences have titles too."""
    return group in _TELLING or slot_of(group) is not None


def masked(content: Content) -> Content:
    """An appointment of which a calendar is only told that its user is busy."""
    overrides = (replace(override, title=None, location=None) for override in content.overrides)
    return replace(content, title=BUSY, location="", notes="", is_private=True, overrides=ordered(overrides))


def unmasked(content: Content, appointment: Content) -> Content:
    """What a masked copy says, and what its mask hides as the appointment has it.

    The title of an occurrence that the copy's schedule has no more would hang on nothing, and is left out.
    """
    told = {slot_text(o.slot): o for o in content.overrides}
    known = {slot_text(o.slot): o for o in appointment.overrides}
    hidden = [
        replace(told.get(text) or Override(o.slot), title=o.title, location=o.location)
        for text, o in known.items()
        if text in told or has_slot(content.when, content.recurrence, o.slot)
    ]
    new = [replace(o, title=None, location=None) for text, o in told.items() if text not in known]
    made = content.take({*_TELLING, VISIBILITY}, appointment)
    return replace(made, overrides=ordered(hidden + new))


def withhold(content: Content, known: Content | None) -> Content:
    """A private event as the platform may know it: its times, and for the rest what was already known.

    Going private is no edit: what was known before stays.
    """
    if not content.is_private:
        return content
    before = known or Content(BUSY, content.when)
    kept = content.take(_TELLING, before)
    return kept.take((g for g in kept.groups() | before.groups() if slot_of(g) is not None), before)
