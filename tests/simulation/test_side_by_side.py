"""I1 to I9 over random histories whose transactions take place at the same moment, on PostgreSQL.

These are no histories that repeat themselves: `python -m tests.simulation --on postgres` lives many.
"""

import pytest
from tests.postgres import on_postgres_alone
from tests.simulation.decisions import Script
from tests.simulation.history import lived

pytestmark = on_postgres_alone

HISTORIES = 10


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_whatever_happens_at_the_same_moment_both_sides_end_in_step(seed: int) -> None:
    history = lived(Script(seed))

    assert not history.violations, str(history)
