"""I1 to I9 over random histories of the whole engine on its real store."""

import pytest
from tests.simulation.decisions import Script
from tests.simulation.history import lived

HISTORIES = 300
_AT_ONCE = 10


@pytest.mark.parametrize("first", range(0, HISTORIES, _AT_ONCE))
def test_whatever_happens_both_sides_end_in_step(first: int) -> None:
    for seed in range(first, first + _AT_ONCE):
        history = lived(Script(seed))

        assert not history.violations, str(history)


@pytest.mark.parametrize("seed", [7, 8])
def test_a_seed_tells_the_same_history_each_time(seed: int) -> None:
    assert lived(Script(seed)) == lived(Script(seed))
