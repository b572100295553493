"""The sign-in at the provider's page: denied, begun by another, taken back, begun anew, given back."""

from tests.e2e.smoke.api import SYNC, when
from tests.e2e.smoke.bad_input import refused
from tests.e2e.smoke.item import timed
from tests.e2e.smoke.scene import day
from tests.e2e.smoke.signed_in import browser
from tests.e2e.smoke.signed_in.person import COMPLETE, CONNECT, RECONNECT, Person
from tests.e2e.smoke.signed_in.scene import Scene
from tests.e2e.smoke.table import expect
from tests.e2e.smoke.user import path_in
from tests.e2e.smoke.waiting import until

_LAST_RUN = "{ it: syncHistory(first: 1) { nodes { status errors { code } } } }"


async def signing_in(scene: Scene) -> None:
    uma, eve = await scene.meet("uma", is_connected=False), await scene.meet("eve", is_connected=False)
    for name, check in (
        ("who denies comes back with an error, and is not connected", _denied(uma)),
        *scene.place.refusals(uma),
        ("it is finished once, and by who began it", _once(uma, eve)),
        ("the grant is taken back: the calendar waits, nothing is lost", _taken_back(scene, uma)),
        ("the same account goes on where it was, nothing is doubled", _again(uma)),
        ("who leaves takes the copies along, and leaves no grant behind unsaid", _left(scene, uma)),
    ):
        await scene.table.check(f"{scene.name}, signing in: {name}", check)


async def _denied(uma: Person) -> None:
    begun = await uma.api.do(CONNECT, page=uma.page)
    got = await browser.deny(begun["authUrl"], uma.calendar.owner, page=uma.page)

    expect("what the page gets", (got.get("error"), "code" in got), ("access_denied", False))
    expect("her calendar", await uma.api.status(), None)


async def _once(uma: Person, eve: Person) -> None:
    begun = await uma.api.do(CONNECT, page=uma.page)
    got = await browser.agree(begun["authUrl"], uma.calendar.owner, page=uma.page)
    came = {"code": got["code"], "state": got["state"]}

    refused(await eve.api.ask(COMPLETE, **came), "INVALID_INPUT", "state")
    expect("Eve's calendar", await eve.api.status(), None)
    told = await uma.api.ask(COMPLETE, **came)
    expect("Uma's calendar", told.get("calendarId"), uma.calendar.id)
    refused(await uma.api.ask(COMPLETE, **came), "INVALID_INPUT", "state")
    await uma.api.settled()


async def _taken_back(scene: Scene, uma: Person) -> None:
    await uma.api.create(title="Copied before", when=when(timed(day(3), 8)))
    await uma.calendar.create("Imported before", timed(day(3), 10))
    await uma.synced()
    before = await uma.in_step()

    await scene.place.take_back(uma)
    # Whoever is told that the grant is gone may have noticed already.
    await uma.api.ask(SYNC)
    await until(lambda: _waits(uma), "the calendar waits for a sign-in")

    run = (await uma.api.do(_LAST_RUN))["nodes"][0]
    codes = run["status"], [error["code"] for error in run["errors"]]
    expect("how the run ended", codes, ("FAILED", ["SIGN_IN_REQUIRED"]))
    expect("what is said", (await uma.api.status())["attention"]["code"], "SIGN_IN_REQUIRED")
    refused(await uma.api.ask(SYNC), "SIGN_IN_REQUIRED")
    expect("the appointments", await uma.api.appointments(), before)


async def _waits(uma: Person) -> bool | None:
    return (await uma.api.status())["state"] == "NEEDS_SIGN_IN" or None


async def _again(uma: Person) -> None:
    told = await uma.api.named("Copied before")
    await uma.api.update(told["id"], title="Copied, edited while signed out")
    await uma.calendar.create("Made while signed out", timed(day(4), 10))

    again = await uma.sign_in(RECONNECT)
    await uma.api.settled()

    expect("the calendar", again.get("calendarId"), uma.calendar.id)
    expect("the event", path_in(await uma.api.appointment(told["id"])), path_in(told))
    titles = sorted(one["title"] for one in await uma.in_step())
    wanted = ["Copied, edited while signed out", "Imported before", "Made while signed out"]
    expect("what there is", titles, wanted)


async def _left(scene: Scene, uma: Person) -> None:
    told = await scene.place.leave(uma)
    state = (await uma.api.status())["state"]

    expect("copies to remove, and the state after", (told["copiesToRemove"], state), (1, "DISCONNECTED"))
    left = sorted(item.title for item in (await uma.calendar.items()).values())
    expect("the events that stay", left, ["Imported before", "Made while signed out"])
