"""Pain 3, invitations and cancellations by mail, at Outlook: guests get a mail of each write there."""

from tests.gateway.graphql.operations import COPIES
from tests.outlook_stage import AtOutlook


async def test_an_event_with_guests_is_left_alone_and_says_why(anna: AtOutlook) -> None:
    await anna.phone.put_with_guests("Party")
    await anna.sync()
    told = (await anna.named("Party"))["id"]

    await anna.update(told, title="Quiet evening")
    await anna.sync()
    await anna.cancel(told)
    for _ in range(2):
        await anna.sync()

    (copy,) = (await anna.api.call(COPIES, id=told))["copies"]
    assert copy["reason"]
    assert (anna.writes(), await anna.phone.titles()) == (0, ["Party"])
    assert not anna.stand_in.outbox
