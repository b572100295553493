"""The short form of ``make chaos``."""

from pathlib import Path

from tests.chaos.__main__ import run


@pytest.mark.parametrize("broker", ["redis"])
async def test_everything_is_in_step_again_after_failures_of_all_kinds(tmp_path: Path, broker: str) -> None:
    verdict, table = await run(tmp_path, 6, 10, broker, 0)

    assert verdict.is_good, table
