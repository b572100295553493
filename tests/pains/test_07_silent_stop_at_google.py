"""Pain 7, credentials expire and sync stops in silence, at Google: grants end there in many ways."""

from datetime import timedelta

import pytest
from tests.google_stage import ALICE, AtGoogle, sign_in


def _revoke(alice: AtGoogle) -> None:
    alice.google.people.revoke_all(alice.google.user(ALICE))


def _reauthenticate(alice: AtGoogle) -> None:
    """An administrator wants everybody to sign in anew."""
    alice.google.people.accesses.clear()
    alice.google.arm("invalid-rapt", path="/token", times=100)


@pytest.mark.parametrize("end", [_revoke, _reauthenticate])
async def test_a_grant_that_ended_is_told_and_what_waited_goes_on_after_the_next(
    alice: AtGoogle, end: object
) -> None:
    lesson = await alice.create("Yoga")
    await alice.sync()
    assert callable(end)
    end(alice)

    await alice.sync(timedelta(hours=2))
    await alice.update(lesson, title="Pilates")
    told = await alice.status()
    assert (told["state"], told["attention"]["code"]) == ("NEEDS_SIGN_IN", "SIGN_IN_REQUIRED")
    assert told["attention"]["nextStep"]

    alice.google.world.faults.armed.clear()
    await sign_in(alice.api, alice.google)
    await alice.sync()
    assert await alice.phone.titles() == ["Pilates"]
    assert (await alice.status())["state"] == "IDLE"


async def test_a_token_is_renewed_for_weeks_without_anybody(alice: AtGoogle) -> None:
    for day in range(10):
        await alice.create(f"Lesson {day}")
        await alice.sync(timedelta(days=3))

    assert (await alice.status())["state"] == "IDLE"
    assert len(await alice.phone.titles()) == 10
