"""Which appointments a calendar gets, how much of each, and which way each field group may flow."""

from metonic_core.selection.choosing import Choice, Direction, Exclusion, Filters, Selection
from metonic_core.selection.flow import BUSY, Flow, flow, is_withheld, withhold
from metonic_core.selection.projection import as_platform_knows, projected

__all__ = [
    "BUSY",
    "Choice",
    "Direction",
    "Exclusion",
    "Filters",
    "Flow",
    "Selection",
    "as_platform_knows",
    "flow",
    "is_withheld",
    "projected",
    "withhold",
]
