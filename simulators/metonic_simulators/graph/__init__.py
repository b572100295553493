"""A stand-in for the calendars of Microsoft Graph and for sign-in with Microsoft, on one machine.

``graph`` starts one; what is switched or armed is in two tables (``quirks``), set by the value that it
gives or by JSON under ``/-/``.
"""

from metonic_simulators.graph.people import User
from metonic_simulators.graph.quirks import FAULTS, QUIRKS
from metonic_simulators.graph.serving import graph
from metonic_simulators.graph.simulator import SCOPES, Simulator

__all__ = ["FAULTS", "QUIRKS", "SCOPES", "Simulator", "User", "graph"]
