"""Pain 7, credentials expire and sync stops in silence, at Outlook: many things end a sign-in there."""

from datetime import timedelta

import pytest
from tests.outlook_stage import ANNA, AtOutlook

from metonic_simulators.graph.people import State


@pytest.mark.parametrize("state", [State.MFA_REQUIRED, State.DISABLED])
async def test_an_account_that_must_prove_more_is_told_and_goes_on_once_it_did(
    anna: AtOutlook, state: State
) -> None:
    lesson = await anna.create("Yoga")
    await anna.sync()
    anna.stand_in.user(ANNA).state = state

    await anna.sync(timedelta(hours=2))
    await anna.update(lesson, title="Pilates")
    told = await anna.status()
    assert (told["state"], told["attention"]["code"]) == ("NEEDS_SIGN_IN", "SIGN_IN_REQUIRED")

    anna.stand_in.user(ANNA).state = State.ACTIVE
    await anna.sign_in()
    await anna.sync()
    assert await anna.phone.titles() == ["Pilates"]
