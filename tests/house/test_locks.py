"""Rows that are to be locked are read as instances: after ``values`` Tortoise drops the lock in silence."""

import re
from pathlib import Path

STORE = Path(__file__).parents[2] / "gateway" / "metonic_gateway" / "store"
UNLOCKED = re.compile(r"select_for_update\([^)]*\)(\s*\.\w+\([^)]*\))*?\s*\.(values|exists|count)")


def test_nothing_is_locked_by_a_statement_that_drops_the_lock() -> None:
    texts = {path.name: path.read_text("utf-8") for path in STORE.glob("*.py")}

    assert [name for name, text in texts.items() if UNLOCKED.search(text)] == []
