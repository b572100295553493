"""Where histories find a migrated database and a place to live."""

import asyncio
from pathlib import Path

import pytest

from metonic_gateway.store.database import migrated


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that is migrated once and copied for each history."""
    path = tmp_path_factory.mktemp("simulation") / "template.sqlite3"
    asyncio.run(migrated(f"sqlite://{path}"))
    return path
