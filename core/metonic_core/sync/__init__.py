"""The story of a run, told over its ports: the ledger, the adapter, the clock."""

from metonic_core.sync.context import Quarantined, Report, terms_of
from metonic_core.sync.ports import Clock, Due, LeaseLost, Ledger, Link, Phase, ToDo
from metonic_core.sync.preview import Preview, Previewed, preview
from metonic_core.sync.removal import remove_copies
from metonic_core.sync.run import run

__all__ = [
    "Clock",
    "Due",
    "LeaseLost",
    "Ledger",
    "Link",
    "Phase",
    "Preview",
    "Previewed",
    "Quarantined",
    "Report",
    "ToDo",
    "preview",
    "remove_copies",
    "run",
    "terms_of",
]
