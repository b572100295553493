"""Sign-ins that one user begins at the same moment."""

import asyncio
from datetime import timedelta

from tests.gateway.house import House

from metonic_gateway.store import oauth_states
from metonic_gateway.store.models import OAuthState
from metonic_gateway.store.oauth_states import LASTS, Begun


def sign_in(house: House, name: str, lasts: timedelta = LASTS) -> Begun:
    return Begun(name, house.user, "plum", "https://platform.example", "sealed", house.now + lasts)


async def test_each_can_be_finished(house: House) -> None:
    names = [f"state {number}" for number in range(8)]

    for _ in range(10):
        await OAuthState.all().delete()
        await asyncio.gather(*(oauth_states.keep(sign_in(house, name), house.now) for name in names))
        assert await OAuthState.all().count() == len(names)


async def test_the_latest_ten_are_kept_and_those_that_are_over_go(house: House) -> None:
    await oauth_states.keep(sign_in(house, "over", -LASTS), house.now)
    for number in range(12):
        lasts = LASTS + timedelta(seconds=number)
        await oauth_states.keep(sign_in(house, f"state {number}", lasts), house.now)

    kept = {row.id for row in await OAuthState.all()}
    assert kept == {f"state {number}" for number in range(2, 12)}
