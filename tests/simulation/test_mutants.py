"""The check is checked: engines that leave out one rule of the design break an invariant soon."""

import pytest
from tests.simulation.decisions import Script
from tests.simulation.history import lived
from tests.simulation.mutants import MUTANTS, Mutant

HISTORIES = 500


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_an_engine_that_leaves_out_a_rule_is_caught(mutant: Mutant) -> None:
    for seed in range(HISTORIES):
        with mutant():
            history = lived(Script(seed))
        if history.violations:
            return

    pytest.fail(f"{HISTORIES} histories show nothing")
