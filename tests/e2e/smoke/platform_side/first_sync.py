"""All of it comes in, and goes out into two calendars, while the service is killed."""

from tests.e2e.smoke.children import PASSWORD
from tests.e2e.smoke.platform_side.lessons import AT_HOME, SECRET, WITH_GUEST, Kind
from tests.e2e.smoke.platform_side.side import Side, Watch, outcomes
from tests.e2e.smoke.table import Difference, expect
from tests.e2e.smoke.user import path_in, state_in


async def first_sync(side: Side) -> None:
    for name, check in (
        ("all are upserted, and again is no harm", _upserted),
        ("the first sync is cut off in the middle: one event for each all the same", _copied),
        ("what is private or cancelled never left", _at_home),
        ("each sees their own", _seen),
    ):
        await side.scene.table.check(f"platform: {name}", check(side))


async def _upserted(side: Side) -> None:
    rows = [lesson.row() for lesson in side.lessons]

    watch = Watch()
    first = outcomes(await side.backend.upsert(rows))
    side.tell(f"upserted: {watch.rate(len(rows))}")

    expect("the outcomes", first, dict.fromkeys(side.items, "CREATED"))
    again = outcomes(await side.backend.upsert(rows))
    expect("the outcomes, sent again", again, dict.fromkeys(side.items, "UNCHANGED"))
    expect("what the feed says of it", [c async for c in side.backend.heard()], [])


async def _copied(side: Side) -> None:
    number = len(side.copied) + len(side.of(*WITH_GUEST))
    watch = Watch()
    for person in (side.trainer, side.guest):
        told = await person.api.connect(side.scene.proxy.url, person.name, PASSWORD)
        expect("the calendar", told.get("calendarId"), f"/{person.name}/calendar/")
    await side.written(number // 3)
    side.tell(f"copied until killed: {watch.rate(number // 3)}")

    await side.restart()
    before = await _events(side)
    if not number // 3 <= before < number:
        raise Difference(f"It was not killed in the middle: of {number} events, {before} were there")
    await side.at_rest()
    side.tell(f"copied, killed after {before}: {watch.rate(number)}")

    expect("how many events there are", await _events(side), number)
    await side.in_step()
    for person in (side.trainer, side.guest):
        summary = await person.api.do("{ it: syncSummary { allSynced openConflicts needingAttention } }")
        wanted = {"allSynced": True, "openConflicts": 0, "needingAttention": 0}
        expect(f"{person.name}'s summary", summary, wanted)


async def _events(side: Side) -> int:
    return sum([len(await person.device.texts()) for person in (side.trainer, side.guest)])


async def _at_home(side: Side) -> None:
    told = {t["platformId"]: t for t in await side.trainer.api.appointments()}
    private = [told[lesson.platform_id] for lesson in side.of(Kind.PRIVATE)]
    expect("how they stand", {(state_in(t), path_in(t)) for t in private}, {("EXCLUDED", None)})
    expect("what is listed of the cancelled", [i for i in told if i in _ids(side, Kind.CANCELLED)], [])
    titles = [side.items[i].title.encode() for i in _ids(side, *AT_HOME)]
    sent = [e.path for e in side.scene.proxy.seen if any(title in e.sent for title in titles)]
    expect("requests with a title of theirs", sent, [])
    expect("requests with a word of it", len(side.scene.proxy.holds(SECRET)), 0)


def _ids(side: Side, *kinds: Kind) -> set[str]:
    return {lesson.platform_id for lesson in side.of(*kinds)}


async def _seen(side: Side) -> None:
    shared = {t["platformId"] for t in await side.guest.api.appointments()}
    expect("what the guest sees", shared, _ids(side, *WITH_GUEST))
    query = "query ($id: String!) { it: appointment(platformId: $id) { title } }"
    other = side.of(Kind.KEPT)[0].platform_id
    expect("another one, asked for by the guest", await side.guest.api.do(query, id=other), None)
    title = await side.trainer.api.do(query, id=other)
    expect("the same, by the trainer", title, {"title": side.items[other].title})
