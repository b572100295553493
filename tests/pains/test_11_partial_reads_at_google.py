"""Pain 11, a read that failed or was cut short is taken for deletions, at Google: on any page, in any way."""

import pytest
from tests.gateway.graphql.operations import SYNC_NOW
from tests.google_stage import AtGoogle

TROUBLES = ("failing", "html", "empty", "truncated", "lost-response", "sync-token-expired", "rate-limited")


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("after", [0, 2])
async def test_a_read_that_breaks_off_deletes_nothing(alice: AtGoogle, trouble: str, after: int) -> None:
    alice.google.turn_on("short-pages", size=2)
    for number in range(4):
        await alice.phone.put(f"Own {number}")
    await alice.create("Yoga")
    await alice.sync()
    before = await alice.titles()
    alice.google.world.tokens.expire()
    await alice.api.call(SYNC_NOW, provider="google", complete=True)

    if after:
        alice.google.arm("slow", times=after, method="GET", path="*/events", seconds=0.0)
    alice.google.arm(trouble, method="GET", path="*/events")
    await alice.sync()
    for _ in range(2):
        await alice.sync()

    assert await alice.titles() == before
    assert len(await alice.phone.titles()) == 5
    assert await alice.conflicts() == []
