"""The plugin keeps every promise of the interface before what stands in for Graph, over HTTP."""

from tests.plugins.outlook.standing import GraphStand

from metonic_core.testing.conformance import Conformance
from metonic_outlook.provider import PROVIDER


class TestGraph(Conformance):
    provider = PROVIDER
    stand = GraphStand
