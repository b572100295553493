"""The check is checked: engines that leave out one rule of the design break an invariant soon."""

import pytest
from tests.simulation.decisions import Script
from tests.simulation.history import lived
from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.swarms import SWARMS, Swarm

HISTORIES = 500
_SOUND = 8


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("mutant", "swarm"), MUTANTS, ids=[mutant.__name__ for mutant, _ in MUTANTS])
def test_an_engine_that_leaves_out_a_rule_is_caught(mutant: Mutant, swarm: Swarm) -> None:
    for seed in range(HISTORIES):
        with mutant():
            history = lived(Script(seed), swarm=swarm)
        if history.violations:
            return

    pytest.fail(f"{HISTORIES} histories show nothing")


@pytest.mark.parametrize("swarm", SWARMS, ids=SWARMS)
def test_the_engine_that_keeps_every_rule_ends_in_step_there(swarm: str) -> None:
    for seed in range(_SOUND):
        history = lived(Script(seed), swarm=SWARMS[swarm])

        assert not history.violations, str(history)
