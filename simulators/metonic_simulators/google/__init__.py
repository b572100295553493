"""A stand-in for Google Calendar and for sign-in with Google, on one machine.

``google`` starts one; what is switched or armed is in two tables (``quirks``), set by the value that it
gives or by JSON under ``/-/``.
"""

from metonic_simulators.google.people import User
from metonic_simulators.google.quirks import FAULTS, QUIRKS
from metonic_simulators.google.serving import google
from metonic_simulators.google.simulator import SCOPES, Simulator

__all__ = ["FAULTS", "QUIRKS", "SCOPES", "Simulator", "User", "google"]
