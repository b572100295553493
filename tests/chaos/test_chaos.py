"""The short form of ``make chaos``."""

from pathlib import Path

from tests.chaos.__main__ import run


async def test_everything_is_in_step_again_after_failures_of_all_kinds(tmp_path: Path) -> None:
    verdict, table = await run(tmp_path, calendars=6, seconds=10, broker="redis", seed=0)

    assert verdict.is_good, table
