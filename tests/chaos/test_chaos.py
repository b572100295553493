"""The short form of ``make chaos``."""

from pathlib import Path

import pytest
from tests.chaos.__main__ import run


@pytest.mark.parametrize("broker", ["redis"])
async def test_everything_is_in_step_again_after_half_a_minute_of_failures(
    tmp_path: Path, broker: str
) -> None:
    verdict, table = await run(tmp_path, 12, 15, broker, 0)

    assert verdict.is_good, table
