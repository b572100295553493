"""The smoke test as part of the suite: the service, a calendar server and a client, each a real process."""

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_SECONDS = 280
_OPTIONS = ("--appointments", "60", "--at-once")
"""So that it is quick; `make smoke` takes 1,000."""


@pytest.mark.timeout(_SECONDS + 20)
def test_both_sides_are_in_step_after_all_that_people_do_and_all_that_goes_wrong() -> None:
    ended = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "tests.e2e.smoke", *_OPTIONS],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )

    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
