"""What journal, plans and conflicts of a calendar tell of an appointment: no more than a copy in it would."""

from collections.abc import Callable
from dataclasses import replace

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Content
from metonic_core.selection.choosing import Selection
from metonic_core.selection.masking import masked

Discretion = Callable[[Content], Content]


def discretion(selection: Selection | None, *versions: Appointment) -> Discretion:
    """How an appointment is told of that is, was and is to be in these versions.

    Masked where there is no calendar just now whose settings could say otherwise.
    """
    if selection is None or any(selection.hides(version) for version in versions):
        return masked
    return _whole if selection.include_notes else _without_notes


def _whole(content: Content) -> Content:
    return content


def _without_notes(content: Content) -> Content:
    return replace(content, notes="")
