"""Pain 1, duplicates, at Google: ids of copies are derived, and never free again there."""

from tests.gateway.graphql.operations import SYNC_NOW
from tests.google_stage import AtGoogle
from tests.specification.resolving import resolve


async def test_creates_whose_answer_was_lost_are_not_made_twice(alice: AtGoogle) -> None:
    for title in ("Boxing", "Yoga"):
        await alice.create(title)
    alice.google.arm("lost-response", method="POST", path="*/events*", times=2)
    for _ in range(3):
        await alice.sync()

    assert await alice.phone.titles() == ["Boxing", "Yoga"]
    assert await alice.titles() == ["Boxing", "Yoga"]
    assert await alice.conflicts() == []


async def test_a_sync_token_that_is_too_old_doubles_nothing(alice: AtGoogle) -> None:
    await alice.create("Yoga")
    await alice.phone.put("Dentist")
    await alice.sync()
    alice.google.world.tokens.expire()

    await alice.phone.edit("Dentist", location="Main Street 1")
    await alice.sync()
    await alice.api.call(SYNC_NOW, provider="google", complete=True)
    await alice.sync()

    assert await alice.phone.titles() == ["Dentist", "Yoga"]
    assert await alice.titles() == ["Dentist", "Yoga"]


async def test_a_copy_that_was_deleted_is_made_anew_once_under_another_id(alice: AtGoogle) -> None:
    await alice.create("Yoga")
    await alice.create("Boxing")
    await alice.sync()
    first = (await alice.phone.named("Yoga"))["id"]
    await alice.phone.delete("Yoga")
    await alice.sync()

    await resolve(alice, "KEEP_LOCAL")
    for _ in range(3):
        await alice.sync()

    assert await alice.phone.titles() == ["Boxing", "Yoga"]
    assert (await alice.phone.named("Yoga"))["id"] != first


async def test_a_duplicate_that_she_makes_of_a_copy_is_an_event_of_hers(alice: AtGoogle) -> None:
    await alice.create("Yoga")
    await alice.sync()
    copied = await alice.phone.named("Yoga")
    kept = {name: copied[name] for name in ("start", "end", "extendedProperties")}

    await alice.phone.put("Yoga, second group", **kept)
    for _ in range(3):
        await alice.sync()

    assert await alice.phone.titles() == ["Yoga", "Yoga, second group"]
    assert await alice.titles() == ["Yoga", "Yoga, second group"]
