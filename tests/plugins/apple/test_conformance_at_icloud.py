"""The plugin keeps every promise of the interface before what stands in for iCloud, over HTTP."""

from tests.plugins.apple.standing_icloud import IcloudStand

from metonic_apple.provider import PROVIDER
from metonic_core.testing.conformance import Conformance


class TestIcloud(Conformance):
    provider = PROVIDER
    stand = IcloudStand
