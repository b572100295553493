"""The database that every plugin's tests with the whole engine begin with."""

import pytest
from tests.simulation.world import settled


@pytest.fixture(scope="session")
def database() -> bytes:
    """Made before a test has a loop: making it takes one."""
    return settled(2)[0]
