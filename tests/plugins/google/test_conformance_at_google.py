"""The plugin keeps every promise of the interface before what stands in for Google, over HTTP."""

from tests.plugins.google.standing import GoogleStand

from metonic_core.testing.conformance import Conformance
from metonic_google.provider import PROVIDER


class TestGoogle(Conformance):
    provider = PROVIDER
    stand = GoogleStand
