"""The sign-in at Google's page: denied, allowed in part, taken back, begun anew, given back."""

from tests.e2e.smoke.api import DISCONNECT, SYNC, when
from tests.e2e.smoke.bad_input import refused
from tests.e2e.smoke.google_side import browser
from tests.e2e.smoke.google_side.scene import COMPLETE, CONNECT, RECONNECT, Person, Scene
from tests.e2e.smoke.item import timed
from tests.e2e.smoke.scene import day, path_in
from tests.e2e.smoke.table import expect

_EVENTS = "https://www.googleapis.com/auth/calendar.events"


async def signing_in(scene: Scene) -> None:
    uma, eve = await scene.meet("uma", is_connected=False), await scene.meet("eve", is_connected=False)
    for name, check in (
        ("who denies comes back with an error, and is not connected", _denied(uma)),
        ("who allows too little is told so, and is not connected", _too_little(scene, uma)),
        ("it is finished once, and by who began it", _once(uma, eve)),
        ("the grant is taken back: the calendar waits, nothing is lost", _taken_back(scene, uma)),
        ("the same account goes on where it was, nothing is doubled", _again(uma)),
        ("who leaves gives the grant back", _given_back(scene, uma)),
    ):
        await scene.table.check(f"google, signing in: {name}", check)


async def _denied(uma: Person) -> None:
    begun = await uma.api.do(CONNECT, page=uma.page)
    got = await browser.deny(begun["authUrl"], uma.calendar.owner, page=uma.page)

    expect("what the page gets", (got.get("error"), "code" in got), ("access_denied", False))
    expect("her calendar", await uma.api.status(), None)


async def _too_little(scene: Scene, uma: Person) -> None:
    refused(await uma.sign_in(without=[_EVENTS]), "SCOPES_MISSING")

    expect("her calendar", await uma.api.status(), None)
    expect("how the grant was given back", await _revocations(scene), [200])


async def _once(uma: Person, eve: Person) -> None:
    begun = await uma.api.do(CONNECT, page=uma.page)
    got = await browser.agree(begun["authUrl"], uma.calendar.owner, page=uma.page)
    came = {"code": got["code"], "state": got["state"]}

    refused(await eve.api.ask(COMPLETE, **came), "INVALID_INPUT", "state")
    expect("Eve's calendar", await eve.api.status(), None)
    told = await uma.api.ask(COMPLETE, **came)
    expect("Uma's calendar", told.get("calendarId"), uma.calendar.owner)
    refused(await uma.api.ask(COMPLETE, **came), "INVALID_INPUT", "state")
    await uma.api.settled()


async def _taken_back(scene: Scene, uma: Person) -> None:
    await uma.api.create(title="Copied before", when=when(timed(day(3), 8)))
    await uma.calendar.create("Imported before", timed(day(3), 10))
    await uma.synced()
    before = await uma.in_step()

    await scene.google.ask("DELETE", f"/-/users/{uma.calendar.owner}/grants")
    run = await uma.api.sync()

    codes = run["status"], [error["code"] for error in run["errors"]]
    expect("how the run ended", codes, ("FAILED", ["SIGN_IN_REQUIRED"]))
    status = await uma.api.status()
    expect("the state", (status["state"], status["attention"]["code"]), ("NEEDS_SIGN_IN", "SIGN_IN_REQUIRED"))
    refused(await uma.api.ask(SYNC), "SIGN_IN_REQUIRED")
    expect("the appointments", await uma.api.appointments(), before)


async def _again(uma: Person) -> None:
    told = await uma.api.named("Copied before")
    await uma.api.update(told["id"], title="Copied, edited while signed out")
    await uma.calendar.create("Made while signed out", timed(day(4), 10))

    again = await uma.sign_in(RECONNECT)
    await uma.api.settled()

    expect("the calendar", again.get("calendarId"), uma.calendar.owner)
    expect("the event", path_in(await uma.api.appointment(told["id"])), path_in(told))
    titles = sorted(one["title"] for one in await uma.in_step())
    wanted = ["Copied, edited while signed out", "Imported before", "Made while signed out"]
    expect("what there is", titles, wanted)


async def _given_back(scene: Scene, uma: Person) -> None:
    before = await _revocations(scene)
    told = await uma.api.do(DISCONNECT, remove=True)
    status = await uma.api.settled()

    expect(
        "copies to remove, and the state after",
        (told["copiesToRemove"], status["state"]),
        (1, "DISCONNECTED"),
    )
    left = sorted(item.title for item in (await uma.calendar.items()).values())
    expect("the events that stay", left, ["Imported before", "Made while signed out"])
    expect("how the grant was given back", await _revocations(scene), [*before, 200])


async def _revocations(scene: Scene) -> list[int]:
    """What was answered to those who gave a grant back."""
    log = await scene.google.ask("GET", "/-/log")
    return [one["status"] for one in log if one["operation"] == "revoke"]
