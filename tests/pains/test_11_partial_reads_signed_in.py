"""Pain 11, a read that failed or was cut short is taken for deletions, where one signs in: on any page."""

import pytest
from tests.gateway.graphql.operations import SYNC_NOW
from tests.google_stage import AtGoogle
from tests.outlook_stage import AtOutlook
from tests.provider_stage import SignedInMember

BREAKS = [
    pytest.param(kind, trouble, after, id=f"{kind.provider}-{trouble}-{after}")
    for kind in (AtGoogle, AtOutlook)
    for trouble in kind.unread
    for after in kind.breaks
]


@pytest.mark.parametrize(("member", "trouble", "after"), BREAKS, indirect=["member"])
async def test_a_read_that_breaks_off_deletes_nothing(
    member: SignedInMember, trouble: str, after: int
) -> None:
    member.stand_in.turn_on("short-pages", size=2)
    for number in range(4):
        await member.phone.put(f"Own {number}")
    await member.create("Yoga")
    await member.sync()
    before = await member.titles()
    member.forget_cursors()
    await member.api.call(SYNC_NOW, provider=member.provider, complete=True)

    if after:
        member.stand_in.arm("slow", times=after, method="GET", path=member.pages, seconds=0.0)
    member.stand_in.arm(trouble, method="GET", path=member.pages)
    for _ in range(3):
        await member.sync()

    assert await member.titles() == before
    assert len(await member.phone.titles()) == 5
    assert await member.conflicts() == []
