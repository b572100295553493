"""What holds for all tests."""

import os
from collections.abc import Iterator

import pytest
from tests.postgres import DATABASES, IS_ASKED_FOR, SERVER, is_there


def pytest_sessionstart() -> None:
    """Without the server that is asked for there is nothing to do; where none may be missing, it failed."""
    if IS_ASKED_FOR and not is_there():
        is_failure = os.environ.get("METONIC_REQUIRE_SERVICES") == "1"
        pytest.exit(f"PostgreSQL does not answer at {SERVER} (METONIC_TEST_POSTGRES)", int(is_failure))


@pytest.fixture(autouse=True)
def _databases_are_taken_back() -> Iterator[None]:
    """After all else of a test has ended."""
    yield
    DATABASES.take_back()
