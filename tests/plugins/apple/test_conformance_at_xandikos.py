"""The plugin keeps every promise of the interface, over HTTP, at Xandikos."""

from tests.plugins.apple.standing import XandikosStand

from metonic_apple.provider import PROVIDER
from metonic_core.testing.conformance import Conformance


class TestXandikos(Conformance):
    provider = PROVIDER
    stand = XandikosStand
