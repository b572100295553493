"""A stand-in for iCloud's calendars: a proxy before a real CalDAV server that does what iCloud and others do.

``icloud`` starts one; its quirks and faults are a table (``quirks``), switched by the value that it gives or
by JSON under ``/-/``.
"""

from metonic_simulators.icloud.quirks import BEARABLE, ICLOUD, QUIRKS
from metonic_simulators.icloud.serving import icloud
from metonic_simulators.icloud.stand_in import StandIn
from metonic_simulators.icloud.world import Account, Entry, Mail
from metonic_simulators.wire.faults import Unusable

__all__ = ["BEARABLE", "ICLOUD", "QUIRKS", "Account", "Entry", "Mail", "StandIn", "Unusable", "icloud"]
