"""What holds for all tests."""

import os
from collections.abc import Iterator

import pytest
from tests.postgres import DATABASES, IS_ASKED_FOR, SERVER, is_there

from metonic_gateway.serving import leave_loaded_alone

_LONGEST = (
    "tests/e2e/test_smoke.py",
    "tests/e2e/test_demo.py",
    "tests/chaos/test_chaos.py",
    "tests/e2e/test_many_processes.py",
    "tests/e2e/test_command_line.py",
    "tests/pains/test_13_quotas_at_google.py",
    "tests/fuzz/test_fuzz.py",
    "tests/gateway/store/test_migrations.py",
)
"""What takes long in few tests. Whoever came to it last would be at it alone."""


def pytest_sessionstart() -> None:
    """Without the server that is asked for there is nothing to do; where none may be missing, it failed."""
    if IS_ASKED_FOR and not is_there():
        is_failure = os.environ.get("METONIC_REQUIRE_SERVICES") == "1"
        pytest.exit(f"PostgreSQL does not answer at {SERVER} (METONIC_TEST_POSTGRES)", int(is_failure))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, and all others as they are."""
    items.sort(key=lambda item: _place(item.nodeid.partition("::")[0]))


def _place(file: str) -> int:
    return _LONGEST.index(file) if file in _LONGEST else len(_LONGEST)


def pytest_collection_finish() -> None:
    """Ten thousand tests and all that they import need not be looked at again for garbage."""
    leave_loaded_alone()


@pytest.fixture(autouse=True)
def _databases_are_taken_back() -> Iterator[None]:
    """After all else of a test has ended."""
    yield
    DATABASES.take_back()
