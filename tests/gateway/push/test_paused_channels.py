"""Opening a channel costs a request, and may have to wait until the account is asked again."""

from datetime import timedelta

import pytest
from tests.gateway.house import synced
from tests.gateway.push.conftest import Scene

from metonic_core.spi.errors import Paced, ProviderError, Unavailable


@pytest.mark.parametrize("before", [None, Unavailable("The server is down.")], ids=["at first", "later"])
async def test_a_pause_is_no_failure_and_hides_none(scene: Scene, before: ProviderError | None) -> None:
    calendar = await synced(scene.house)
    if before is not None:
        scene.exchange.error = before
        await scene.work()
        scene.later(timedelta(hours=1))
    known = await scene.link(calendar)
    scene.exchange.error = Paced("It was asked as often as it allows for now.", 60)

    await scene.work()

    link = await scene.link(calendar)
    assert link.push_at == scene.house.now + timedelta(seconds=60)
    assert (link.push_attempts, link.push_problem) == (known.push_attempts, known.push_problem)
    scene.exchange.error = None
    scene.later(timedelta(seconds=60))
    await scene.work()
    assert len(scene.exchange.standing) == 1
