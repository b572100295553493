"""I1 to I5 and I8 over random histories of the whole engine on its real store."""

from pathlib import Path

import pytest
from tests.simulation.history import lived

HISTORIES = 150
_AT_ONCE = 10


@pytest.mark.parametrize("first", range(0, HISTORIES, _AT_ONCE))
async def test_whatever_happens_both_sides_end_in_step(first: int, template: Path, tmp_path: Path) -> None:
    for seed in range(first, first + _AT_ONCE):
        history = await lived(seed, template, tmp_path)

        assert not history.violations, f"seed {seed}:\n" + "\n".join([*history.trace, *history.violations])


async def test_a_seed_tells_the_same_history_each_time(template: Path, tmp_path: Path) -> None:
    first = await lived(7, template, tmp_path)
    second = await lived(7, template, tmp_path)

    assert first == second
