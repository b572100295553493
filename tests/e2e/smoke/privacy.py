"""What is private stays home; what becomes private comes home."""

from tests.e2e.smoke.api import when
from tests.e2e.smoke.device import put
from tests.e2e.smoke.item import timed
from tests.e2e.smoke.scene import Person, Scene, day
from tests.e2e.smoke.table import expect
from tests.e2e.smoke.user import path_in, state_in

_SECRETS = ("Oncologist", "Ward-Nine", "Diagnosis-X")


async def privacy(scene: Scene) -> None:
    pia = await scene.meet("pia")
    for name, check in (
        ("a private appointment stays home, edited or not", _stays_home),
        ("one that becomes private after it was copied: the copy goes", _comes_home),
        ("one that becomes public: it is copied", _goes_out),
        ("a private event there comes in as Busy, and stays as it is", _busy),
        ("both sides agree on all of the rest", _rest),
    ):
        await scene.table.check(f"privacy: {name}", check(pia))


async def _stays_home(pia: Person) -> None:
    title, location, notes = _SECRETS
    told = await pia.api.create(
        title=title, location=location, notes=notes, isPrivate=True, when=when(timed(day(3), 8))
    )
    await pia.synced()
    await pia.api.update(told["id"], when=when(timed(day(4), 9)), location=f"{location} again")
    await pia.synced()

    expect("how it stands", state_in(await pia.api.appointment(told["id"])), "EXCLUDED")
    expect("events", await pia.device.texts(), {})
    seen = [(e.method, e.path) for secret in _SECRETS for e in pia.proxy.holds(secret)]
    expect("requests with a word of it", seen, [])


async def _comes_home(pia: Person) -> None:
    told = await pia.api.create(title="Public once", when=when(timed(day(5), 8)))
    await pia.api.settled()
    path, _ = await pia.pair(told["id"])

    await pia.api.update(told["id"], isPrivate=True, notes="Diagnosis-Y")
    await pia.api.settled()

    stands = await pia.api.appointment(told["id"])
    expect("how it stands", (state_in(stands), path_in(stands)), ("EXCLUDED", None))
    expect("whether the copy is there", path in await pia.device.texts(), False)  # noqa: FBT003 - the value
    expect("requests with its notes", len(pia.proxy.holds("Diagnosis-Y")), 0)


async def _goes_out(pia: Person) -> None:
    told = await pia.api.create(title="Private once", isPrivate=True, when=when(timed(day(6), 8)))
    await pia.synced()
    expect("how it stands", state_in(await pia.api.appointment(told["id"])), "EXCLUDED")

    await pia.api.update(told["id"], isPrivate=False)
    await pia.api.settled()

    await pia.pair(told["id"])
    expect("whether the proxy sees what goes out", bool(pia.proxy.holds("Private once")), True)  # noqa: FBT003 - the value


async def _busy(pia: Person) -> None:
    path = await pia.device.create("Therapist", (day(7), day(8)), CLASS="PRIVATE", LOCATION="Couch")
    before = await pia.device.texts()
    await pia.synced()

    told = await pia.api.named("Busy")
    expect(
        "what the platform knows", (told["location"], told["isPrivate"], path_in(told)), (None, True, path)
    )
    expect("the event", (await pia.device.texts())[path], before[path])
    await pia.device.edit(path, lambda event: put(event, "DESCRIPTION", "Ask about dreams"))
    await pia.synced()
    expect("its notes here", (await pia.api.named("Busy"))["notes"], None)


async def _rest(pia: Person) -> None:
    await pia.in_step(apart={"Oncologist", "Public once", "Busy", "Therapist"})
