"""Pain 1, duplicates, at Google: a duplicate has all that its original has, our mark too."""

from tests.google_stage import AtGoogle


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
