"""The plugin keeps every promise of the interface before iCloud's stand-in, and changes come in pages."""

from tests.plugins.apple.standing_icloud import PagedIcloudStand

from metonic_apple.provider import PROVIDER
from metonic_core.testing.conformance import Conformance


class TestPagedIcloud(Conformance):
    provider = PROVIDER
    stand = PagedIcloudStand
