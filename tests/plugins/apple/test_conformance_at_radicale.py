"""The plugin keeps every promise of the interface, over HTTP, at Radicale."""

from tests.plugins.apple.standing import RadicaleStand

from metonic_apple.provider import PROVIDER
from metonic_core.testing.conformance import Conformance


class TestRadicale(Conformance):
    provider = PROVIDER
    stand = RadicaleStand
