"""The smoke test as part of the suite: the service, calendar servers and clients, each a real process."""

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_SECONDS = 280


def _ends_well(*options: str) -> None:
    ended = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "tests.e2e.smoke", *options],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"


@pytest.mark.timeout(_SECONDS + 20)
def test_both_sides_are_in_step_after_all_that_people_do_and_all_that_goes_wrong() -> None:
    # So that it is quick; `make smoke` takes 1,000.
    _ends_well("--only", "people", "platform", "--appointments", "60", "--at-once")


@pytest.mark.timeout(_SECONDS + 20)
def test_providers_and_the_platform_are_in_step_after_sign_ins_and_refusals() -> None:
    _ends_well("--only", "google", "outlook", "--short", "--at-once")
