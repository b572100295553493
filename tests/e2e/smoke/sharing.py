"""Two users and an appointment that both take part in: one owns it, the other may only look."""

from tests.e2e.smoke.api import DELETE, UPDATE, when
from tests.e2e.smoke.device import put
from tests.e2e.smoke.item import Item, of_appointment, timed
from tests.e2e.smoke.scene import Person, Scene, day
from tests.e2e.smoke.table import Difference, expect
from tests.e2e.smoke.user import state_in


class _Two:
    """The owner and the guest."""

    def __init__(self, owner: Person, guest: Person) -> None:
        self.owner, self.guest = owner, guest

    async def share(self, title: str, number: int) -> str:
        """An appointment of the owner's with the guest; both calendars have it."""
        told = await self.owner.api.create(
            title=title, when=when(timed(day(number), 8)), participantIds=[self.guest.name]
        )
        await self.settled()
        return str(told["id"])

    async def settled(self) -> None:
        await self.owner.api.settled()
        await self.guest.api.settled()


async def sharing(scene: Scene) -> None:
    two = _Two(await scene.meet("tom"), await scene.meet("kim", role="client"))
    for name, check in (
        ("both calendars have a copy of their own", _both),
        ("the owner edits it there: the guest's calendar follows", _owner_edits),
        ("the guest edits it there: taken back, the owner sees nothing", _guest_edits),
        ("the guest deletes it there: only that copy is given up", _guest_deletes),
        ("the guest may not change it through the API", _guest_asks),
        ("the guest takes part no more: the copy goes", _guest_leaves),
    ):
        await scene.table.check(f"sharing: {name}", check(two))
    await scene.table.check("sharing: both sides agree, the owner's", two.owner.in_step())
    in_step = two.guest.in_step(apart={"Given up"})
    await scene.table.check("sharing: both sides agree, the guest's", in_step)


async def _both(two: _Two) -> None:
    id_ = await two.share("Shared", 3)

    _path, one = await two.owner.pair(id_)
    _path, other = await two.guest.pair(id_)
    expect("the two copies", one, other)
    common = set(await two.owner.device.uids()) & set(await two.guest.device.uids())
    expect("UIDs in both calendars", common, set())


async def _owner_edits(two: _Two) -> None:
    id_ = await two.share("Owner edits", 4)
    path, _ = await two.owner.pair(id_)

    await two.owner.device.edit(path, lambda event: put(event, "LOCATION", "Studio 3"))
    await two.owner.synced()
    await two.settled()

    for person in (two.owner, two.guest):
        _path, item = await person.pair(id_)
        expect(f"{person.name}'s copy", item, Item("Owner edits", timed(day(4), 8), "Studio 3"))


async def _guest_edits(two: _Two) -> None:
    id_ = await two.share("Guest edits", 5)
    path, before = await two.guest.pair(id_)
    untouched = await two.owner.device.fingerprint()

    await two.guest.device.edit(path, lambda event: put(event, "SUMMARY", "Mine now"))
    await two.guest.synced()
    await two.settled()

    expect("the guest's copy", await two.guest.pair(id_), (path, before))
    expect("the owner's calendar", await two.owner.device.fingerprint(), untouched)


async def _guest_deletes(two: _Two) -> None:
    id_ = await two.share("Given up", 6)
    path, _ = await two.guest.pair(id_)

    await two.guest.device.delete(path)
    await two.guest.synced()
    await two.settled()

    told = await two.guest.api.appointment(id_)
    expect("how it stands for the guest", (told["status"], state_in(told)), ("CONFIRMED", "DETACHED"))
    _path, item = await two.owner.pair(id_)
    expect("what the owner has", item, of_appointment(told))
    expect("conflicts", (await two.owner.api.conflicts(), await two.guest.api.conflicts()), ([], []))


async def _guest_asks(two: _Two) -> None:
    id_ = await two.share("Look, don't touch", 7)
    for answer in (
        await two.guest.api.ask(UPDATE, id=id_, appointment={"title": "Mine now"}),
        await two.guest.api.ask(DELETE, id=id_),
    ):
        expect("the answer", answer["code"], "NOT_ENTITLED")
    expect("the title", (await two.owner.api.appointment(id_))["title"], "Look, don't touch")


async def _guest_leaves(two: _Two) -> None:
    id_ = await two.share("Without the guest", 8)
    path, _ = await two.guest.pair(id_)

    await two.owner.api.update(id_, participantIds=[])
    await two.settled()

    if path in await two.guest.device.texts():
        raise Difference("The guest's copy is still there")
    await two.owner.pair(id_)
