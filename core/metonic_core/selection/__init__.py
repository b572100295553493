"""Which appointments a calendar gets, how much of each, and which way each field group may flow."""

from metonic_core.selection.choosing import (
    HIDING,
    Choice,
    Direction,
    Exclusion,
    Filters,
    Selection,
    Treatment,
)
from metonic_core.selection.discretion import Discretion, discretion
from metonic_core.selection.flow import Flow, flow, is_withheld
from metonic_core.selection.masking import BUSY, is_telling, masked, unmasked, withhold
from metonic_core.selection.projection import as_platform_knows, projected
from metonic_core.selection.rules import LONGEST_PATTERN, MOST_RULES, Rule, RuleField, checked_rules

__all__ = [
    "BUSY",
    "HIDING",
    "LONGEST_PATTERN",
    "MOST_RULES",
    "Choice",
    "Direction",
    "Discretion",
    "Exclusion",
    "Filters",
    "Flow",
    "Rule",
    "RuleField",
    "Selection",
    "Treatment",
    "as_platform_knows",
    "checked_rules",
    "discretion",
    "flow",
    "is_telling",
    "is_withheld",
    "masked",
    "projected",
    "unmasked",
    "withhold",
]
