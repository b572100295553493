"""Pain 7, credentials expire and sync stops in silence, at Google: an administrator can end grants too."""

from datetime import timedelta

from tests.google_stage import AtGoogle


async def test_an_administrator_who_wants_everybody_to_sign_in_anew_is_told(alice: AtGoogle) -> None:
    lesson = await alice.create("Yoga")
    await alice.sync()
    alice.stand_in.people.accesses.clear()
    alice.stand_in.arm("invalid-rapt", path="/token", times=100)

    await alice.sync(timedelta(hours=2))
    await alice.update(lesson, title="Pilates")
    told = await alice.status()
    assert (told["state"], told["attention"]["code"]) == ("NEEDS_SIGN_IN", "SIGN_IN_REQUIRED")

    alice.stand_in.world.faults.armed.clear()
    await alice.sign_in()
    await alice.sync()
    assert await alice.phone.titles() == ["Pilates"]
