"""A failing history is cut down to what it takes, and told so that it can be lived again."""

from collections import Counter

import pytest
from tests.simulation.decisions import LENGTH, Script
from tests.simulation.history import History, lived
from tests.simulation.shrinking import shrunk

NEEDED = {3, 17, 18}


def breaking(script: Script) -> History:
    """A world that breaks as soon as three of its decisions come together."""
    kept = set(range(LENGTH)) if script.kept is None else set(script.kept)
    violations = ["I3: v1 is lost"] if kept >= NEEDED else []
    return History(script, violations, [], Counter())


def test_a_failing_history_is_cut_down_to_what_it_takes() -> None:
    short = shrunk(breaking(Script(5)), breaking)

    assert short.script == Script(5, (3, 17, 18))
    assert short.violations == ["I3: v1 is lost"]


def test_cutting_ends_after_so_many_tries() -> None:
    tries: list[Script] = []

    def counted(script: Script) -> History:
        tries.append(script)
        return breaking(script)

    shrunk(breaking(Script(5)), counted, most=10)

    assert len(tries) < 10 + LENGTH


@pytest.mark.parametrize("script", [Script(7), Script(7, (0, 1, 2, 9, 20))])
def test_a_script_is_told_in_a_word_and_lived_again(script: Script) -> None:
    told = Script.parse(str(script))

    assert told == script
    assert lived(told) == lived(script)
