"""What the documentation shows is tried on a gateway with its own database."""

from tests.gateway.conftest import api, house, migrated_template

__all__ = ["api", "house", "migrated_template"]
